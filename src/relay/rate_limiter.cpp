#include <gatepost/relay/rate_limiter.hpp>

#include <algorithm>

namespace gatepost::relay {
namespace {

constexpr double lowest = 0.1;
constexpr double rise = 0.02; // of the configured rate, each second

using seconds = std::chrono::duration<double>;

} // namespace

void rate_limiter::reconfigure(double most) {
    const bool lowered = rate_ < most_;
    rate_ = lowered && most > 0 ? std::min(rate_, most) : most;
    most_ = most;
}

bool rate_limiter::admit(core::steady_time now) {
    if (now < ready_at()) {
        return false;
    }
    if (rate_ > 0) {
        const auto interval =
            std::chrono::duration_cast<core::steady_time::duration>(seconds(1 / rate_));
        on_time_ = std::max(on_time_, now) + interval;
    }
    return true;
}

void rate_limiter::taken(core::steady_time now) {
    // A quiet time teaches nothing: no answer counts for more than a second.
    const auto passed = std::min(seconds(now - changed_at_), seconds(1));
    rate_ = std::min(most_, rate_ + most_ * rise * std::max(passed.count(), 0.0));
    changed_at_ = now;
}

bool rate_limiter::limited(core::steady_time sent, core::steady_time now) {
    if (sent <= round_begun_) {
        return false;
    }
    round_begun_ = now;
    changed_at_ = now;
    rate_ = std::max(rate_ / 2, std::min(lowest, most_));
    return true;
}

} // namespace gatepost::relay
