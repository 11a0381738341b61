#include <gatepost/core/iso8601.hpp>
#include <gatepost/core/text.hpp>

#include <array>
#include <cstdio>

namespace gatepost::core {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds first_second{};
constexpr sys_seconds last_second{seconds(253'402'300'799)}; // 9999-12-31T23:59:59Z

// Takes that many digits off the front.
std::optional<int> take_digits(std::string_view& rest, std::size_t count) {
    const auto digits = rest.substr(0, count);
    if (digits.size() != count || !is_digit(digits.front())) {
        return std::nullopt;
    }
    rest.remove_prefix(count);
    return parse_integer<int>(digits);
}

bool take_mark(std::string_view& rest, char mark) {
    if (!rest.starts_with(mark)) {
        return false;
    }
    rest.remove_prefix(1);
    return true;
}

// "", "Z", "+02:00" or "+0200".
std::optional<seconds> parse_offset(std::string_view text) {
    if (text.empty() || iequals(text, "z")) {
        return seconds(0);
    }
    const int sign = text.front() == '+' ? 1 : text.front() == '-' ? -1 : 0;
    text.remove_prefix(1);
    const bool has_colon = text.size() == 5;
    const auto hours = take_digits(text, 2);
    if (sign == 0 || !hours || (has_colon && !take_mark(text, ':'))) {
        return std::nullopt;
    }
    const auto minutes = take_digits(text, 2);
    if (!minutes || !text.empty() || *hours > 14 || *minutes > 59) {
        return std::nullopt;
    }
    return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

std::optional<std::chrono::sys_days> take_date(std::string_view& rest) {
    const auto year = take_digits(rest, 4);
    const bool first_dash = take_mark(rest, '-');
    const auto month = take_digits(rest, 2);
    const bool second_dash = take_mark(rest, '-');
    const auto day = take_digits(rest, 2);
    if (!year || !first_dash || !month || !second_dash || !day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

// "18:00:00" with its fraction, which is cut off. A second may be a leap second, 60.
std::optional<seconds> take_clock(std::string_view& rest) {
    const auto hour = take_digits(rest, 2);
    const bool first_colon = take_mark(rest, ':');
    const auto minute = take_digits(rest, 2);
    const bool second_colon = take_mark(rest, ':');
    const auto second = take_digits(rest, 2);
    if (!hour || !first_colon || !minute || !second_colon || !second || *hour > 23 ||
        *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    if (take_mark(rest, '.')) {
        if (rest.empty() || !is_digit(rest.front())) {
            return std::nullopt;
        }
        while (!rest.empty() && is_digit(rest.front())) {
            rest.remove_prefix(1);
        }
    }
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
}

} // namespace

std::optional<sys_seconds> parse_iso8601(std::string_view text) {
    const auto date = take_date(text);
    if (!date) {
        return std::nullopt;
    }
    sys_seconds time = *date;
    if (!text.empty()) {
        if (!take_mark(text, 'T') && !take_mark(text, 't') && !take_mark(text, ' ')) {
            return std::nullopt;
        }
        const auto clock = take_clock(text);
        const auto offset = parse_offset(text);
        if (!clock || !offset) {
            return std::nullopt;
        }
        time += *clock - *offset;
    }
    return time >= first_second && time <= last_second ? std::optional(time) : std::nullopt;
}

std::string to_iso8601(sys_seconds time) {
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(time - midnight);
    std::array<char, 40> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace gatepost::core
