// How many requests a second one pixel sends. While the upstream says that they are too many the
// rate is halved, down to one request in ten seconds; while it takes them the rate rises by a
// fiftieth of the configured one each second (additive increase, multiplicative decrease, as TCP
// shares a line that nobody knows the width of: RFC 5681 section 3.1).
#pragma once

#include <gatepost/core/clock.hpp>

#include <chrono>

namespace gatepost::relay {

class rate_limiter {
  public:
    // What the requests of this time may go out at once after a quiet moment.
    static constexpr auto burst = std::chrono::milliseconds(100);

    // `most` requests a second; 0 for no limit.
    explicit rate_limiter(double most) : most_(most), rate_(most) {}

    // A rate that was lowered stays so, but for a new ceiling below it.
    void reconfigure(double most);

    // May a request go out now? Yes counts it.
    bool admit(core::steady_time now);
    // When admit() will say yes.
    core::steady_time ready_at() const { return on_time_ - burst; }

    // The upstream took a request.
    void taken(core::steady_time now);
    // A request that went out at `sent` was one too many. The requests that were under way together
    // are one sign, not several: true for the first answer of such a round, which halves the rate.
    bool limited(core::steady_time sent, core::steady_time now);

    // Requests a second at present; 0 for no limit.
    double rate() const { return rate_; }

  private:
    double most_;
    double rate_;
    core::steady_time on_time_{}; // when the next request would be neither early nor late
    core::steady_time changed_at_{};
    core::steady_time round_begun_ = core::steady_time::min(); // with what was sent after it
};

} // namespace gatepost::relay
