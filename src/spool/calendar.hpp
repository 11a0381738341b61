// The date by which things grow old: the wall clock, unless somebody has just set it.
//
// A wall clock may be set forward by a year and back again. What waits must not expire by the first
// nor be kept for ever by the second. So the spool keeps count of the time that has passed by the
// steady clock, and believes a new time of the wall clock only when it has stood for a while. And
// whichever of the two times was wrong, there are rows dated by it or judged by it: from the moment
// that a new time is believed, everything is kept for all of its time once more.
#pragma once

#include <gatepost/core/clock.hpp>

#include <chrono>
#include <mutex>
#include <optional>

namespace gatepost::spool {

class calendar {
  public:
    // `patience`: how long a new time must stand. The clock outlives the calendar.
    calendar(const core::clock& clock, std::chrono::milliseconds patience);

    // Any thread. Whoever asks seldom lets it notice late that the clock was set.
    core::wall_time now();
    // The same: nullopt until the clock has stood for a while after the start, which often finds it
    // wrong.
    std::optional<core::wall_time> settled();
    // What is to be kept for `time` and is dated up to the answer has had its time; nullopt when
    // nothing has: before the clock is settled, and until `time` has passed since it was set.
    std::optional<core::wall_time> outlived(std::chrono::milliseconds time);
    // When the clock was last set, in its new time, for the file to remember...
    std::optional<core::wall_time> last_set();
    // ... and to tell the next process, which has seen nothing of it. Once, before the rest.
    void was_set(core::wall_time at);
    void be_patient_for(std::chrono::milliseconds patience);

  private:
    // How far the wall clock is ahead of the steady one.
    using offset = std::chrono::milliseconds;

    core::wall_time look();

    const core::clock& clock_;
    std::mutex mutex_;
    std::chrono::milliseconds patience_;
    offset believed_, claimed_;
    core::steady_time claimed_since_;
    bool settled_ = false; // since the start
    std::optional<core::wall_time> last_set_;
};

} // namespace gatepost::spool
