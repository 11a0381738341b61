// What TikTok's Events API takes, as far as it is known (sources in docs/tiktok.md). Stricter than
// TikTok where a mistake would go unnoticed there: unknown fields and identifiers that are no hash.
#pragma once

#include <gatepost/core/json.hpp>

#include <optional>
#include <string>

namespace gatepost::sandbox {

// The first thing wrong with a body of /event/track/ (Events API 2.0), with its path:
// "data.0.event_id: Not a valid string."; nullopt for a body that is taken.
std::optional<std::string> find_fault(core::json::value body);

// The same for /pixel/track/ and /pixel/batch/ (Events API 1.0; docs/Pixel*.md of TikTok's SDK):
// "properties.value: Not a valid number.", "Batch.0.properties.value: Not a valid number."
std::optional<std::string> find_pixel_fault(core::json::value body);
std::optional<std::string> find_pixel_batch_fault(core::json::value body);

} // namespace gatepost::sandbox
