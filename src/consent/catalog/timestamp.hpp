// Times as consent platforms write them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace gatepost::consent {

enum class time_unit { seconds, milliseconds, minutes, iso8601, http_date };

// A whole number of seconds, milliseconds or minutes since 1970; an ISO 8601 date and time (an
// offset is honoured, none means UTC, fractions are cut off); or a date of RFC 2822 or RFC 7231
// ("Sun, 11 Jan 2026 08:07:14 GMT" or "+0000"; `+` may stand for a space). nullopt for anything
// else and outside the years 1970 to 9999.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text, time_unit unit);

} // namespace gatepost::consent
