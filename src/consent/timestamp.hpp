// Times as consent platforms write them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace gatepost::consent {

enum class time_unit { seconds, milliseconds, iso8601 };

// A whole number of seconds or milliseconds since 1970, or an ISO 8601 date and time (an offset is
// honoured, none means UTC, fractions are cut off). nullopt for anything else and outside the years
// 1970 to 9999.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text, time_unit unit);

} // namespace gatepost::consent
