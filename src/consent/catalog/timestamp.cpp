#include "timestamp.hpp"

#include <gatepost/core/iso8601.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace gatepost::consent {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::uint64_t last_second = 253'402'300'799; // 9999-12-31T23:59:59Z

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<sys_seconds> bounded(std::int64_t since_1970) {
    return since_1970 >= 0 && since_1970 <= std::int64_t{last_second}
               ? std::optional(sys_seconds(seconds(since_1970)))
               : std::nullopt;
}

// Removes and returns the text up to a space. Form encoding turns spaces into `+`.
std::string_view next_part(std::string_view& rest) {
    const auto is_gap = [](char c) { return c == ' ' || c == '+'; };
    while (!rest.empty() && is_gap(rest.front())) {
        rest.remove_prefix(1);
    }
    const auto end = std::ranges::find_if(rest, is_gap);
    const auto part = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return part;
}

// A date without a time of day says too little of when a choice was made.
std::optional<sys_seconds> parse_iso8601(std::string_view text) {
    constexpr std::size_t date_length = 10;
    return text.size() > date_length && core::to_upper(text[date_length]) == 'T'
               ? core::parse_iso8601(text)
               : std::nullopt;
}

// "Sun, 11 Jan 2026 08:07:14 GMT", the name of the day unread.
std::optional<sys_seconds> parse_http_date(std::string_view text) {
    if (const auto comma = text.find(','); comma != std::string_view::npos) {
        text.remove_prefix(comma + 1);
    }
    const auto day_text = next_part(text);
    const auto month_text = next_part(text);
    const auto year = next_part(text);
    const auto clock = next_part(text); // what is left is the zone
    const auto month = std::ranges::find_if(
        months, [&](std::string_view name) { return core::iequals(name, month_text); });
    const auto day = core::parse_integer<int>(day_text);
    if (month == months.end() || !day || *day < 1 || *day > 31 || year.size() != 4 ||
        clock.size() != std::string_view("08:07:14").size()) {
        return std::nullopt;
    }
    const bool is_gmt =
        core::iequals(text, "gmt") || core::iequals(text, "utc") || core::iequals(text, "z");
    if (!is_gmt && !text.starts_with('+') && !text.starts_with('-')) {
        return std::nullopt;
    }
    const auto two_digits = [](auto number) {
        return std::string(number < 10 ? "0" : "") + std::to_string(number);
    };
    std::string iso(year);
    iso.append("-").append(two_digits(month - months.begin() + 1));
    iso.append("-").append(two_digits(*day));
    iso.append("T").append(clock).append(is_gmt ? "Z" : text);
    return core::parse_iso8601(iso);
}

} // namespace

std::optional<sys_seconds> parse_time(std::string_view text, time_unit unit) {
    switch (unit) {
    case time_unit::iso8601:
        return parse_iso8601(text);
    case time_unit::http_date:
        return parse_http_date(text);
    case time_unit::seconds:
    case time_unit::milliseconds:
    case time_unit::minutes:
        break;
    }
    const auto digits = core::parse_integer<std::uint64_t>(text);
    if (!digits || *digits > last_second * 1000 + 999) {
        return std::nullopt;
    }
    const auto number = static_cast<std::int64_t>(*digits);
    return bounded(unit == time_unit::milliseconds ? number / 1000
                   : unit == time_unit::minutes    ? number * 60
                                                   : number);
}

} // namespace gatepost::consent
