#include <gatepost/net/address.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using net::host_without_port;
using net::parse_endpoint;
using net::parse_listen_address;

TEST_CASE("address: a place to listen is a numeric address and a port") {
    const auto v4 = parse_listen_address("127.0.0.1:8787");
    CHECK(v4 == net::listen_address{"127.0.0.1", 8787});
    CHECK(v4->is_loopback());
    CHECK(v4->authority() == "127.0.0.1:8787");
    const auto v6 = parse_listen_address("[::1]:0");
    CHECK(v6 == net::listen_address{"::1", 0});
    CHECK(v6->is_loopback());
    CHECK(v6->authority() == "[::1]:0");
    CHECK_FALSE(parse_listen_address("0.0.0.0:80")->is_loopback());
    CHECK_FALSE(parse_listen_address("[::]:80")->is_loopback());
    CHECK(parse_listen_address("127.255.255.254:80")->is_loopback());
}

TEST_CASE("address: anything else is no place to listen") {
    const auto text = GENERATE(as<std::string>(), "", "127.0.0.1", ":80", "localhost:80",
                               "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80 ",
                               " 127.0.0.1:80", "127.1:80", "256.0.0.1:80", "::1:80", "[::1]",
                               "[::1]80", "[::1:80", "[127.0.0.1]:80", "http://127.0.0.1:80");
    CAPTURE(text);
    CHECK_FALSE(parse_listen_address(text));
}

TEST_CASE("address: an endpoint is a scheme, a host and maybe a port") {
    struct row {
        std::string text;
        net::endpoint expected;
        std::string authority;
    };
    const auto [text, expected, authority] = GENERATE(values<row>({
        {"https://business-api.tiktok.com",
         {true, "business-api.tiktok.com", 443},
         "business-api.tiktok.com"},
        {"https://Business-API.tiktok.com/",
         {true, "business-api.tiktok.com", 443},
         "business-api.tiktok.com"},
        {"https://proxy.example:8443", {true, "proxy.example", 8443}, "proxy.example:8443"},
        {"http://127.0.0.1:8789", {false, "127.0.0.1", 8789}, "127.0.0.1:8789"},
        {"http://localhost", {false, "localhost", 80}, "localhost"},
        {"http://localhost:443", {false, "localhost", 443}, "localhost:443"},
        {"https://[::1]:8789", {true, "::1", 8789}, "[::1]:8789"},
        {"https://[::1]", {true, "::1", 443}, "[::1]"},
    }));
    CAPTURE(text);
    const auto parsed = parse_endpoint(text);
    REQUIRE(parsed);
    CHECK(*parsed == expected);
    CHECK(parsed->authority() == authority);
}

TEST_CASE("address: an endpoint has no path, user, query, other scheme or bad port") {
    const auto text =
        GENERATE(as<std::string>(), "", "business-api.tiktok.com", "ftp://a", "https://",
                 "https:///", "https://a/open_api", "https://a//", "https://user@a", "https://a?x",
                 "https://a#x", "https://a b", "https://a:0", "https://a:65536",
                 "https://a:", "https://a:b", "https://[::1", "https://:443");
    CAPTURE(text);
    CHECK_FALSE(parse_endpoint(text));
}

TEST_CASE("address: a host loses its port, brackets and case") {
    const auto [text, host] =
        GENERATE(table<std::string, std::string>({{"LocalHost", "localhost"},
                                                  {"localhost:8787", "localhost"},
                                                  {"localhost:", "localhost"},
                                                  {" shop.example ", "shop.example"},
                                                  {"127.0.0.1:1", "127.0.0.1"},
                                                  {"[::1]", "::1"},
                                                  {"[::1]:8787", "::1"}}));
    CAPTURE(text);
    CHECK(host_without_port(text) == host);
}

TEST_CASE("address: what is no host has none") {
    const auto text = GENERATE(as<std::string>(), "", " ", ":80", "a:b", "a:1:2", "::1", "[::1",
                               "[]", "[::1]x", "a:99999");
    CAPTURE(text);
    CHECK_FALSE(host_without_port(text));
}

TEST_CASE("address: loopback is localhost, 127.0.0.0/8 and ::1, and no other name") {
    const auto loopback = GENERATE(as<std::string>(), "localhost", "LOCALHOST", "127.0.0.1",
                                   "127.1.2.3", "::1", "0:0:0:0:0:0:0:1");
    CHECK(net::is_loopback_name(loopback));
    const auto other =
        GENERATE(as<std::string>(), "", "localhost.example", "127.0.0.1.example", "128.0.0.1",
                 "0.0.0.0", "::", "::2", "2130706433", "127.1", "0x7f000001", "notlocalhost");
    CAPTURE(other);
    CHECK_FALSE(net::is_loopback_name(other));
}
