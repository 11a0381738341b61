// One event object, and the objects inside it that have tables of their own.
#pragma once

#include "reading.hpp"

#include <gatepost/event/inbound.hpp>

#include <chrono>

namespace gatepost::event {

core::input_result<inbound> decode_event(core::json::value object, std::size_t index,
                                         core::json::document& text,
                                         std::vector<std::string>& warnings);

void read_user(reading& now, inbound& into, core::json::value from);
void read_visitor(reading& now, inbound& into, core::json::value from);
void read_consent(reading& now, inbound& into, core::json::value from);

// Greater times are milliseconds sent by mistake: as seconds they lie after the year 5000.
constexpr std::int64_t latest_second = 100'000'000'000;

} // namespace gatepost::event
