#include "pixel_body.hpp"

#include "pixel_properties.hpp"
#include "sparse_object.hpp"

#include <gatepost/core/iso8601.hpp>
#include <gatepost/core/json.hpp>

#include <chrono>
#include <vector>

namespace gatepost::tiktok {
namespace {

using core::json::value;
using core::json::writer;

// The last second that has a year of four digits.
constexpr std::int64_t latest_time = 253'402'300'799;

bool can_say(value event) {
    const auto time = event.find("event_time").integer();
    const auto limited = event.find("limited_data_use");
    return !event.find("event").text().empty() && time && *time >= 0 && *time <= latest_time &&
           (limited.is_null() || limited.boolean() == false);
}

// 1.0 takes one of each identifier.
std::string_view first(value one_or_more) {
    return one_or_more.is_array() ? one_or_more.at(0).text() : one_or_more.text();
}

void write_page(sparse_object& context, value page) {
    sparse_object to(context, "page");
    to.text("url", page.find("url").text());
    to.text("referrer", page.find("referrer").text());
}

void write_user(sparse_object& context, value user) {
    sparse_object to(context, "user");
    to.text("email", first(user.find("email")));
    to.text("phone_number", first(user.find("phone")));
    to.text("external_id", first(user.find("external_id")));
    to.text("ttp", user.find("ttp").text());
    to.text("locale", user.find("locale").text());
}

void write_context(writer& out, value event) {
    const auto user = event.find("user");
    sparse_object context(out, "context");
    sparse_object(context, "ad").text("callback", user.find("ttclid").text());
    write_page(context, event.find("page"));
    write_user(context, user);
    context.text("ip", user.find("ip").text());
    context.text("user_agent", user.find("user_agent").text());
}

// Everything but pixel_code and type.
void write_event(writer& out, value event, std::string_view test_event_code) {
    out.member("event", event.find("event").text());
    if (const auto id = event.find("event_id").text(); !id.empty()) {
        out.member("event_id", id);
    }
    const std::chrono::seconds time(event.find("event_time").integer().value_or(0));
    out.member("timestamp", core::to_iso8601(std::chrono::sys_seconds(time)));
    if (!test_event_code.empty()) {
        out.member("test_event_code", test_event_code);
    }
    write_context(out, event);
    write_pixel_properties(out, event.find("properties"));
}

// Nothing when one of them cannot be said.
std::optional<std::vector<core::json::document>>
read_all(std::span<const std::string_view> payloads) {
    std::vector<core::json::document> read;
    read.reserve(payloads.size());
    for (const auto payload : payloads) {
        auto event = core::json::parse(std::string(payload));
        if (!event || !can_say(event->root())) {
            return std::nullopt;
        }
        read.push_back(*std::move(event));
    }
    return read;
}

} // namespace

std::optional<std::string> pixel_body(const event_set& to,
                                      std::span<const std::string_view> payloads) {
    const auto events = read_all(payloads);
    if (!events) {
        return std::nullopt;
    }
    writer out;
    out.begin_object().member("pixel_code", to.id);
    if (events->size() == 1) {
        write_event(out, events->front().root(), to.test_event_code);
    } else {
        out.key("batch").begin_array();
        for (const auto& event : *events) {
            out.begin_object().member("type", "track");
            write_event(out, event.root(), to.test_event_code);
            out.end_object();
        }
        out.end_array();
    }
    out.end_object();
    return out.take();
}

} // namespace gatepost::tiktok
