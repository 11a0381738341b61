#include <gatepost/core/text.hpp>
#include <gatepost/net/address.hpp>

#include <boost/asio/ip/address.hpp>

namespace gatepost::net {
namespace {

struct host_and_port {
    std::string_view host;
    std::optional<std::string_view> port;
};

// Splits "host", "host:port", "[v6]" and "[v6]:port".
std::optional<host_and_port> split(std::string_view text) {
    std::string_view host;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        host = text.substr(1, end - 1);
        // Nothing else stands in brackets (RFC 3986 section 3.2.2).
        if (host.find(':') == std::string_view::npos || !is_ip_address(host)) {
            return std::nullopt;
        }
        rest = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        host = text.substr(0, colon);
        rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    }
    if (host.empty()) {
        return std::nullopt;
    }
    if (rest.empty()) {
        return host_and_port{host, std::nullopt};
    }
    if (!rest.starts_with(':')) {
        return std::nullopt;
    }
    return host_and_port{host, rest.substr(1)};
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

} // namespace

bool is_ip_address(std::string_view text) {
    boost::system::error_code failed;
    boost::asio::ip::make_address(text, failed);
    return !failed && text.find('%') == std::string_view::npos;
}

bool is_loopback_name(std::string_view host) {
    if (core::iequals(host, "localhost")) {
        return true;
    }
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(host, failed);
    return !failed && address.is_loopback();
}

std::optional<std::string> host_without_port(std::string_view authority) {
    const auto parts = split(core::trim(authority));
    if (!parts || (parts->port && !parts->port->empty() &&
                   !core::parse_integer<std::uint16_t>(*parts->port))) {
        return std::nullopt;
    }
    return core::lower(parts->host);
}

bool listen_address::is_loopback() const {
    return is_loopback_name(host);
}

std::string listen_address::authority() const {
    return bracketed(host) + ":" + std::to_string(port);
}

std::optional<listen_address> parse_listen_address(std::string_view text) {
    const auto parts = split(text);
    if (!parts || !parts->port) {
        return std::nullopt;
    }
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(parts->host, failed);
    const auto port = core::parse_integer<std::uint16_t>(*parts->port);
    if (failed || !port || address.is_v6() != text.starts_with('[')) {
        return std::nullopt;
    }
    return listen_address{address.to_string(), *port};
}

bool endpoint::is_loopback() const {
    return is_loopback_name(host);
}

std::string endpoint::authority() const {
    const std::uint16_t usual = tls ? 443 : 80;
    return port == usual ? bracketed(host) : bracketed(host) + ":" + std::to_string(port);
}

std::optional<endpoint> parse_endpoint(std::string_view text) {
    endpoint result;
    if (text.starts_with("https://")) {
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        text.remove_prefix(7);
        result.tls = false;
        result.port = 80;
    } else {
        return std::nullopt;
    }
    if (text.ends_with('/')) {
        text.remove_suffix(1);
    }
    const auto parts = split(text);
    if (!parts || text.find_first_of("/?#@ ") != std::string_view::npos) {
        return std::nullopt;
    }
    result.host = core::lower(parts->host);
    if (parts->port) {
        const auto port = core::parse_integer<std::uint16_t>(*parts->port);
        if (!port || *port == 0) {
            return std::nullopt;
        }
        result.port = *port;
    }
    return result;
}

} // namespace gatepost::net
