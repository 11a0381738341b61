// The decoder of Gatepost's own dialect: docs/http-api.md "The event" (TikTok's Events API 2.0
// event object, plus `pixel`, `visitor` and `consent`).
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/event/inbound.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace gatepost::event {

constexpr std::size_t max_events = 1000;

// One request's events with the text they point into. An event that is not valid holds its error.
struct batch {
    std::vector<core::json::document> documents;
    std::vector<core::input_result<inbound>> events;
    // "/events/<n>/<field>: what was done about it". An unknown key is text that was sent: the path
    // is that of the object it stands in.
    std::vector<std::string> warnings;
};

enum class body_format { json, ndjson };

// Takes a body: one event object, an array, {"events": [...]}, or one event per line.
// The error is about the request as a whole: invalid_json, invalid_body (not an object or array),
// empty_list, too_many_events.
core::input_result<batch> decode_body(std::string body, body_format format);

// When the event happened: absent means now, up to 5 minutes ahead becomes now; further ahead or
// older than max_age is the error invalid_event at /events/<n>/event_time.
core::input_result<std::chrono::sys_seconds> event_time(const inbound& event, core::wall_time now,
                                                        std::chrono::seconds max_age);

} // namespace gatepost::event
