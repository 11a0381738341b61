// Which events are waiting or were delivered lately: a bounded set of 128-bit keys, in memory and
// without a clock. It belongs to the writer thread.
//
// What changes while a group is written can be taken back until keep() is called.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ids.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace gatepost::spool {

class duplicate_set {
  public:
    // A key is known while its event waits and for `window` after its delivery. Past `max_keys` the
    // oldest are forgotten early.
    duplicate_set(std::chrono::milliseconds window, std::size_t max_keys)
        : window_(window), max_keys_(max_keys) {}

    std::size_t size() const { return entries_.size(); }

    // An event comes in; false when it is known, which changes nothing.
    bool add(const core::key128& key, core::wall_time now);
    // An event went out. True when its window begins anew: to be logged as if added. An event that
    // goes out soon after it came in keeps the window it has, so that most deliveries cost nothing.
    bool delivered(const core::key128& key, core::wall_time now);
    // An event is dead, withdrawn or erased: its id may be used again.
    void free(const core::key128& key);

    std::size_t mark() const { return undo_.size(); }
    // Takes back what was done since mark().
    void undo_to(std::size_t mark);
    // Makes what was done final and forgets what is too old or too much.
    void keep(core::wall_time now);

    // How many keys max_keys has pushed out since this was last asked: events that may come again.
    std::size_t take_pushed_out() { return std::exchange(pushed_out_, 0); }

    // At start: a key as it was logged, then the keys of what is waiting.
    void restore(const core::key128& key, core::wall_time at);
    void restore_waiting(const core::key128& key, core::wall_time now);

  private:
    struct entry {
        core::wall_time at;
        bool waiting = false;
    };
    struct change {
        core::key128 key;
        std::optional<entry> before;
    };
    struct aged_key {
        core::key128 key;
        core::wall_time at;
    };

    void put(const core::key128& key, entry now);
    // An aged key whose entry has gone or has begun a new window.
    bool stale(const aged_key& aged) const;
    void forget_old(core::wall_time now);

    std::chrono::milliseconds window_;
    std::size_t max_keys_;
    boost::unordered_flat_map<core::key128, entry, core::key128_hash> entries_;
    std::deque<aged_key> by_age_; // oldest first, with stale ones among them
    std::vector<change> undo_;
    std::size_t pushed_out_ = 0;
};

} // namespace gatepost::spool
