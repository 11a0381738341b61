// What becomes of a pixel's records: which of them may still be sent, and what an answer means for
// them in the spool, the audit trail and the metrics.
#pragma once

#include <gatepost/core/delivery.hpp>
#include <gatepost/relay/relay.hpp>
#include <gatepost/spool/queue.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gatepost::relay {

using batch = std::vector<spool::leased_record>;
using places = std::vector<std::size_t>; // in a batch, ascending

class settler {
  public:
    // `path` outlives it.
    settler(const surroundings& around, const route& path) : around_(around), route_(path) {}

    // The second look, before every request: those of `chosen` that must not be sent, because their
    // visitor has changed their mind since the event was decided about (they are settled as
    // withdrawn) or because they have been deleted.
    places withdraw(const batch& records, const places& chosen);
    // The same question while a request waits for its connection: all of them may be sent still.
    bool may_send(const batch& records, const places& chosen) const;
    // Settles what the answer to `sent` decides. Gives how many were delivered.
    std::uint64_t settle(const batch& records, const places& sent, const core::delivery& answer);

  private:
    // Always asked in this order; settler.cpp says why.
    places forbidden(const batch& records, const places& chosen) const;
    places no_longer_leased(const batch& records, const places& chosen) const;
    // Before the settlement: a crash between the two sends an event again and writes a second line,
    // but leaves none unwritten.
    void write_down(const batch& records, const places& sent, const core::delivery& answer);

    surroundings around_;
    const route& route_;
};

} // namespace gatepost::relay
