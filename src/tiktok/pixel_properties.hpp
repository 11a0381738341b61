// The `properties` object of an event, from the form of Events API 2.0 to that of 1.0.
#pragma once

#include <gatepost/core/json.hpp>

namespace gatepost::tiktok {

// Writes the member `properties`, or nothing when there are none. 1.0 has content_type in each item
// of `contents`, no content_ids, and `query` for search_string (TikTok's official SDK:
// docs/PixelProperties.md, PixelContent.md); whatever else there is goes along as it is, as the
// custom properties it takes.
void write_pixel_properties(core::json::writer& out, core::json::value properties);

} // namespace gatepost::tiktok
