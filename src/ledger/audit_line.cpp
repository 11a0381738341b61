#include "audit_line.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/key_codec.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace gatepost::ledger {
namespace {

constexpr std::string_view link_begins = R"({"link":")";
constexpr std::string_view time_begins = R"("at":")";
constexpr std::size_t link_digits = 32;

// What stands between the braces of a JSON object on one line; "" for anything else. Evidence is
// Gatepost's own, so that it need not be parsed once for every event sent.
std::string_view members_of(std::string_view object) {
    const bool whole =
        object.size() > 2 && object.front() == '{' && object.back() == '}' &&
        std::ranges::none_of(object, [](char c) { return static_cast<unsigned char>(c) < ' '; });
    return whole ? object.substr(1, object.size() - 2) : std::string_view();
}

// A number of `size` digits at the front of `rest`, which may be followed by `separator`.
std::optional<int> take_number(std::string_view& rest, std::size_t size, char separator) {
    const auto digits = rest.substr(0, size);
    if (rest.size() <= size || rest[size] != separator ||
        !std::ranges::all_of(digits, core::is_digit)) {
        return std::nullopt;
    }
    rest.remove_prefix(size + 1);
    return core::parse_integer<int>(digits);
}

std::optional<core::wall_time> parse_time(std::string_view text) {
    const auto year = take_number(text, 4, '-');
    const auto month = take_number(text, 2, '-');
    const auto day = take_number(text, 2, 'T');
    const auto hour = take_number(text, 2, ':');
    const auto minute = take_number(text, 2, ':');
    const auto second = take_number(text, 2, '.');
    const auto millisecond = take_number(text, 3, 'Z');
    if (!year || !month || !day || !hour || !minute || !second || !millisecond) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + std::chrono::milliseconds(*millisecond);
}

} // namespace

std::string format_time(core::wall_time time) {
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss day(time - midnight);
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(day.hours().count()),
        static_cast<int>(day.minutes().count()), static_cast<int>(day.seconds().count()),
        static_cast<int>(day.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

void append_line(std::string& out, const audit_entry& entry, std::string_view link,
                 std::string_view event_id, core::wall_time now) {
    core::json::writer line;
    line.begin_object();
    if (!link.empty()) {
        line.member("link", link);
    }
    line.member("outcome", entry.outcome);
    line.member("at", std::string_view(format_time(now)));
    line.member("decided", std::string_view(format_time(entry.received)));
    line.member("pixel", entry.pixel);
    line.member("event", entry.event);
    line.member("event_id", event_id);
    line.member("controller", entry.controller);
    // What was dropped never reached the upstream, and a code of 0 would say that it did.
    if (entry.outcome != "dropped") {
        if (!entry.request_id.empty()) {
            line.member("request_id", entry.request_id);
        }
        line.member("code", entry.code);
    }
    line.end_object();
    const auto own = line.view();
    const auto members = members_of(entry.evidence);
    out.append(own.substr(0, own.size() - 1));
    if (!members.empty()) {
        out.append(",").append(members);
    }
    out.append("}\n");
}

void append_erasure(std::string& out, std::string_view controller, std::size_t links,
                    core::wall_time now) {
    core::json::writer line;
    line.begin_object();
    line.member("outcome", "erased");
    line.member("at", std::string_view(format_time(now)));
    line.member("controller", controller);
    line.member("links", static_cast<std::int64_t>(links));
    line.end_object();
    out.append(line.view()).append("\n");
}

std::optional<core::wall_time> time_of_line(std::string_view line) {
    // Before it stand only the link and the outcome, whose text nobody outside chooses.
    const auto found = line.find(time_begins);
    return found == std::string_view::npos ? std::nullopt
                                           : parse_time(line.substr(found + time_begins.size()));
}

std::optional<core::key128> link_of_line(std::string_view line) {
    if (!line.starts_with(link_begins)) {
        return std::nullopt;
    }
    return parse_link(line.substr(link_begins.size(), link_digits));
}

std::optional<core::key128> parse_link(std::string_view hex) {
    if (hex.size() != link_digits) {
        return std::nullopt;
    }
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = core::hex_value(hex[i]);
        const int low = core::hex_value(hex[i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes += static_cast<char>(high * 16 + low);
    }
    return core::read_key(bytes);
}

} // namespace gatepost::ledger
