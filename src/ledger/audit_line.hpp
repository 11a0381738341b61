// A line of the audit trail. docs/operations.md "Audit trail" shows one.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ids.hpp>
#include <gatepost/ledger/audit.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::ledger {

// "2026-11-22T18:00:00.123Z" (RFC 3339).
std::string format_time(core::wall_time time);

// Adds a line with its line feed. `link` is empty or 32 hex digits; `event_id` is written instead
// of the entry's own. Evidence that is no object on one line is left out: a line stays a line.
void append_line(std::string& out, const audit_entry& entry, std::string_view link,
                 std::string_view event_id, core::wall_time now);
void append_erasure(std::string& out, std::string_view controller, std::size_t links,
                    core::wall_time now);

// When it was written; nullopt for text that is no line of a trail.
std::optional<core::wall_time> time_of_line(std::string_view line);
std::optional<core::key128> link_of_line(std::string_view line);
// Of 32 hex digits.
std::optional<core::key128> parse_link(std::string_view hex);

} // namespace gatepost::ledger
