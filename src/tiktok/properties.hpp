// The `properties` object of an event, as TikTok takes it.
#pragma once

#include <gatepost/core/json.hpp>

namespace gatepost::tiktok {

// Copies every member. Ids given as numbers become strings (TikTok answers 40002 to numbers),
// absent values are left out, and `value` is the sum of price times quantity when only `contents`
// say it.
void write_properties(core::json::writer& out, core::json::value properties);

} // namespace gatepost::tiktok
