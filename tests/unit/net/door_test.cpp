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
    const auto host = GENERATE(
        as<std::string>(), "", "evil.example", "evil.example:8787",
        "gatepost.internal.evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
        "0.0.0.0", "10.0.0.1", "localhost:x", "::1", "localhost, evil.example", "[localhost]",
        "[127.0.0.1]", "[gatepost.internal]", "[::1", "[::1]x", "localhost.", "evil@localhost",
        "localhost@evil.example", "localhost/evil", "127.1", "2130706433", "[::ffff:127.0.0.1]");
    CAPTURE(host);
    CHECK(outcome(door.refuse(request({{"Host", host}}))) == bad_host);
}

TEST_CASE("door: an origin that is not allowed is refused, also null and loopback ones") {
    const net::door door{.allowed_hosts = {}, .allowed_origins = {"https://shop.example"}};
    const auto origin = GENERATE(
        as<std::string>(), "null", "", "https://evil.example", "http://shop.example",
        "https://shop.example.evil.example", "https://www.shop.example", "http://localhost",
        "http://127.0.0.1:8787", "https:// shop.example", "shop.example", "https://shop.example/x");
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

TEST_CASE("door: two origins are none that is allowed") {
    const net::door door{.allowed_hosts = {}, .allowed_origins = {"https://shop.example"}};
    const auto head = request({{"Host", "localhost"},
                               {"Origin", "https://shop.example"},
                               {"Origin", "https://evil.example"}});
    CHECK(outcome(door.refuse(head)) == bad_origin);
    CHECK_FALSE(door.allowed_origin(head));
}

TEST_CASE("door: over a Unix socket only the users of a list are let in, when there is one") {
    const net::door some{.allowed_uids = {0, 1000}};
    const std::pair<unsigned, std::string> bad_peer{403, "peer_not_allowed"};
    auto head = request({{"Host", "localhost"}});
    head.over_unix_socket = true;
    CHECK(outcome(some.refuse(head)) == bad_peer); // nothing is known of him
    head.peer_uid = 1001;
    CHECK(outcome(some.refuse(head)) == bad_peer);
    CHECK(outcome(net::door().refuse(head)) == let_in);
    head.peer_uid = 1000;
    CHECK(outcome(some.refuse(head)) == let_in);
    head.peer_uid = 0;
    CHECK(outcome(some.refuse(head)) == let_in);
}

TEST_CASE("door: the list of users is not asked over TCP") {
    const net::door some{.allowed_uids = {1000}};
    CHECK(outcome(some.refuse(request({{"Host", "localhost"}}))) == let_in);
}

namespace {

net::door asking() {
    std::vector<core::secret_string> two;
    two.emplace_back("first-token");
    two.emplace_back("second-token");
    return {.tokens = net::access_tokens(std::move(two))};
}

const std::pair<unsigned, std::string> stranger{401, "unauthorized"};

} // namespace

TEST_CASE("door: a token of the list is let in, the scheme in any case") {
    const auto shown = GENERATE(as<std::string>(), "Bearer first-token", "bearer second-token",
                                "BEARER  first-token", "Bearer first-token ");
    CHECK(outcome(asking().refuse_stranger(request({{"authorization", shown}}))) == let_in);
}

TEST_CASE("door: without a token of the list nobody is let in") {
    const auto shown =
        GENERATE(as<std::string>(), "", "Bearer", "Bearer ", "Bearer wrong", "Bearer first-toke",
                 "Bearer first-tokens", "Bearer First-token", "first-token", "Basic first-token",
                 "Bearerfirst-token", "Bearer\tfirst-token", "Bearer first-token second-token",
                 "Bearer first-token,", "Bearer \"first-token\"", "Token first-token");
    CAPTURE(shown);
    CHECK(outcome(asking().refuse_stranger(request({{"Authorization", shown}}))) == stranger);
    CHECK(outcome(asking().refuse_stranger(request({}))) == stranger);
}

TEST_CASE("door: a stranger is told what to show (RFC 6750 section 3), and not what he showed") {
    const auto refused =
        asking().refuse_stranger(request({{"Authorization", "Bearer guessed-it"}}));
    REQUIRE(refused);
    CHECK(refused->headers == std::vector<std::pair<std::string, std::string>>{
                                  {"WWW-Authenticate", "Bearer realm=\"gatepost\""}});
    CHECK(refused->body.find("guessed-it") == std::string::npos);
}

TEST_CASE("door: of two tokens in one request none counts") {
    CHECK(outcome(asking().refuse_stranger(request({{"Authorization", "Bearer first-token"},
                                                    {"Authorization", "Bearer first-token"}}))) ==
          stranger);
    CHECK(outcome(asking().refuse_stranger(
              request({{"Access-Token", "first-token"}, {"Access-Token", "wrong"}}),
              "Access-Token")) == stranger);
}

TEST_CASE("door: another header serves where it is said to") {
    const auto head = request({{"access-token", "second-token"}});
    CHECK(outcome(asking().refuse_stranger(head, "Access-Token")) == let_in);
    CHECK(outcome(asking().refuse_stranger(head)) == stranger);
    CHECK(outcome(asking().refuse_stranger(request({{"Access-Token", "Bearer first-token"}}),
                                           "Access-Token")) == stranger);
}

TEST_CASE("door: where no token is configured none is asked for") {
    CHECK(outcome(net::door().refuse_stranger(request({}))) == let_in);
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

TEST_CASE("framing: HTTP/1.0 knows no chunks") {
    auto head = request({{"Host", "localhost"}, {"Transfer-Encoding", "chunked"}});
    head.http_1_0 = true;
    CHECK(outcome(net::check_framing(head)) ==
          std::pair<unsigned, std::string>{400, "bad_request"});
}

TEST_CASE("framing: a body needs a length") {
    const auto method = GENERATE(as<std::string>(), "POST", "PUT", "PATCH");
    CHECK(outcome(net::check_framing(request({{"Host", "localhost"}}, method))) ==
          std::pair<unsigned, std::string>{411, "length_required"});
    CHECK(outcome(net::check_framing(request({{"Host", "localhost"}}, method), false)) == let_in);
}
