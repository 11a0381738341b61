// A clock that stands still until a test moves it.
#pragma once

#include <gatepost/core/clock.hpp>

#include <atomic>

namespace gatepost::test {

class fake_clock final : public core::clock {
  public:
    // 2026-11-22T12:00:00Z
    static constexpr core::wall_time start{std::chrono::milliseconds(1'795'348'800'000)};

    core::wall_time wall() const override { return start + passed_.load() + corrected_.load(); }
    core::steady_time steady() const override {
        return core::steady_time(std::chrono::hours(1)) + passed_.load();
    }

    void advance(std::chrono::milliseconds by) { passed_ = passed_.load() + by; }
    // Sets the wall clock alone, as an operator or NTP does.
    void correct(std::chrono::milliseconds by) { corrected_ = corrected_.load() + by; }

  private:
    std::atomic<std::chrono::milliseconds> passed_{std::chrono::milliseconds(0)};
    std::atomic<std::chrono::milliseconds> corrected_{std::chrono::milliseconds(0)};
};

} // namespace gatepost::test
