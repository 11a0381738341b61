// "host:port" as it stands in a request line or a Host header (RFC 3986 section 3.2.2).
#pragma once

#include <cstdint>
#include <string>

namespace gatepost::net {

// `host` without brackets; an IPv6 address gets its own.
inline std::string host_and_port(const std::string& host, std::uint16_t port) {
    const bool literal = host.find(':') != std::string::npos;
    return (literal ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

} // namespace gatepost::net
