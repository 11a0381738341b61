// Where to listen and where to connect to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::net {

// "127.0.0.1:8787" or "[::1]:8787": a numeric address and a port (0: any free one).
struct listen_address {
    std::string host; // without brackets
    std::uint16_t port = 0;

    bool is_loopback() const;
    std::string authority() const; // host:port, IPv6 in brackets
    friend bool operator==(const listen_address&, const listen_address&) = default;
};
std::optional<listen_address> parse_listen_address(std::string_view text);

// "https://business-api.tiktok.com", "http://127.0.0.1:8789": scheme, host and optional port.
struct endpoint {
    bool tls = true;
    std::string host; // lower case, without brackets
    std::uint16_t port = 443;

    bool is_loopback() const;      // localhost, 127.0.0.0/8 or ::1
    std::string authority() const; // as a Host header: the scheme's own port is left out
    friend bool operator==(const endpoint&, const endpoint&) = default;
};
std::optional<endpoint> parse_endpoint(std::string_view text);

// A host as it stands in a Host or Origin header, without its port and brackets, lower case.
// nullopt when it is no host.
std::optional<std::string> host_without_port(std::string_view authority);

// An IPv4 or IPv6 address and nothing else: no port, no brackets, no zone.
bool is_ip_address(std::string_view text);

// localhost, 127.0.0.0/8 or ::1 (no brackets).
bool is_loopback_name(std::string_view host);

} // namespace gatepost::net
