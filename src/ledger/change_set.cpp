#include "change_set.hpp"

#include <algorithm>

namespace gatepost::ledger {

void change_set::add(const std::string& controller, const std::vector<key_change>& changes) {
    for (const auto& change : changes) {
        choices_[{controller, change.key}] = change.now;
    }
}

void change_set::add(const waiting_denial& denial) {
    auto& held = denials_[{denial.controller, denial.keys}];
    held = {denial.id, std::max(held.seen, denial.seen)};
}

void change_set::forget_denials(std::uint64_t up_to) {
    forgotten_ = std::max(forgotten_, up_to);
    std::erase_if(denials_, [&](const auto& denial) { return denial.second.id <= up_to; });
}

void change_set::absorb(change_set later) {
    if (later.forgotten_ > 0) {
        forget_denials(later.forgotten_);
    }
    date_ = later.date_ ? later.date_ : date_;
    for (auto& [key, held] : later.choices_) {
        choices_.insert_or_assign(key, held);
    }
    for (const auto& [who, denial] : later.denials_) {
        auto& held = denials_[who];
        held = {denial.id, std::max(held.seen, denial.seen)};
    }
}

} // namespace gatepost::ledger
