// The counters that everybody may ask: kept, not counted. The writer moves them when a group has
// been committed, the consuming thread when it leases and settles. Any thread.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/spool/queue.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::spool {

// What a commit group did to one pixel.
struct pixel_change {
    std::int64_t number = 0;
    std::int64_t rows = 0;                     // more or, below zero, fewer records waiting
    std::uint64_t appended = 0;                // of these came in
    std::uint64_t settled = 0;                 // settlements that are done with
    std::optional<core::wall_time> oldest;     // now
    std::uint64_t withdrawn = 0;               // deleted, dead letters too
    std::uint64_t removed = 0;                 // dead letters deleted, by whomever
    std::map<std::string, std::uint64_t> dead; // new ones, by reason
};

// What a commit group did to the spool.
struct group_change {
    std::map<std::string, pixel_change> pixels;
    std::int64_t bytes = 0;
    std::int64_t dead = 0;
    std::int64_t to_encrypt_anew = 0;
    // The largest list there was no room for, 0 for none.
    std::uint64_t refused_bytes = 0;
    bool accepted = false; // a list came in
    // At the opening: when what is held was last received.
    std::optional<core::wall_time> newest;
};

class tallies {
  public:
    explicit tallies(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

    // The writer.
    void apply(const group_change& change);
    // The most bytes from now on.
    void limit(std::uint64_t max_bytes);
    // Whether the disk has no room, whatever max_bytes says. Also ends with the next list accepted.
    void disk_full(bool full);

    // The consuming thread.
    void leased(const std::string& pixel, std::size_t count);
    void handed_over(const std::string& pixel, std::size_t settlements);
    struct pixel_tally {
        std::int64_t number = 0;
        std::uint64_t rows = 0;     // in the file
        std::uint64_t settling = 0; // of these, settled and not yet committed
        std::uint64_t leased = 0;
        std::optional<core::wall_time> oldest;
    };
    // nullopt for a pixel that never had a record.
    std::optional<pixel_tally> find(const std::string& pixel) const;
    std::vector<std::string> pixels() const;

    totals sum() const;

  private:
    std::uint64_t max_bytes_;
    mutable std::mutex mutex_;
    std::map<std::string, pixel_tally> pixels_;
    std::uint64_t bytes_ = 0;
    std::uint64_t dead_ = 0;
    std::uint64_t to_encrypt_anew_ = 0;
    std::uint64_t refused_bytes_ = 0;
    std::optional<core::wall_time> newest_at_opening_;
    bool disk_full_ = false;
};

} // namespace gatepost::spool
