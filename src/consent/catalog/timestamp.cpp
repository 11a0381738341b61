#include "timestamp.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::consent {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t last_second = 253'402'300'799; // 9999-12-31T23:59:59Z

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<sys_seconds> bounded(std::int64_t since_1970) {
    return since_1970 >= 0 && since_1970 <= last_second
               ? std::optional(sys_seconds(seconds(since_1970)))
               : std::nullopt;
}

// Takes `count` digits and, unless it is '\0', the character after them.
std::optional<int> take(std::string_view& rest, std::size_t count, char after) {
    const auto digits = rest.substr(0, count);
    if (digits.size() != count || !core::is_digit(digits.front())) {
        return std::nullopt;
    }
    rest.remove_prefix(count);
    if (after != '\0') {
        if (rest.empty() || core::to_upper(rest.front()) != after) {
            return std::nullopt;
        }
        rest.remove_prefix(1);
    }
    return core::parse_integer<int>(digits);
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

// "" or "Z" or "+02:00" or "+0200".
std::optional<seconds> parse_offset(std::string_view text) {
    if (text.empty() || core::iequals(text, "z")) {
        return seconds(0);
    }
    const int sign = text.front() == '+' ? 1 : text.front() == '-' ? -1 : 0;
    text.remove_prefix(1);
    const auto hours = take(text, 2, text.size() == 5 ? ':' : '\0');
    const auto minutes = take(text, 2, '\0');
    if (sign == 0 || !hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) {
        return std::nullopt;
    }
    return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

struct civil_time {
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
};

std::optional<sys_seconds> assemble(const civil_time& at, std::optional<seconds> offset) {
    const std::chrono::year_month_day date{std::chrono::year(at.year),
                                           std::chrono::month(static_cast<unsigned>(at.month)),
                                           std::chrono::day(static_cast<unsigned>(at.day))};
    if (!offset || !date.ok() || at.hour > 23 || at.minute > 59 || at.second > 60) {
        return std::nullopt;
    }
    const auto time = std::chrono::sys_days(date) + std::chrono::hours(at.hour) +
                      std::chrono::minutes(at.minute) + seconds(at.second) - *offset;
    return bounded(time.time_since_epoch().count());
}

std::optional<sys_seconds> parse_iso8601(std::string_view text) {
    const auto year = take(text, 4, '-');
    const auto month = take(text, 2, '-');
    const auto day = take(text, 2, 'T');
    const auto hour = take(text, 2, ':');
    const auto minute = take(text, 2, ':');
    const auto second = take(text, 2, '\0');
    if (!year || !month || !day || !hour || !minute || !second) {
        return std::nullopt;
    }
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (text.empty() || !core::is_digit(text.front())) {
            return std::nullopt;
        }
        while (!text.empty() && core::is_digit(text.front())) {
            text.remove_prefix(1);
        }
    }
    return assemble({*year, *month, *day, *hour, *minute, *second}, parse_offset(text));
}

// "Sun, 11 Jan 2026 08:07:14 GMT", the name of the day unread.
std::optional<sys_seconds> parse_http_date(std::string_view text) {
    if (const auto comma = text.find(','); comma != std::string_view::npos) {
        text.remove_prefix(comma + 1);
    }
    std::array<std::string_view, 4> parts; // day, month, year, time; what is left is the zone
    for (auto& part : parts) {
        part = next_part(text);
    }
    auto clock = parts[3];
    const auto month = std::ranges::find_if(
        months, [&](std::string_view name) { return core::iequals(name, parts[1]); });
    const auto day = core::parse_integer<int>(parts[0]);
    const auto year = take(parts[2], 4, '\0');
    const auto hour = take(clock, 2, ':');
    const auto minute = take(clock, 2, ':');
    const auto second = take(clock, 2, '\0');
    if (month == months.end() || !day || !year || !parts[2].empty() || !hour || !minute ||
        !second || !clock.empty() || text.empty()) {
        return std::nullopt;
    }
    const bool is_gmt = core::iequals(text, "gmt") || core::iequals(text, "utc");
    return assemble(
        {*year, static_cast<int>(month - months.begin()) + 1, *day, *hour, *minute, *second},
        is_gmt ? seconds(0) : parse_offset(text));
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
    const auto number = core::parse_integer<std::int64_t>(text);
    if (!number || *number < 0 || *number > last_second * 1000 + 999) {
        return std::nullopt;
    }
    return bounded(unit == time_unit::milliseconds ? *number / 1000
                   : unit == time_unit::minutes    ? *number * 60
                                                   : *number);
}

} // namespace gatepost::consent
