// One event object, and what is inside it that has a table of its own or stands in statements too.
#pragma once

#include "reading.hpp"

#include <gatepost/event/inbound.hpp>

namespace gatepost::event {

core::input_result<inbound> decode_event(core::json::value object, std::size_t index,
                                         core::json::document& text,
                                         std::vector<std::string>& warnings);

void read_pixel(reading& now, inbound& into, core::json::value from);
void read_user(reading& now, inbound& into, core::json::value from);
void read_visitor(reading& now, inbound& into, core::json::value from);
void read_consent(reading& now, inbound& into, core::json::value from);

} // namespace gatepost::event
