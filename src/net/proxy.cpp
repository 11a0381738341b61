#include "host_and_port.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/net/proxy.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <cstdlib>

namespace gatepost::net {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
    }
    if (!is_ip_address(text)) {
        return std::nullopt;
    }
    const auto address = ip::make_address(text);
    return address.is_v6() && address.to_v6().is_v4_mapped()
               ? ip::address(ip::make_address_v4(ip::v4_mapped, address.to_v6()))
               : address;
}

// A fully qualified name may end in a dot (RFC 1034 section 3.1).
std::string_view without_root(std::string_view name) {
    if (name.ends_with('.')) {
        name.remove_suffix(1);
    }
    return name;
}

bool is_name_character(char c) {
    return core::is_alpha(c) || core::is_digit(c) || c == '-' || c == '.' || c == '_';
}

bool is_host(std::string_view text, bool bracketed) {
    if (bracketed) {
        return is_ip_address(text) && text.find(':') != std::string_view::npos;
    }
    return !without_root(text).empty() && std::all_of(text.begin(), text.end(), is_name_character);
}

// "user:password", decoded; nullopt when Basic cannot carry it (RFC 7617 section 2).
std::optional<core::secret_string> credentials_of(std::string_view userinfo) {
    auto rest = userinfo;
    const core::secret_string user(core::percent_decode(core::next_field(rest, ':')));
    const core::secret_string password(core::percent_decode(rest));
    std::string text;
    text.reserve(userinfo.size() + 1); // growing would leave a copy behind
    text.append(user.reveal()).append(":").append(password.reveal());
    core::secret_string both(std::move(text));
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (user.reveal().find(':') != std::string_view::npos ||
        std::ranges::any_of(both.reveal(), control)) {
        return std::nullopt;
    }
    return both;
}

// Splits "host", "host:port", "[v6]" and "[v6]:port".
std::optional<proxy> host_and_port_of(std::string_view text) {
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : text.find(':');
    if (bracketed && end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
    if (bracketed) {
        rest.remove_prefix(1);
    }
    proxy result{.host = core::lower(host), .credentials = {}};
    if (!rest.empty()) {
        const auto port = core::parse_integer<std::uint16_t>(rest.substr(1));
        if (!rest.starts_with(':') || !port || *port == 0) {
            return std::nullopt;
        }
        result.port = *port;
    }
    if (!is_host(host, bracketed)) {
        return std::nullopt;
    }
    return result;
}

bool is_in_network(const ip::address& address, std::string_view network) {
    const std::string text(network);
    boost::system::error_code failed;
    if (address.is_v4()) {
        const auto wanted = ip::make_network_v4(text, failed);
        return !failed &&
               ip::make_network_v4(address.to_v4(), wanted.prefix_length()).canonical() ==
                   wanted.canonical();
    }
    const auto wanted = ip::make_network_v6(text, failed);
    return !failed && ip::make_network_v6(address.to_v6(), wanted.prefix_length()).canonical() ==
                          wanted.canonical();
}

bool is_same_or_below(std::string_view name, std::string_view domain) {
    name = without_root(name);
    domain = without_root(domain);
    if (domain.starts_with('*')) {
        domain.remove_prefix(1);
    }
    if (domain.starts_with('.')) {
        domain.remove_prefix(1);
    }
    if (domain.empty() || name.size() < domain.size() ||
        !core::iequals(name.substr(name.size() - domain.size()), domain)) {
        return false;
    }
    return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

// One entry of the list.
bool exempts(std::string_view entry, const endpoint& upstream) {
    if (entry == "*") {
        return true;
    }
    const auto address = address_of(upstream.host);
    if (entry.find('/') != std::string_view::npos) {
        return address && is_in_network(*address, entry);
    }
    if (const auto listed = address_of(entry)) {
        return address == listed;
    }
    // Not an address as a whole: what stands behind the last colon is a port.
    if (const auto colon = entry.rfind(':'); colon != std::string_view::npos) {
        if (core::parse_integer<std::uint16_t>(entry.substr(colon + 1)) != upstream.port) {
            return false;
        }
        entry = entry.substr(0, colon);
        if (const auto listed = address_of(entry)) {
            return address == listed;
        }
    }
    return !address && is_same_or_below(upstream.host, entry);
}

std::string variable(const char* lower, const char* upper) {
    for (const auto* const name : {lower, upper}) {
        if (const auto* const value = std::getenv(name); value != nullptr && *value != '\0') {
            return value;
        }
    }
    return {};
}

} // namespace

std::string proxy::authority() const {
    return host_and_port(host, port);
}

std::optional<proxy> parse_proxy(std::string_view url) {
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        if (!core::iequals(url.substr(0, scheme), "http")) {
            return std::nullopt;
        }
        url.remove_prefix(scheme + 3);
    }
    if (url.ends_with('/')) {
        url.remove_suffix(1);
    }
    // The last one: an "@" in a password may have been left as it is.
    const auto at = url.rfind('@');
    const auto userinfo = at == std::string_view::npos ? std::string_view() : url.substr(0, at);
    auto result = host_and_port_of(at == std::string_view::npos ? url : url.substr(at + 1));
    if (result && !userinfo.empty()) {
        auto credentials = credentials_of(userinfo);
        if (!credentials) {
            return std::nullopt;
        }
        result->credentials = std::move(*credentials);
    }
    return result;
}

proxy_environment proxy_environment::read() {
    return {.https_proxy = variable("https_proxy", "HTTPS_PROXY"),
            .no_proxy = variable("no_proxy", "NO_PROXY")};
}

bool is_exempt(const endpoint& upstream, std::string_view no_proxy) {
    if (is_loopback_name(without_root(upstream.host))) {
        return true;
    }
    while (!no_proxy.empty()) {
        if (exempts(core::trim(core::next_field(no_proxy, ',')), upstream)) {
            return true;
        }
    }
    return false;
}

} // namespace gatepost::net
