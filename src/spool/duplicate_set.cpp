#include "duplicate_set.hpp"

#include <algorithm>

namespace gatepost::spool {
namespace {

// How much of its window an event may spend waiting before its delivery begins a new one.
std::chrono::milliseconds soon(std::chrono::milliseconds window) {
    return std::min<std::chrono::milliseconds>(std::chrono::minutes(1), window / 64);
}

} // namespace

bool duplicate_set::add(const core::key128& key, core::wall_time now) {
    const auto found = entries_.find(key);
    if (found != entries_.end() && (found->second.waiting || now < found->second.at + window_)) {
        return false;
    }
    put(key, {now, true});
    return true;
}

bool duplicate_set::delivered(const core::key128& key, core::wall_time now) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        return false; // forgotten early; to know it again would push out another
    }
    const bool anew = now > found->second.at + soon(window_);
    if (anew) {
        put(key, {now, false});
    } else {
        undo_.push_back({key, found->second});
        found->second.waiting = false;
    }
    return anew;
}

void duplicate_set::free(const core::key128& key) {
    const auto found = entries_.find(key);
    if (found != entries_.end()) {
        undo_.push_back({key, found->second});
        entries_.erase(found);
    }
}

void duplicate_set::undo_to(std::size_t mark) {
    while (undo_.size() > mark) {
        const auto& last = undo_.back();
        if (last.before) {
            entries_.insert_or_assign(last.key, *last.before);
        } else {
            entries_.erase(last.key);
        }
        undo_.pop_back();
    }
}

void duplicate_set::keep(core::wall_time now) {
    undo_.clear();
    forget_old(now);
}

void duplicate_set::restore(const core::key128& key, core::wall_time at) {
    put(key, {at, false});
    keep(at);
}

void duplicate_set::restore_waiting(const core::key128& key, core::wall_time now) {
    const auto found = entries_.find(key);
    if (found != entries_.end()) {
        found->second.waiting = true;
    } else {
        put(key, {now, true});
    }
    keep(now);
}

void duplicate_set::put(const core::key128& key, entry now) {
    const auto [found, fresh] = entries_.try_emplace(key, now);
    undo_.push_back({key, fresh ? std::nullopt : std::optional(found->second)});
    found->second = now;
    by_age_.push_back({key, now.at});
}

bool duplicate_set::stale(const aged_key& aged) const {
    const auto found = entries_.find(aged.key);
    return found == entries_.end() || found->second.at != aged.at;
}

void duplicate_set::forget_old(core::wall_time now) {
    // Each key at most once: with a short window those that wait would go round for ever.
    for (auto left = by_age_.size(); left > 0; --left) {
        const auto oldest = by_age_.front();
        if (!stale(oldest)) {
            const auto found = entries_.find(oldest.key);
            if (entries_.size() > max_keys_) {
                entries_.erase(found);
                ++pushed_out_;
            } else if (now < oldest.at + window_) {
                break;
            } else if (found->second.waiting) {
                found->second.at = now;
                by_age_.push_back({oldest.key, now});
            } else {
                entries_.erase(found);
            }
        }
        by_age_.pop_front();
    }
    // Keys that are freed or delivered late leave stale ones behind; never more than live ones.
    if (by_age_.size() > 2 * entries_.size() + 1024) {
        std::erase_if(by_age_, [this](const aged_key& aged) { return stale(aged); });
    }
}

} // namespace gatepost::spool
