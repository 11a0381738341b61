#include "calendar.hpp"

#include <algorithm>

namespace gatepost::spool {
namespace {

// A wall clock that is this much off what has passed since somebody looked has been set; less is
// how it is kept right (NTP slews it by 0.5 ms a second).
constexpr std::chrono::minutes set_by(1);

std::chrono::milliseconds ahead(core::wall_time wall, core::steady_time steady) {
    return wall.time_since_epoch() -
           std::chrono::floor<std::chrono::milliseconds>(steady.time_since_epoch());
}

bool alike(std::chrono::milliseconds one, std::chrono::milliseconds other) {
    return one - other <= set_by && other - one <= set_by;
}

} // namespace

calendar::calendar(const core::clock& clock, std::chrono::milliseconds patience)
    : clock_(clock), patience_(patience), believed_(ahead(clock.wall(), clock.steady())),
      claimed_(believed_), claimed_since_(clock.steady()) {}

core::wall_time calendar::now() {
    const std::lock_guard lock(mutex_);
    return look();
}

std::optional<core::wall_time> calendar::settled() {
    const std::lock_guard lock(mutex_);
    const auto date = look();
    return settled_ ? std::optional(date) : std::nullopt;
}

std::optional<core::wall_time> calendar::outlived(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    const auto up_to = look() - time;
    const bool any = settled_ && (!last_set_ || *last_set_ <= up_to);
    return any ? std::optional(up_to) : std::nullopt;
}

std::optional<core::wall_time> calendar::last_set() {
    const std::lock_guard lock(mutex_);
    look();
    return last_set_;
}

void calendar::was_set(core::wall_time at) {
    const std::lock_guard lock(mutex_);
    // A time to come is one of a wrong clock, which has been set since.
    last_set_ = std::min(at, look());
}

void calendar::be_patient_for(std::chrono::milliseconds patience) {
    const std::lock_guard lock(mutex_);
    patience_ = patience;
}

core::wall_time calendar::look() {
    const auto steady = clock_.steady();
    const auto claim = ahead(clock_.wall(), steady);
    if (!alike(claim, claimed_)) {
        claimed_since_ = steady;
    }
    claimed_ = claim;
    const bool stands = steady - claimed_since_ >= patience_;
    settled_ = settled_ || stands;
    const bool anew = !alike(claim, believed_);
    // At first there is nothing better to believe.
    if (stands || !settled_ || !anew) {
        believed_ = claim;
    }
    const auto date = core::wall_time(
        std::chrono::floor<std::chrono::milliseconds>(steady.time_since_epoch()) + believed_);
    if (anew && believed_ == claim) {
        last_set_ = date;
    }
    return date;
}

} // namespace gatepost::spool
