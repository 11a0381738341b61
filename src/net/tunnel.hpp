// A tunnel through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6).
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/net/address.hpp>
#include <gatepost/net/http_client.hpp>
#include <gatepost/net/proxy.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>

namespace gatepost::net {

// Asks the proxy at the other end of `connected` for a tunnel to `to`, whose name the proxy looks
// up itself. What comes back carries the upstream's bytes and nothing of the proxy's.
boost::asio::awaitable<core::result<boost::asio::ip::tcp::socket, client_failure>>
open_tunnel(boost::asio::ip::tcp::socket connected, const proxy& through, const endpoint& to,
            std::chrono::steady_clock::time_point until);

} // namespace gatepost::net
