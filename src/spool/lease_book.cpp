#include "lease_book.hpp"

#include <algorithm>

namespace gatepost::spool {

void lease_book::move_due(core::steady_time now) {
    while (!later_.empty() && later_.begin()->first <= now) {
        due_.insert(later_.begin()->second);
        later_.erase(later_.begin());
    }
}

std::size_t lease_book::due_count(core::steady_time now) {
    move_due(now);
    return due_.size();
}

std::vector<record_id> lease_book::due(core::steady_time now, std::size_t most) {
    move_due(now);
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, due_.size()));
    return {due_.begin(), std::next(due_.begin(), count)};
}

std::optional<core::steady_time> lease_book::next_due() const {
    if (!due_.empty()) {
        // Due already; any time that has passed says so.
        return known_.at(*due_.begin()).not_before;
    }
    return later_.empty() ? std::nullopt : std::optional(later_.begin()->first);
}

int lease_book::lease(record_id id) {
    auto& known = known_[id];
    take_back(id, known);
    known.not_before.reset();
    cursor_ = std::max(cursor_, id);
    return known.leases++;
}

int lease_book::drop(record_id id) {
    cursor_ = std::max(cursor_, id);
    const auto known = known_.find(id);
    if (known == known_.end()) {
        return 0;
    }
    take_back(id, known->second);
    const int leases = known->second.leases;
    known_.erase(known);
    return leases;
}

void lease_book::pass_over(record_id id) {
    drop(id);
    passed_over_.insert(id);
}

bool lease_book::release(record_id id, core::steady_time not_before) {
    const auto known = known_.find(id);
    if (known == known_.end() || known->second.not_before) {
        return false;
    }
    known->second.not_before = not_before;
    later_.emplace(not_before, id);
    return true;
}

bool lease_book::settle(record_id id) {
    const auto known = known_.find(id);
    if (known == known_.end() || known->second.not_before) {
        return false;
    }
    known_.erase(known);
    return true;
}

bool lease_book::is_leased(record_id id) const {
    const auto known = known_.find(id);
    return known != known_.end() && !known->second.not_before;
}

void lease_book::forget(record_id id) {
    passed_over_.erase(id);
    const auto known = known_.find(id);
    if (known != known_.end()) {
        take_back(id, known->second);
        known_.erase(known);
    }
}

void lease_book::hasten() {
    for (const auto& [not_before, id] : later_) {
        due_.insert(id);
    }
    // What was hastened is due at the earliest time there is, whatever was asked before.
    for (const auto id : due_) {
        known_[id].not_before = core::steady_time::min();
    }
    later_.clear();
}

void lease_book::take_back(record_id id, const entry& known) {
    if (known.not_before && due_.erase(id) == 0) {
        later_.erase({*known.not_before, id});
    }
}

} // namespace gatepost::spool
