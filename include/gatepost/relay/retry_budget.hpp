// So that an upstream that half works is not drowned in second tries: of one pixel's requests that
// carry records tried before, those that fail are at most a fifth of all its requests that succeed,
// beside a small allowance and one such request a second in any case.
//
// A second try is paid for and earns its price back when it succeeds, so that what waited through
// an outage goes out at full speed as soon as the upstream takes it.
#pragma once

#include <gatepost/core/clock.hpp>

#include <chrono>

namespace gatepost::relay {

class retry_budget {
  public:
    static constexpr int allowance = 10; // second tries at the beginning, and that can be saved up
    static constexpr int successes_for_one = 5;
    static constexpr auto at_least_every = std::chrono::seconds(1);

    // When a second try may go; long ago when it may at once.
    core::steady_time ready_at() const;
    // One goes out.
    void spend(core::steady_time now);
    // A request succeeded; `retried`: with records that had been tried before.
    void succeeded(bool retried);
    // A second try that was paid for was not sent after all.
    void give_back();

  private:
    void earn(int amount);

    // In parts of which a second try costs so many as successes earn it.
    int saved_ = allowance * successes_for_one;
    core::steady_time free_at_ = core::steady_time::min(); // one goes for nothing
};

} // namespace gatepost::relay
