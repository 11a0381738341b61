// What a server's connections are made of: TCP or a Unix socket, plain or under TLS.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace gatepost::net {

namespace asio = boost::asio;

using plain_stream = asio::generic::stream_protocol::socket;
using tls_stream = asio::ssl::stream<plain_stream>;

} // namespace gatepost::net
