#include <gatepost/core/json.hpp>
#include <gatepost/net/door.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;

namespace {

using headers = std::vector<net::header>;

net::request_head request(headers list, std::string_view method = "POST") {
    net::request_head head;
    head.method = method;
    head.target = "/v1/events";
    head.headers = std::move(list);
    return head;
}

// The status and code of a refusal; {0, ""} for none.
std::pair<unsigned, std::string> outcome(const std::optional<net::response>& refused) {
    if (!refused) {
        return {0, ""};
    }
    const auto body = core::json::parse(refused->body).value();
    return {refused->status, std::string(body.root().find("error").find("code").text())};
}

const std::pair<unsigned, std::string> let_in{0, ""};
const std::pair<unsigned, std::string> bad_host{403, "host_not_allowed"};
const std::pair<unsigned, std::string> bad_origin{403, "origin_not_allowed"};

} // namespace

TEST_CASE("door: loopback names and allowed hosts are let in, whatever the port") {
    const net::door door{.allowed_hosts = {"gatepost.internal", "10.0.0.5:8787", "[fd00::5]:1"},
                         .allowed_origins = {}};
    const auto host =
        GENERATE(as<std::string>(), "localhost", "localhost:1", "LocalHost:8787", "127.0.0.1",
                 "127.9.9.9:99", "[::1]", "[::1]:8787", "gatepost.internal",
                 "GATEPOST.internal:8787", "10.0.0.5", "10.0.0.5:9", "[fd00::5]");
    CAPTURE(host);
    CHECK(outcome(door.refuse(request({{"Host", host}}))) == let_in);
}

TEST_CASE("door: other hosts are refused: a rebound name is another host") {
    const net::door door{.allowed_hosts = {"gatepost.internal"}, .allowed_origins = {}};
    const auto host = GENERATE(as<std::string>(), "", "evil.example", "evil.example:8787",
                               "gatepost.internal.evil.example", "localhost.evil.example",
                               "127.0.0.1.evil.example", "0.0.0.0", "10.0.0.1", "localhost:x",
                               "::1", "localhost, evil.example");
    CAPTURE(host);
    CHECK(outcome(door.refuse(request({{"Host", host}}))) == bad_host);
}

TEST_CASE("door: an origin that is not allowed is refused, also null and loopback ones") {
    const net::door door{.allowed_hosts = {}, .allowed_origins = {"https://shop.example"}};
    const auto origin = GENERATE(as<std::string>(), "null", "", "https://evil.example",
                                 "http://shop.example", "https://shop.example.evil.example",
                                 "https://www.shop.example", "http://localhost",
                                 "http://127.0.0.1:8787", "shop.example", "https://shop.example/x");
    CAPTURE(origin);
    const auto head = request({{"Host", "localhost"}, {"Origin", origin}});
    CHECK(outcome(door.refuse(head)) == bad_origin);
    CHECK_FALSE(door.allowed_origin(head));
}

TEST_CASE("door: an allowed origin is let in, whatever its port and case") {
    const net::door door{.allowed_hosts = {}, .allowed_origins = {"https://shop.example:8443"}};
    const auto origin = GENERATE(as<std::string>(), "https://shop.example",
                                 "https://shop.example:1", "HTTPS://Shop.Example");
    const auto head = request({{"Host", "localhost"}, {"origin", origin}});
    CHECK(outcome(door.refuse(head)) == let_in);
    CHECK(door.allowed_origin(head) == origin);
}

TEST_CASE("door: no origin is no web page") {
    const net::door door{.allowed_hosts = {}, .allowed_origins = {"https://shop.example"}};
    const auto head = request({{"Host", "localhost"}});
    CHECK(outcome(door.refuse(head)) == let_in);
    CHECK_FALSE(door.allowed_origin(head));
}

TEST_CASE("door: over a Unix socket the host is not asked, the origin is") {
    const net::door door;
    auto head = request({{"Host", "anything.example"}});
    head.over_unix_socket = true;
    CHECK(outcome(door.refuse(head)) == let_in);
    head.headers.push_back({"Origin", "https://evil.example"});
    CHECK(outcome(door.refuse(head)) == bad_origin);
}

TEST_CASE("framing: what has one host and one length passes") {
    const net::header host{"Host", "localhost"};
    const auto list = GENERATE_COPY(values<headers>({
        {host, {"Content-Length", "0"}},
        {host, {"content-length", " 12 "}},
        {host, {"Transfer-Encoding", "chunked"}},
        {host, {"Transfer-Encoding", "Chunked"}},
    }));
    CHECK(outcome(net::check_framing(request(list))) == let_in);
    CHECK(outcome(net::check_framing(request({host}, "GET"))) == let_in);
}

TEST_CASE("framing: what could be read in two ways is refused") {
    const net::header host{"Host", "localhost"};
    const net::header length{"Content-Length", "1"};
    const net::header chunked{"Transfer-Encoding", "chunked"};
    const auto list = GENERATE_COPY(values<headers>({
        {length},
        {host, host, length},
        {host, {"hOST", "evil.example"}, length},
        {host, length, chunked},
        {host, length, length},
        {host, {"Content-Length", "1, 1"}},
        {host, {"Content-Length", ""}},
        {host, {"Content-Length", "-1"}},
        {host, {"Content-Length", "+1"}},
        {host, {"Content-Length", "0x1"}},
        {host, {"Content-Length", "18446744073709551616"}},
        {host, chunked, chunked},
        {host, {"Transfer-Encoding", "gzip, chunked"}},
        {host, {"Transfer-Encoding", "xchunked"}},
        {host, {"Transfer-Encoding", "identity"}},
        {host, {"Transfer-Encoding", ""}},
    }));
    const std::pair<unsigned, std::string> bad_request{400, "bad_request"};
    CHECK(outcome(net::check_framing(request(list))) == bad_request);
    CHECK(outcome(net::check_framing(request({}, "GET"))) == bad_request);
}

TEST_CASE("framing: a body needs a length") {
    const auto method = GENERATE(as<std::string>(), "POST", "PUT", "PATCH");
    CHECK(outcome(net::check_framing(request({{"Host", "localhost"}}, method))) ==
          std::pair<unsigned, std::string>{411, "length_required"});
    CHECK(outcome(net::check_framing(request({{"Host", "localhost"}}, method), false)) == let_in);
}
