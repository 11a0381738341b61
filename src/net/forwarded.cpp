#include <gatepost/core/text.hpp>
#include <gatepost/net/address.hpp>
#include <gatepost/net/forwarded.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <string>

namespace gatepost::net {
namespace {

namespace ip = boost::asio::ip;

// "203.0.113.10", "203.0.113.10:4711", "2001:db8::1", "[2001:db8::1]:4711"
// What is neither is given back as it is: no address.
std::string_view bare_address(std::string_view hop) {
    const bool bracketed = hop.starts_with('[');
    const auto end = hop.find(bracketed ? ']' : ':');
    if (end == std::string_view::npos) {
        return hop;
    }
    const auto port = hop.substr(bracketed ? end + 1 : end);
    const bool plausible =
        (bracketed && port.empty()) ||
        (port.starts_with(':') && core::parse_integer<std::uint16_t>(port.substr(1)).has_value());
    return plausible ? hop.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0)) : hop;
}

} // namespace

bool address_set::add(std::string_view text) {
    boost::system::error_code failed;
    const std::string owned(text);
    const bool single = text.find('/') == std::string_view::npos;
    if (text.find(':') == std::string_view::npos) {
        const auto network = ip::make_network_v4(single ? owned + "/32" : owned, failed);
        if (!failed) {
            v4_.push_back(network.canonical());
        }
    } else {
        const auto network = ip::make_network_v6(single ? owned + "/128" : owned, failed);
        if (!failed && network.address().is_v4_mapped() && network.prefix_length() >= 96) {
            const auto mapped = ip::make_address_v4(ip::v4_mapped, network.address());
            v4_.push_back(ip::make_network_v4(mapped, network.prefix_length() - 96).canonical());
        } else if (!failed) {
            v6_.push_back(network.canonical());
        }
    }
    return !failed;
}

bool address_set::contains(const ip::address& address) const {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return contains(ip::make_address_v4(ip::v4_mapped, address.to_v6()));
    }
    if (address.is_v4()) {
        return std::ranges::any_of(v4_, [own = address.to_v4()](const ip::network_v4& network) {
            return ip::network_v4(own, network.prefix_length()).canonical() == network;
        });
    }
    return std::ranges::any_of(v6_, [own = address.to_v6()](const ip::network_v6& network) {
        return ip::network_v6(own, network.prefix_length()).canonical() == network;
    });
}

std::optional<std::string_view> client_address(std::string_view forwarded_for,
                                               const address_set& trusted) {
    while (!forwarded_for.empty()) {
        const auto comma = forwarded_for.rfind(',');
        const auto start = comma == std::string_view::npos ? 0 : comma + 1;
        const auto hop = bare_address(core::trim(forwarded_for.substr(start)));
        forwarded_for = forwarded_for.substr(0, start == 0 ? 0 : comma);
        if (!is_ip_address(hop)) {
            return std::nullopt;
        }
        if (!trusted.contains(ip::make_address(hop))) {
            return hop;
        }
    }
    return std::nullopt;
}

} // namespace gatepost::net
