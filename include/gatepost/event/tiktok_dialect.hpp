// The decoders of TikTok's own bodies, for code that talks to TikTok today (docs/http-api.md
// "TikTok's routes"). Identifiers may be raw or hashed; each event may hold `visitor` and `consent`
// as in Gatepost's own dialect.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/event/decode.hpp>

#include <string>

namespace gatepost::event {

// Events API 2.0, /open_api/v1.3/event/track/: {"event_source", "event_source_id",
// "test_event_code"?, "partner_name"?, "data": [event, ...]}. The source, the id and the test code
// are those of every event.
core::input_result<batch> decode_event_track(std::string body);

// Events API 1.0, /open_api/v1.3/pixel/track/: one event with its `pixel_code`.
core::input_result<batch> decode_pixel_track(std::string body);

// Events API 1.0, /open_api/v1.3/pixel/batch/: {"pixel_code", "batch": [event, ...]}.
core::input_result<batch> decode_pixel_batch(std::string body);

} // namespace gatepost::event
