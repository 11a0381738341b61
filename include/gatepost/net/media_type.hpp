// What kind of body a request has.
#pragma once

#include <gatepost/net/http.hpp>

#include <string>
#include <string_view>

namespace gatepost::net {

// The media type in Content-Type, without its parameters and in lower case (RFC 9110 section
// 8.3.1); "" when there is none.
std::string media_type(const request_head& head);

// application/json, and what is built on it (RFC 6839: application/...+json).
bool is_json(std::string_view media);

} // namespace gatepost::net
