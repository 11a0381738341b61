// What TikTok's Events API 2.0 takes, as far as it is known (sources in docs/tiktok.md).
#pragma once

#include <gatepost/core/json.hpp>

#include <optional>
#include <string>

namespace gatepost::sandbox {

// The first thing wrong with a body of /event/track/, with its path: "data.0.event_id: Not a valid
// string."; nullopt for a body that is taken.
std::optional<std::string> find_fault(core::json::value body);

} // namespace gatepost::sandbox
