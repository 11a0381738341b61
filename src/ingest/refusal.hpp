// Answers to requests that cannot be served as a whole.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/net/http.hpp>

namespace gatepost::ingest {

// With the HTTP status of the error's code; Retry-After beside a 503.
net::response refusal(const core::input_error& error);

} // namespace gatepost::ingest
