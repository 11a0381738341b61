// What the fuzz targets share: a claim that must hold, and the time.
#pragma once

#include <gatepost/core/clock.hpp>

#include <chrono>
#include <cstdlib>

namespace gatepost::fuzz {

// 22 November 2026, 12:00 UTC.
constexpr core::wall_time now(std::chrono::milliseconds(1'795'348'800'000));

// A claim that fails ends the program, which libFuzzer reports with the input.
inline void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace gatepost::fuzz
