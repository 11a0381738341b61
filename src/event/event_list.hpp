// A list of events and its bounds, whichever dialect they are in.
#pragma once

#include "decode_event.hpp"

#include <gatepost/event/decode.hpp>

namespace gatepost::event {

struct list_form {
    event_fields known;
    std::size_t most = max_events;
    std::string_view path; // of the list in the body
    inbound common;        // what the body says of every event
};

// Why `visitor` and `consent` beside a list are refused.
constexpr std::string_view belongs_into_events = "belongs into each event, not beside the list";

core::input_error too_many_events(const list_form& form);
core::input_error empty_list(const list_form& form);

// Adds an event, or what is wrong with it, to the batch whose last document it stands in.
void add_event(batch& to, core::json::value object, const list_form& form);

// The whole list, of which `to` holds the document.
core::input_result<batch> decode_list(batch to, core::json::value list, const list_form& form);

} // namespace gatepost::event
