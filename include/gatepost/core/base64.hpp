// Base64 and base64url (RFC 4648 sections 4 and 5), as lenient as cookies need it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::core {

// Either alphabet, with or without padding; nullopt for any other character or an impossible
// length.
std::optional<std::string> base64_decode(std::string_view text);
// In the alphabet of base64url, without padding.
std::string base64url_encode(std::string_view bytes);

} // namespace gatepost::core
