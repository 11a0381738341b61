#include <gatepost/relay/breaker.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::relay {

bool breaker::admit(core::steady_time now) {
    switch (state_) {
    case state::closed:
        return true;
    case state::open:
        if (now < retry_at_) {
            return false;
        }
        state_ = state::half_open;
        probing_ = true;
        return true;
    case state::half_open:
        return !std::exchange(probing_, true);
    }
    return false;
}

bool breaker::succeeded() {
    const bool outage = state_ != state::closed;
    state_ = state::closed;
    failures_ = 0;
    probing_ = false;
    wait_ = options_.open;
    return outage;
}

void breaker::failed(core::steady_time now) {
    ++failures_;
    if (state_ == state::half_open) {
        wait_ = std::min(wait_ * 2, options_.max);
    } else if (failures_ < options_.failures || state_ == state::open) {
        return; // not yet, or a straggler that went out before it opened
    }
    state_ = state::open;
    probing_ = false;
    retry_at_ = now + wait_;
}

void breaker::reconfigure(const breaker_options& chosen) {
    options_ = chosen;
    wait_ =
        state_ == state::closed ? chosen.open : std::min(std::max(wait_, chosen.open), chosen.max);
}

} // namespace gatepost::relay
