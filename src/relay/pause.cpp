#include <gatepost/relay/pause.hpp>

#include <utility>

namespace gatepost::relay {

core::steady_time pause::retry_at() const {
    return active_ ? retry_at_ : core::steady_time::min();
}

bool pause::refused(std::string_view reason, core::steady_time sent, core::steady_time now) {
    const bool news = !active_ || reason != reason_;
    if (!active_ || sent >= resumed_at_) {
        retry_at_ = now + probe_every_;
    }
    active_ = true;
    reason_ = reason;
    return news;
}

bool pause::answered() {
    resumed_at_ = core::steady_time::min();
    return std::exchange(active_, false);
}

void pause::resume(core::steady_time now) {
    if (active_) {
        retry_at_ = now;
        resumed_at_ = now;
    }
}

} // namespace gatepost::relay
