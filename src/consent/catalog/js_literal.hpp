// JavaScript object literals, as Cookiebot writes its cookie.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::consent {

// The JSON text of an object literal: bare member names and single-quoted strings get double
// quotes, all else stays. nullopt when a string or name cannot be carried over; whether the result
// is JSON is for the JSON reader to find out. Plain JSON comes back as it is.
std::optional<std::string> js_literal_to_json(std::string_view text);

} // namespace gatepost::consent
