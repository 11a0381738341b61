// Counts and times in what a daemon answers.
#pragma once

#include <gatepost/core/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace gatepost::app {

// A count, or seconds since 1970 up to the year 9999; what is beyond either end becomes it, what is
// no number 0. Whoever answers at the address may be no daemon of ours, and people reckon with
// these.
inline std::int64_t quantity(core::json::value of, std::string_view name) {
    constexpr std::int64_t most = 253'402'300'799;
    return std::clamp<std::int64_t>(of.find(name).integer().value_or(0), 0, most);
}

} // namespace gatepost::app
