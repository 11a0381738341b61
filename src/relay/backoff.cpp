#include <gatepost/relay/backoff.hpp>

#include <algorithm>

namespace gatepost::relay {

std::chrono::milliseconds backoff(const retry_options& chosen, int failed, double chance) {
    constexpr int most_doublings = 30;
    const int doublings = std::clamp(failed - 1, 0, most_doublings);
    const auto whole = std::min(chosen.first * (std::int64_t{1} << doublings), chosen.max);
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(whole.count()) * chance));
}

std::chrono::milliseconds backoff(const retry_options& chosen, int failed, double chance,
                                  std::optional<std::chrono::milliseconds> asked) {
    constexpr std::chrono::milliseconds most = std::chrono::hours(1);
    return std::max(backoff(chosen, failed, chance),
                    std::min(asked.value_or(std::chrono::milliseconds(0)), most));
}

} // namespace gatepost::relay
