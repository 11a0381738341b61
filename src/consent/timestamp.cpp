#include "timestamp.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t last_second = 253'402'300'799; // 9999-12-31T23:59:59Z

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

std::optional<sys_seconds> parse_iso8601(std::string_view text) {
    const auto year = take(text, 4, '-');
    const auto month = take(text, 2, '-');
    const auto day = take(text, 2, 'T');
    const auto hour = take(text, 2, ':');
    const auto minute = take(text, 2, ':');
    const auto second = take(text, 2, '\0');
    if (!year || !month || !day || !hour || !minute || !second || *hour > 23 || *minute > 59 ||
        *second > 60) {
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
    const auto offset = parse_offset(text);
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!offset || !date.ok()) {
        return std::nullopt;
    }
    const auto time = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                      std::chrono::minutes(*minute) + seconds(*second) - *offset;
    return bounded(time.time_since_epoch().count());
}

} // namespace

std::optional<sys_seconds> parse_time(std::string_view text, time_unit unit) {
    if (unit == time_unit::iso8601) {
        return parse_iso8601(text);
    }
    const auto number = core::parse_integer<std::int64_t>(text);
    if (!number) {
        return std::nullopt;
    }
    return bounded(unit == time_unit::milliseconds ? *number / 1000 : *number);
}

} // namespace gatepost::consent
