// A request that is sent once, for commands that have nothing else to do meanwhile.
#pragma once

#include <gatepost/core/delivery.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/net/http_client.hpp>

#include <string>

namespace gatepost::app {

using received_answer = core::result<core::upstream_answer, net::client_failure>;

// Blocks until it has been answered or has failed. Throws std::runtime_error when the trust anchors
// cannot be read.
received_answer send_once(const net::client_options& to, core::upstream_request request);

// Why a daemon did not do what it was asked, for people: "HTTP 404: not_found: no such route".
// These are its own words; they never repeat what was sent.
std::string explained(const core::upstream_answer& refusal);

} // namespace gatepost::app
