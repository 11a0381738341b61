// Dates and times as ISO 8601 and RFC 3339 write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::core {

// "2026-11-22T18:00:00Z", "2026-11-22T18:00:00.123+01:00", "2026-11-22 18:00:00" (UTC when there is
// no offset), "2026-11-22" (its first second); fractions of a second are cut off. Nothing for
// anything else, for days that no calendar has, and for times before 1970.
std::optional<std::chrono::sys_seconds> parse_iso8601(std::string_view text);
// "2026-11-22T18:00:00Z".
std::string to_iso8601(std::chrono::sys_seconds time);

} // namespace gatepost::core
