#include <gatepost/relay/retry_budget.hpp>

#include <algorithm>

namespace gatepost::relay {

core::steady_time retry_budget::ready_at() const {
    return saved_ >= successes_for_one ? core::steady_time::min() : free_at_;
}

void retry_budget::spend(core::steady_time now) {
    if (saved_ >= successes_for_one) {
        saved_ -= successes_for_one;
    } else {
        free_at_ = now + at_least_every;
    }
}

void retry_budget::succeeded(bool retried) {
    earn(retried ? 1 + successes_for_one : 1);
}

void retry_budget::give_back() {
    earn(successes_for_one);
}

void retry_budget::earn(int amount) {
    saved_ = std::min(saved_ + amount, allowance * successes_for_one);
}

} // namespace gatepost::relay
