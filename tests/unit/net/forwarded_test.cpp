#include <gatepost/net/forwarded.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;

namespace {

net::address_set proxies() {
    net::address_set set;
    for (const auto* text : {"10.0.0.0/8", "192.168.1.7", "2001:db8:1::/48", "::1"}) {
        REQUIRE(set.add(text));
    }
    return set;
}

bool contains(const net::address_set& set, const char* address) {
    return set.contains(boost::asio::ip::make_address(address));
}

} // namespace

TEST_CASE("forwarded: networks hold their addresses and no others") {
    const auto set = proxies();
    for (const auto* inside : {"10.0.0.0", "10.255.255.255", "192.168.1.7",
                               "2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", "::1"}) {
        CAPTURE(inside);
        CHECK(contains(set, inside));
    }
    for (const auto* outside : {"9.255.255.255", "11.0.0.0", "192.168.1.6", "192.168.1.8",
                                "2001:db8:2::", "2001:db8::ffff:1", "::", "::2"}) {
        CAPTURE(outside);
        CHECK_FALSE(contains(set, outside));
    }
}

TEST_CASE("forwarded: a network's host bits do not matter, and /0 holds everything of its kind") {
    net::address_set set;
    CHECK(set.add("10.1.2.3/8"));
    CHECK(contains(set, "10.200.0.1"));
    CHECK(set.add("::/0"));
    CHECK(contains(set, "2001:db8::1"));
    CHECK_FALSE(contains(set, "11.0.0.1"));
}

TEST_CASE("forwarded: what is neither address nor network is not added") {
    const auto text = GENERATE(as<std::string>(), "", "proxy.example", "10.0.0.0/33", "10.0.0/8",
                               "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "::1/",
                               "10.0.0.1:80", "[::1]", " 10.0.0.1");
    CAPTURE(text);
    net::address_set set;
    CHECK_FALSE(set.add(text));
    CHECK_FALSE(contains(set, "10.0.0.1"));
    CHECK_FALSE(contains(set, "::1"));
}

TEST_CASE("forwarded: the visitor is the rightmost hop that is no trusted proxy") {
    const auto [header, visitor] = GENERATE(table<std::string, std::string>({
        {"203.0.113.10", "203.0.113.10"},
        {"203.0.113.10, 10.1.2.3", "203.0.113.10"},
        {"203.0.113.10,10.1.2.3,192.168.1.7", "203.0.113.10"},
        // What the visitor wrote himself stands further left.
        {"198.51.100.1, 203.0.113.10, 10.1.2.3", "203.0.113.10"},
        {"10.9.9.9, 203.0.113.10", "203.0.113.10"},
        {"garbage, 203.0.113.10", "203.0.113.10"},
        {" 203.0.113.10:4711 , 10.1.2.3:80", "203.0.113.10"},
        {"2001:db8:2::5", "2001:db8:2::5"},
        {"[2001:db8:2::5]:4711, [::1]:80, 2001:db8:1::9", "2001:db8:2::5"},
        {"[2001:db8:2::5]", "2001:db8:2::5"},
    }));
    CAPTURE(header);
    CHECK(net::client_address(header, proxies()) == visitor);
}

TEST_CASE("forwarded: garbage where the visitor should stand, or proxies alone, is nobody") {
    const auto header = GENERATE(
        as<std::string>(), "", " ", "unknown", "_hidden", "10.1.2.3", "10.1.2.3, 192.168.1.7",
        "203.0.113.10, garbage", "203.0.113.10, unknown, 10.1.2.3", "203.0.113.10,", "shop.example",
        "203.0.113.300", "203.0.113", "[2001:db8::zz]", "\"203.0.113.10\"");
    CAPTURE(header);
    CHECK_FALSE(net::client_address(header, proxies()));
}

TEST_CASE("forwarded: without trusted proxies the last hop is the visitor") {
    CHECK(net::client_address("203.0.113.10, 10.1.2.3", {}) == "10.1.2.3");
}

TEST_CASE("forwarded: an IPv4 proxy is known in IPv6's clothes too") {
    const auto set = proxies();
    CHECK(contains(set, "::ffff:10.1.2.3"));
    CHECK_FALSE(contains(set, "::ffff:11.1.2.3"));
    CHECK(net::client_address("203.0.113.9, ::ffff:10.1.2.3", set) == "203.0.113.9");
}

TEST_CASE("forwarded: a hop that is no address with at most a port is nobody's") {
    for (const auto* hop : {"[2001:db8::1", "[2001:db8::1]x", "[2001:db8::1]:x", "203.0.113.9:x",
                            "203.0.113.9:70000", "2001:db8::1%alice@example.com", "unknown"}) {
        CAPTURE(hop);
        CHECK_FALSE(net::client_address(hop, {}).has_value());
    }
    CHECK(net::client_address("[2001:db8::1]:4711", {}) == "2001:db8::1");
    CHECK(net::client_address("203.0.113.9:4711", {}) == "203.0.113.9");
}

TEST_CASE("address set: an IPv4 address written as IPv6 names the IPv4 one") {
    net::address_set proxies;
    REQUIRE(proxies.add("::ffff:10.0.0.1"));
    REQUIRE(proxies.add("::ffff:192.168.0.0/112"));
    const auto contains = [&](const char* text) {
        return proxies.contains(boost::asio::ip::make_address(text));
    };
    CHECK(contains("10.0.0.1"));
    CHECK(contains("::ffff:10.0.0.1"));
    CHECK(contains("192.168.255.1"));
    CHECK_FALSE(contains("10.0.0.2"));
    CHECK_FALSE(contains("192.169.0.1"));
}
