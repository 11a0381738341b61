// Bodies of Events API 1.0, which speaks of the web only (TikTok's official SDK:
// docs/PixelTrackBody.md, PixelBatchBody.md and those that they name; docs/tiktok.md "Events API
// 1.0").
#pragma once

#include <gatepost/tiktok/protocol.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatepost::tiktok {

// The body of pixel/track for one payload, of pixel/batch for several; payloads are event objects
// in the form of 2.0. Nothing when 1.0 cannot say one of them as it is meant: it has no member for
// limited_data_use, and would take an event without a time for one of the present; nor can what has
// no name or is no JSON object be said in it.
std::optional<std::string> pixel_body(const event_set& to,
                                      std::span<const std::string_view> payloads);

} // namespace gatepost::tiktok
