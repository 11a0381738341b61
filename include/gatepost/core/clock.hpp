// Time as the daemon sees it. Everything that waits or ages takes a clock, so that tests turn it.
#pragma once

#include <chrono>

namespace gatepost::core {

// Wall time, for what is stored or sent (UTC, milliseconds since 1970).
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;
// Steady time, for deadlines and back-off: never set back.
using steady_time = std::chrono::steady_clock::time_point;

class clock {
  public:
    virtual ~clock() = default;
    virtual wall_time wall() const = 0;
    virtual steady_time steady() const = 0;
};

// The machine's own clocks. Stateless; one instance serves every thread.
const clock& system_clock();

inline std::chrono::sys_seconds to_seconds(wall_time time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

} // namespace gatepost::core
