#include "audit_line.hpp"

#include <gatepost/core/iso8601.hpp>
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
constexpr std::size_t time_length = std::string_view("2026-11-22T18:00:00.123Z").size();

// What stands between the braces of a JSON object on one line; "" for anything else. Evidence is
// Gatepost's own, so that it need not be parsed once for every event sent.
std::string_view members_of(std::string_view object) {
    const bool whole =
        object.size() > 2 && object.front() == '{' && object.back() == '}' &&
        std::ranges::none_of(object, [](char c) { return static_cast<unsigned char>(c) < ' '; });
    return whole ? object.substr(1, object.size() - 2) : std::string_view();
}

// As format_time() writes it, at the front of `text`; the milliseconds stand at one place.
std::optional<core::wall_time> parse_time(std::string_view text) {
    text = text.substr(0, time_length);
    const auto second = core::parse_iso8601(text);
    if (!second || text.size() != time_length) {
        return std::nullopt;
    }
    const auto fraction = core::parse_integer<int>(text.substr(time_length - 4, 3));
    return fraction ? std::optional(core::wall_time(*second) + std::chrono::milliseconds(*fraction))
                    : std::nullopt;
}

} // namespace

std::string format_time(core::wall_time time) {
    const auto second = core::to_seconds(time);
    auto text = core::to_iso8601(second);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ",
                  static_cast<int>((time - second).count()));
    return text.replace(text.size() - 1, 1, fraction.data());
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
