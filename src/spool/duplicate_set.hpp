// Which events are waiting or were delivered lately: a bounded set of 128-bit keys, in memory and
// without a clock. It belongs to the writer thread.
//
// All of its memory (40 bytes for each of max_keys) is taken and touched when it is made, so that
// the process does not grow later. The keys stand in slots, which form a list by age; an index of
// slots by key is probed linearly and is never more than half full.
//
// What changes while a group is written can be taken back until keep() is called.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ids.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gatepost::spool {

class duplicate_set {
  public:
    // A key is known while its event waits and for `window` after its delivery. At `max_keys`, at
    // least 1, the oldest is forgotten for a new one.
    duplicate_set(std::chrono::milliseconds window, std::size_t max_keys);

    std::size_t size() const { return size_; }

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
    // Makes what was done final and forgets what is too old.
    void keep(core::wall_time now);

    // How many keys max_keys has pushed out before their time since this was last asked: events
    // that may come again.
    std::size_t take_pushed_out() { return std::exchange(pushed_out_, 0); }

    // At start: a key as it was logged, then the keys of what is waiting.
    void restore(const core::key128& key, core::wall_time at);
    void restore_waiting(const core::key128& key, core::wall_time now);

  private:
    using position = std::uint32_t; // of a slot
    static constexpr position none = ~position(0);

    struct entry {
        std::int64_t at : 63; // milliseconds since 1970
        bool waiting : 1;
    };
    struct slot {
        core::key128 key;
        entry held{};
        position older = none;
        position newer = none; // of a free slot: the next free one
    };
    static_assert(sizeof(slot) == 32);

    enum class step : std::uint8_t { put, taken, pushed_out, altered };
    // Steps are taken back in reverse order, so that each finds the list and the free slots as it
    // left them.
    struct change {
        step what;
        position where;
        slot before;
    };

    static entry make_entry(core::wall_time at, bool waiting);
    bool in_window(const entry& held, core::wall_time now) const;
    position find(const core::key128& key) const;

    void put(const core::key128& key, entry held, core::wall_time now);
    void make_room(core::wall_time now);
    void take_back(const change& last);
    void forget_old(core::wall_time now);

    // Without undo.
    void occupy(const core::key128& key, entry held, position behind);
    void vacate(position where);
    void link(position where, position behind);
    void unlink(position where);
    void renew(position where, entry held);
    std::size_t home(const core::key128& key) const;
    void index(position where);
    void unindex(position where);

    std::chrono::milliseconds window_;
    std::vector<slot> slots_;
    std::vector<position> index_;
    std::size_t size_ = 0;
    position free_ = 0;
    position oldest_ = none;
    position newest_ = none;
    std::vector<change> undo_;
    std::size_t pushed_out_ = 0;
};

} // namespace gatepost::spool
