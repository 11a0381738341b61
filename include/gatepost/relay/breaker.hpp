// The circuit breaker of one pixel: after so many failures in a row nothing is sent for a while,
// then one request at a time probes whether the upstream is back.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/relay/options.hpp>

namespace gatepost::relay {

class breaker {
  public:
    enum class state { closed = 0, half_open = 1, open = 2 };

    explicit breaker(const breaker_options& chosen) : options_(chosen), wait_(chosen.open) {}

    // May a request go out now? After yes in the half-open state the answer is no until its outcome
    // is told.
    bool admit(core::steady_time now);
    // When admit() will say yes, as far as time decides it; long ago when it does not.
    core::steady_time retry_at() const {
        return state_ == state::open ? retry_at_ : core::steady_time::min();
    }

    // True when this ends an outage: the breaker was not closed.
    bool succeeded();
    void failed(core::steady_time now);
    // A probe that went out and came to nothing either way (cancelled).
    void forget_probe() { probing_ = false; }

    // A wait that has begun ends when it was to.
    void reconfigure(const breaker_options& chosen);

    state now() const { return state_; }
    int failures() const { return failures_; } // in a row

  private:
    breaker_options options_;
    state state_ = state::closed;
    int failures_ = 0;
    bool probing_ = false;
    std::chrono::milliseconds wait_;
    core::steady_time retry_at_{};
};

} // namespace gatepost::relay
