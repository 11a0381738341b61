#include "retention_date.hpp"

#include <algorithm>

namespace gatepost::ledger {
namespace {

constexpr std::chrono::hours day(24);
// How far the wall clock is believed beside the time that has passed.
constexpr std::chrono::hours leap = 30 * day;

} // namespace

std::chrono::sys_seconds retention_date::furthest(core::steady_time now) const {
    return kept_ + leap + std::chrono::floor<std::chrono::seconds>(now - since_);
}

std::chrono::sys_seconds retention_date::at(std::chrono::sys_seconds wall,
                                            core::steady_time now) const {
    return std::min(wall, furthest(now));
}

std::optional<std::chrono::sys_seconds> retention_date::move(std::chrono::sys_seconds wall,
                                                             core::steady_time now) {
    if (now - since_ < day) {
        return std::nullopt;
    }
    // Also back: a file that was made by a wrong clock is put right like this.
    kept_ = std::clamp(wall, kept_ - leap, furthest(now));
    since_ = now;
    return kept_;
}

} // namespace gatepost::ledger
