// Chance that a seed repeats.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>

namespace gatepost::campaigns {

class dice {
  public:
    explicit dice(std::uint64_t seed) : source_(seed) {}

    // 0 to count - 1
    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(source_);
    }
    bool happens(double probability) { return std::bernoulli_distribution(probability)(source_); }
    std::chrono::milliseconds at_most(std::chrono::milliseconds longest) {
        return std::chrono::milliseconds(below(static_cast<std::size_t>(longest.count()) + 1));
    }
    std::uint64_t seed() { return source_(); }

  private:
    std::mt19937_64 source_;
};

} // namespace gatepost::campaigns
