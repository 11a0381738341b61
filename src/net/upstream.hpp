// The way to the upstream as one configuration describes it, and how a connection is opened on it.
#pragma once

#include "name_lookup.hpp"
#include "tls_context.hpp"
#include "upstream_connection.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/net/http_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>

namespace gatepost::net {

// Held by the connections that were opened on it and by whoever opens one, so that a new
// configuration does not pull it away under them.
struct upstream {
    // Throws std::runtime_error when the trust anchors cannot be read.
    upstream(boost::asio::io_context& on, const client_options& chosen);

    boost::asio::io_context& context;
    const client_options options; // without the proxy when the endpoint is loopback
    std::optional<tls_client_context> tls;
    name_lookup names; // finds the proxy, if there is one, else the endpoint
};

// From the look-up to the end of the TLS handshake. Each failure says in its detail at which step,
// and "proxy: " stands before what went wrong on the way to the tunnel.
boost::asio::awaitable<core::result<std::unique_ptr<upstream_connection>, client_failure>>
open_connection(std::shared_ptr<upstream> to, deadline until);

} // namespace gatepost::net
