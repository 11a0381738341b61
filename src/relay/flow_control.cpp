#include <gatepost/relay/backoff.hpp>
#include <gatepost/relay/flow_control.hpp>

#include <algorithm>

namespace gatepost::relay {

using core::upstream_health;

flow_control::flow_control(const options& chosen)
    : retry_(chosen.retry), breaker_(chosen.breaker), pause_(chosen.retry.max), rate_(chosen.rate) {
}

void flow_control::reconfigure(const options& chosen) {
    retry_ = chosen.retry;
    breaker_.reconfigure(chosen.breaker);
    pause_.reconfigure(chosen.retry.max);
    rate_.reconfigure(chosen.rate);
}

core::steady_time flow_control::opens_at() const {
    return std::max({not_before_, breaker_.retry_at(), pause_.retry_at(), rate_.ready_at()});
}

bool flow_control::begin(core::steady_time now) {
    return opens_at() <= now && breaker_.admit(now) && rate_.admit(now);
}

bool flow_control::go_on(core::steady_time now) {
    return !is_barred(now) && rate_.admit(now);
}

core::steady_time flow_control::retries_at() const {
    return is_cut_off() ? core::steady_time::min() : budget_.ready_at();
}

bool flow_control::pay_for_retry(core::steady_time now) {
    if (is_cut_off()) {
        return false;
    }
    budget_.spend(now);
    return true;
}

void flow_control::forget_request(bool paid) {
    breaker_.forget_probe();
    if (paid) {
        budget_.give_back();
    }
}

bool flow_control::is_barred(core::steady_time now) const {
    return pause_.active() || not_before_ > now || breaker_.retry_at() > now;
}

bool flow_control::probes() const {
    return pause_.active() || breaker_.now() == breaker::state::half_open;
}

flow_control::news flow_control::learn(const reply& came, core::steady_time now, double chance) {
    const auto& answer = came.meaning;
    news found;
    if (came.answered && answer.health != upstream_health::refusing) {
        found.pause_ends = pause_.answered();
    }
    switch (answer.health) {
    case upstream_health::answering:
        limited_ = 0;
        rate_.taken(now);
        budget_.succeeded(came.retried);
        found.upstream_is_back = breaker_.succeeded();
        break;
    case upstream_health::rate_limited: // slow, not broken
        breaker_.forget_probe();
        limited_ += rate_.limited(came.sent, now) ? 1 : 0;
        wait_after(limited_, answer, now, chance);
        break;
    case upstream_health::failing:
        breaker_.failed(now);
        if (answer.retry_after) {
            wait_after(1, answer, now, chance);
        }
        break;
    case upstream_health::refusing: // it works, but not for this pixel
        breaker_.forget_probe();
        found.pause_begins = pause_.refused(answer.refusal, came.sent, now);
        break;
    }
    return found;
}

void flow_control::wait_after(int limited, const core::delivery& answer, core::steady_time now,
                              double chance) {
    not_before_ = std::max(not_before_, now + backoff(retry_, limited, chance, answer.retry_after));
}

} // namespace gatepost::relay
