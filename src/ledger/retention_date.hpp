// The date by which choices grow old.
//
// A wall clock may be years ahead for seconds: a real-time clock that forgot, a virtual machine
// whose host is wrong, a slip of the hand. Every withdrawal would be outdated then, and forgotten
// for good. So the file keeps a date of its own, which follows the wall clock by at most a month
// for each day that a process has run, and nothing grows old by more than a month past it. After a
// long time switched off choices are kept for some days more than needed, which harms nobody: a
// grant is judged by consent.max_age whenever it is used.
#pragma once

#include <gatepost/core/clock.hpp>

#include <chrono>
#include <optional>

namespace gatepost::ledger {

class retention_date {
  public:
    // `kept` stands in the file. Time is counted from `start` on.
    retention_date(std::chrono::sys_seconds kept, core::steady_time start)
        : kept_(kept), since_(start) {}

    // Never past the wall clock.
    std::chrono::sys_seconds at(std::chrono::sys_seconds wall, core::steady_time now) const;
    // Once a day: the date to keep from now on.
    std::optional<std::chrono::sys_seconds> move(std::chrono::sys_seconds wall,
                                                 core::steady_time now);

  private:
    std::chrono::sys_seconds furthest(core::steady_time now) const;

    std::chrono::sys_seconds kept_;
    core::steady_time since_; // when it was kept
};

} // namespace gatepost::ledger
