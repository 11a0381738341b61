// Which pixel an event is for.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/event/inbound.hpp>
#include <gatepost/ingest/options.hpp>

#include <string_view>
#include <vector>

namespace gatepost::ingest {

// The pixel that the event names; else the one whose hosts fit page.url (an exact host before a
// wildcard, a longer wildcard before a shorter one); else the only one configured. The error is
// unknown_pixel, or invalid_event for an event of another source than the pixel's.
core::input_result<const pixel*> choose_pixel(const std::vector<pixel>& pixels,
                                              const event::inbound& event);

} // namespace gatepost::ingest
