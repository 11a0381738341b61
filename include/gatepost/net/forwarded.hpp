// Whose request it was, when proxies hand it on.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::net {

// Addresses of proxies: "10.0.0.0/8", "2001:db8::/32" or a single address.
class address_set {
  public:
    // False when the text is neither; nothing is added then.
    bool add(std::string_view text);
    bool contains(const boost::asio::ip::address& address) const;

  private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

// The rightmost hop of an X-Forwarded-For value that is no trusted proxy, without port and
// brackets; nullopt when there is none or when it is no address.
std::optional<std::string_view> client_address(std::string_view forwarded_for,
                                               const address_set& trusted);

} // namespace gatepost::net
