#include "key_census.hpp"

namespace gatepost::spool {

void key_census::add(std::string_view key_name, std::int64_t count) {
    const auto found = changed_.find(key_name);
    if (found == changed_.end()) {
        changed_.emplace(key_name, count);
    } else {
        found->second += count;
    }
}

std::int64_t key_census::stale() const {
    std::int64_t sum = 0;
    for (const auto* counts : {&held_, &changed_}) {
        for (const auto& [name, count] : *counts) {
            sum += name == newest_ ? 0 : count;
        }
    }
    return sum;
}

std::map<key_ring::key_name, std::uint64_t> key_census::missing_in(const key_ring& keys) const {
    std::map<key_ring::key_name, std::uint64_t> missing;
    for (const auto& [name, count] : held_) {
        if (!name.empty() && count > 0 && keys.find(name) == nullptr) {
            missing[name] = static_cast<std::uint64_t>(count);
        }
    }
    return missing;
}

std::int64_t key_census::keep() {
    for (const auto& [name, count] : changed_) {
        held_[name] += count;
    }
    changed_.clear();
    const auto before = told_;
    told_ = stale();
    return told_ - before;
}

} // namespace gatepost::spool
