// One event object, and what is inside it that has a table of its own or stands elsewhere too.
#pragma once

#include "field_readers.hpp"

#include <gatepost/event/inbound.hpp>

#include <span>

namespace gatepost::event {

using event_fields = std::span<const field<inbound>>;

// Gatepost's own dialect and TikTok's Events API 2.0.
event_fields own_fields();
// TikTok's Events API 1.0.
event_fields pixel_fields();

// Reads an object into `event`, which holds its index and what its body says of all events: an
// event may repeat that and not contradict it.
core::input_result<inbound> decode_event(core::json::value object, inbound event,
                                         event_fields known, core::json::document& text,
                                         std::vector<std::string>& warnings);

// Members that more than one dialect or body has.
void read_name(reading& now, inbound& into, core::json::value from);
void read_id(reading& now, inbound& into, core::json::value from);
void read_source(reading& now, inbound& into, core::json::value from);
void read_pixel(reading& now, inbound& into, core::json::value from);
void read_test_event_code(reading& now, inbound& into, core::json::value from);
void read_page(reading& now, inbound& into, core::json::value from);
void read_properties(reading& now, inbound& into, core::json::value from);
void read_visitor(reading& now, inbound& into, core::json::value from);
void read_consent(reading& now, inbound& into, core::json::value from);
void read_user(reading& now, inbound& into, core::json::value from);

} // namespace gatepost::event
