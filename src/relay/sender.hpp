// One request of a pixel: what of a batch may still go, what came of it, and the word about it in
// logs and metrics.
#pragma once

#include "settler.hpp"

#include <gatepost/relay/batch_plan.hpp>
#include <gatepost/relay/flow_control.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace gatepost::relay {

class sender {
  public:
    // `path` and `records` outlive it.
    sender(const surroundings& around, const route& path, settler& records)
        : around_(around), route_(path), settler_(records) {}

    // Sends of `chosen` what may be sent, and leaves in it and in the plan no more than that; no
    // reply when it is nothing. Looks each time, not only after the lease: a search for a bad
    // record may take a while. The records are of one variant.
    boost::asio::awaitable<std::optional<reply>> send(const batch& records, batch_plan& plan,
                                                      places& chosen);

  private:
    boost::asio::awaitable<std::optional<reply>> post(const batch& records, const places& chosen);
    reply without_answer(const net::client_failure& failure, std::size_t records) const;

    surroundings around_;
    const route& route_;
    settler& settler_;
};

} // namespace gatepost::relay
