// An HTTP proxy between us and the upstream: which, and when.
#pragma once

#include <gatepost/core/secret_string.hpp>
#include <gatepost/net/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::net {

// Spoken to in plain HTTP, which carries TLS through a tunnel: it sees the upstream's name and
// bytes it cannot read.
struct proxy {
    std::string host; // lower case, without brackets
    std::uint16_t port = 80;
    core::secret_string credentials; // "user:password" for Basic (RFC 7617); "" for none

    std::string authority() const; // host:port, IPv6 in brackets; never the credentials
};

// "http://proxy:3128", "http://user:p%40ss@proxy:3128", "proxy:3128"; without a port 80, as in
// any URL. nullopt for anything else, https:// and socks5:// too.
std::optional<proxy> parse_proxy(std::string_view url);

// What the environment says, as curl reads it: the variables HTTPS_PROXY, https_proxy (the lower
// case goes first) and NO_PROXY, no_proxy.
struct proxy_environment {
    std::string https_proxy;
    std::string no_proxy;

    static proxy_environment read();
};

// Whether `no_proxy` exempts the endpoint: a comma-separated list of names (which mean what is
// below them too, with or without a leading dot), addresses, networks (10.0.0.0/8) and "*"; a port
// behind a name has to match. Loopback always is exempt.
bool is_exempt(const endpoint& upstream, std::string_view no_proxy);

} // namespace gatepost::net
