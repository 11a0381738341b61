// Whatever stands in X-Forwarded-For, the visitor's address is the rightmost hop that is no trusted
// proxy, and an address: nobody in front of that hop can choose it.

#include "check.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/net/address.hpp>
#include <gatepost/net/forwarded.hpp>

#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

net::address_set trusted_ones() {
    net::address_set made;
    check(made.add("10.0.0.0/8") && made.add("2001:db8::/32") && made.add("192.0.2.1"));
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto trusted = trusted_ones();
    static const net::address_set nobody;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto found = net::client_address(text, trusted);
    if (found) {
        check(net::is_ip_address(*found) && text.find(*found) != text.npos);
        check(!trusted.contains(boost::asio::ip::make_address(*found)));
    }
    // What others wrote in front changes nothing once there is a hop that counts.
    const std::string list(text);
    const auto longer = "198.51.100.7, " + list;
    const auto with_more = net::client_address(longer, trusted);
    check(with_more == found || (!found && with_more == "198.51.100.7"));
    // Trusted hops behind are passed over, and a foreign one behind is taken whatever came before.
    check(net::client_address(list + ", 10.1.2.3", trusted) == found);
    check(net::client_address(list + ", [2001:db8::1]:80", trusted) == found);
    check(net::client_address(list + ",203.0.113.9", trusted) == "203.0.113.9");
    check(net::client_address(list + ", 10.1.2.3", nobody) == "10.1.2.3");

    net::address_set one;
    if (one.add(text) && text.find('/') == text.npos) {
        check(one.contains(boost::asio::ip::make_address(text)));
    }
    return 0;
}
