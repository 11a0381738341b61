// What the fuzz targets share: a claim that must hold, the time, and what answers may show.
#pragma once

#include <gatepost/core/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::fuzz {

// 22 November 2026, 12:00 UTC.
constexpr core::wall_time now(std::chrono::milliseconds(1'795'348'800'000));

// A claim that fails ends the program, which libFuzzer reports with the input.
inline void check(bool holds, std::source_location at = std::source_location::current()) {
    if (!holds) {
        std::fprintf(stderr, "%s:%u: does not hold\n", at.file_name(), at.line());
        std::abort();
    }
}

// A path of our own words, or nothing.
inline bool is_path(std::string_view text) {
    return text.empty() || (text.starts_with('/') && std::ranges::all_of(text, [](char c) {
                                return c == '/' || c == '_' || (c >= '0' && c <= '9') ||
                                       (c >= 'a' && c <= 'z');
                            }));
}

// What is said of the body as a whole has no path.
inline void check_warnings(const std::vector<std::string>& warnings) {
    for (const std::string_view warning : warnings) {
        check(!warning.starts_with('/') || is_path(warning.substr(0, warning.find(':'))));
    }
}

} // namespace gatepost::fuzz
