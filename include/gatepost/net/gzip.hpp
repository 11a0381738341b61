// Content-Encoding: gzip (RFC 1952).
#pragma once

#include <gatepost/core/result.hpp>

#include <string>
#include <string_view>

namespace gatepost::net {

// Unpacks to at most `limit` bytes. Errors: invalid_gzip; too_large as soon as the limit is passed.
core::input_result<std::string> gunzip(std::string_view packed, std::size_t limit);

} // namespace gatepost::net
