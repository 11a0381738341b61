#include "duplicate_set.hpp"

#include <algorithm>

namespace gatepost::spool {
namespace {

// How much of its window an event may spend waiting before its delivery begins a new one.
std::chrono::milliseconds soon(std::chrono::milliseconds window) {
    return std::min<std::chrono::milliseconds>(std::chrono::minutes(1), window / 64);
}

} // namespace

duplicate_set::duplicate_set(std::chrono::milliseconds window, std::size_t max_keys)
    : window_(window), slots_(max_keys), index_(2 * max_keys, none) {
    for (std::size_t i = 0; i + 1 < max_keys; ++i) {
        slots_[i].newer = static_cast<position>(i + 1);
    }
}

bool duplicate_set::add(const core::key128& key, core::wall_time now) {
    const auto found = find(key);
    if (found != none && (slots_[found].held.waiting || in_window(slots_[found].held, now))) {
        return false;
    }
    put(key, make_entry(now, true), now);
    return true;
}

bool duplicate_set::delivered(const core::key128& key, core::wall_time now) {
    const auto found = find(key);
    if (found == none) {
        return false; // forgotten early; to know it again would push out another
    }
    auto& held = slots_[found].held;
    const bool anew = now > core::wall_time(std::chrono::milliseconds(held.at)) + soon(window_);
    if (anew) {
        put(key, make_entry(now, false), now);
    } else {
        undo_.push_back({step::altered, found, slots_[found]});
        held.waiting = false;
    }
    return anew;
}

void duplicate_set::free(const core::key128& key) {
    const auto found = find(key);
    if (found != none) {
        undo_.push_back({step::taken, found, slots_[found]});
        vacate(found);
    }
}

void duplicate_set::undo_to(std::size_t mark) {
    while (undo_.size() > mark) {
        take_back(undo_.back());
        undo_.pop_back();
    }
}

void duplicate_set::keep(core::wall_time now) {
    undo_.clear();
    forget_old(now);
}

void duplicate_set::restore(const core::key128& key, core::wall_time at) {
    put(key, make_entry(at, false), at);
    keep(at);
}

void duplicate_set::restore_waiting(const core::key128& key, core::wall_time now) {
    const auto found = find(key);
    if (found != none) {
        slots_[found].held.waiting = true;
    } else {
        put(key, make_entry(now, true), now);
    }
    keep(now);
}

duplicate_set::entry duplicate_set::make_entry(core::wall_time at, bool waiting) {
    return {.at = at.time_since_epoch().count(), .waiting = waiting};
}

bool duplicate_set::in_window(const entry& held, core::wall_time now) const {
    return now < core::wall_time(std::chrono::milliseconds(held.at)) + window_;
}

void duplicate_set::put(const core::key128& key, entry held, core::wall_time now) {
    if (const auto found = find(key); found != none) {
        undo_.push_back({step::altered, found, slots_[found]});
        renew(found, held);
        return;
    }
    make_room(now);
    undo_.push_back({step::put, free_, {}});
    occupy(key, held, newest_);
}

void duplicate_set::make_room(core::wall_time now) {
    if (size_ < slots_.size()) {
        return;
    }
    const auto& held = slots_[oldest_].held;
    const bool early = held.waiting || in_window(held, now);
    undo_.push_back({early ? step::pushed_out : step::taken, oldest_, slots_[oldest_]});
    pushed_out_ += early ? 1 : 0;
    vacate(oldest_);
}

void duplicate_set::take_back(const change& last) {
    switch (last.what) {
    case step::put:
        vacate(last.where);
        break;
    case step::pushed_out:
        --pushed_out_;
        [[fallthrough]];
    case step::taken:
        occupy(last.before.key, last.before.held, last.before.older);
        break;
    case step::altered:
        unlink(last.where);
        slots_[last.where].held = last.before.held;
        link(last.where, last.before.older);
        break;
    }
}

void duplicate_set::forget_old(core::wall_time now) {
    // Each key at most once: with a short window those that wait would go round for ever.
    for (auto left = size_; left > 0 && !in_window(slots_[oldest_].held, now); --left) {
        if (slots_[oldest_].held.waiting) {
            renew(oldest_, make_entry(now, true));
        } else {
            vacate(oldest_);
        }
    }
}

void duplicate_set::occupy(const core::key128& key, entry held, position behind) {
    const auto where = free_;
    free_ = slots_[where].newer;
    slots_[where].key = key;
    slots_[where].held = held;
    link(where, behind);
    index(where);
    ++size_;
}

void duplicate_set::vacate(position where) {
    unindex(where);
    unlink(where);
    slots_[where].newer = std::exchange(free_, where);
    --size_;
}

void duplicate_set::link(position where, position behind) {
    auto& one = slots_[where];
    one.older = behind;
    one.newer = std::exchange(behind == none ? oldest_ : slots_[behind].newer, where);
    (one.newer == none ? newest_ : slots_[one.newer].older) = where;
}

void duplicate_set::unlink(position where) {
    const auto& one = slots_[where];
    (one.older == none ? oldest_ : slots_[one.older].newer) = one.newer;
    (one.newer == none ? newest_ : slots_[one.newer].older) = one.older;
}

void duplicate_set::renew(position where, entry held) {
    unlink(where);
    slots_[where].held = held;
    link(where, newest_);
}

std::size_t duplicate_set::home(const core::key128& key) const {
    // Keys are digests; the product spreads those of tests as well. Its upper half becomes a place
    // in the index by a multiplication, which needs no power of two.
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(((key.low * golden >> 32) * index_.size()) >> 32);
}

duplicate_set::position duplicate_set::find(const core::key128& key) const {
    auto at = home(key);
    while (index_[at] != none && slots_[index_[at]].key != key) {
        at = at + 1 == index_.size() ? 0 : at + 1;
    }
    return index_[at];
}

void duplicate_set::index(position where) {
    auto at = home(slots_[where].key);
    while (index_[at] != none) {
        at = at + 1 == index_.size() ? 0 : at + 1;
    }
    index_[at] = where;
}

void duplicate_set::unindex(position where) {
    const auto size = index_.size();
    const auto next = [size](std::size_t at) { return at + 1 == size ? 0 : at + 1; };
    auto gap = home(slots_[where].key);
    while (index_[gap] != where) {
        gap = next(gap);
    }
    // Whoever stands behind the gap and would not be found any more moves into it.
    for (auto at = next(gap); index_[at] != none; at = next(at)) {
        const auto way = at + size - home(slots_[index_[at]].key);
        const auto from_gap = at + size - gap;
        if (way % size >= from_gap % size) {
            index_[gap] = index_[at];
            gap = at;
        }
    }
    index_[gap] = none;
}

} // namespace gatepost::spool
