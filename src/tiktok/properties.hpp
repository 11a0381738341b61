// The `properties` object of an event, as TikTok takes it.
#pragma once

#include <gatepost/core/json.hpp>

#include <span>
#include <string>

namespace gatepost::tiktok {

// Copies every member, with these changes (sources in docs/tiktok.md "Properties"):
// - what is null or an empty text goes, and a list or item with nothing left in it;
// - names in `deny` go, at the top and in the items of `contents`; nothing is computed from them;
// - ids and other texts given as numbers become text: TikTok answers 40002 to numbers;
// - numbers given as text become numbers, quantities whole ones, a currency upper case;
// - a single content id becomes a list;
// - an absent `value` is the sum of price times quantity, and an absent `content_type` that of the
//   items, if each item that is left has it.
// What has a wrong type is copied: tiktok::find_fault says what TikTok would refuse.
void write_properties(core::json::writer& out, core::json::value properties,
                      std::span<const std::string> deny);

// Whether that writes more than an empty object.
bool has_properties(core::json::value properties, std::span<const std::string> deny);

} // namespace gatepost::tiktok
