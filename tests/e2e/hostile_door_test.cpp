// Who may speak to the daemon at all: names (DNS rebinding), pages of others, tokens.

#include "hostile_stage.hpp"
#include "stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string event = stolen_event();
const std::string foreign_host = "host_not_allowed";
const std::string foreign_origin = "origin_not_allowed";

std::string from_host(const std::string& host) {
    return posting("Host: " + host + "\r\n", event);
}

std::string from_origin(const std::string& origin) {
    return posting("Origin: " + origin + "\r\n", event);
}

// TikTok's Events API 2.0, with a grant.
std::string tiktok_body(const std::string& id) {
    return std::string(R"({"event_source":"web","event_source_id":")") + pixel_code +
           R"(","data":[{"event":"Purchase","event_id":")" + id + R"(","event_time":)" +
           seconds_from_now(std::chrono::seconds(0)) +
           R"(,"user":{},"page":{"url":"https://shop.example/"},"consent":{"marketing":"granted"}}]})";
}

std::string at_tiktok_route(const std::string& headers) {
    return posting(headers, tiktok_body("stolen"), "/open_api/v1.3/event/track/");
}

// How serve ends with this configuration, and what it says.
std::pair<int, std::string> end_of_start(const hostile_stage::script& chosen) {
    hostile_stage test(chosen);
    test.gatepost().launch();
    const int code = test.gatepost().process().wait();
    return {code, read_file(test.gatepost().log_file())};
}

} // namespace

TEST_CASE("hostile: names that are not this machine's are refused, whatever they resolve to") {
    hostile_stage test;
    std::vector<shape> table;
    for (const std::string host : {"evil.example",
                                   "evil.example:8787",
                                   "EVIL.example",
                                   "localhost.evil.example",
                                   "127.0.0.1.evil.example",
                                   "evil.example.",
                                   "localhost@evil.example",
                                   "evil.example@localhost",
                                   "localhost:80@evil.example",
                                   "localhost,evil.example",
                                   "localhost evil.example",
                                   "localhost/evil.example",
                                   "localhost#evil.example",
                                   "localhost:evil.example",
                                   "localhost:80:80",
                                   "localhost:8x",
                                   "203.0.113.7",
                                   "0.0.0.0",
                                   "2130706433",
                                   "0x7f000001",
                                   "0177.0.0.1",
                                   "127.0.0.1.1",
                                   "127.0.0.256",
                                   "[::]",
                                   "[2001:db8::1]",
                                   "[::1",
                                   "::1",
                                   "[::1]evil.example",
                                   "[::1].evil.example",
                                   "[evil.example]",
                                   "*",
                                   "local host",
                                   "\"localhost\"",
                                   "lоcalhost"}) {
        table.push_back({host, from_host(host), 403, foreign_host});
    }
    refuses_all(test, test.ingest(), table);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: the names of this machine are served in every spelling") {
    hostile_stage test;
    for (const std::string host : {"localhost", "LocalHost", "localhost:1", "127.0.0.1",
                                   "127.0.0.1:8787", "127.8.9.10", "[::1]", "[::1]:8787"}) {
        CAPTURE(host);
        const auto came = hear(test.ingest(), posting("Host: " + host + "\r\n", "[]"));
        CHECK(came.code() == "empty_list");
    }
}

TEST_CASE("hostile: pages of origins that are not allowed are refused") {
    hostile_stage test(
        {.listen = "http: 127.0.0.1:0, allowed_origins: [\"https://shop.example\"]"});
    std::vector<shape> table;
    for (const std::string origin : {"https://evil.example",
                                     "null",
                                     "",
                                     "NULL",
                                     "http://shop.example",
                                     "shop.example",
                                     "//shop.example",
                                     "https://shop.example.evil.example",
                                     "https://evilshop.example",
                                     "https://www.shop.example",
                                     "https://shop.example@evil.example",
                                     "https://shop.example:443@evil.example",
                                     "https://evil.example/https://shop.example",
                                     "https://evil.example#https://shop.example",
                                     "https://shop.example/",
                                     "https://shop.example https://evil.example",
                                     "https://shop.example,https://evil.example",
                                     "https://shop.example:x",
                                     "file://",
                                     "about:blank",
                                     "chrome-extension://abcdefghijklmnop",
                                     "http://localhost",
                                     "http://127.0.0.1:8787"}) {
        table.push_back({origin, from_origin(origin), 403, foreign_origin});
    }
    table.push_back(
        {"two origins, the first foreign",
         posting("Origin: https://evil.example\r\nOrigin: https://shop.example\r\n", event), 403,
         foreign_origin});
    table.push_back(
        {"two origins, the second foreign",
         posting("Origin: https://shop.example\r\nOrigin: https://evil.example\r\n", event), 403,
         foreign_origin});
    table.push_back({"a preflight",
                     asking("OPTIONS", "/v1/events",
                            "Host: localhost\r\nOrigin: https://evil.example\r\n"
                            "Access-Control-Request-Method: POST\r\n"),
                     403, foreign_origin});
    refuses_all(test, test.ingest(), table);
    const auto refused = hear(test.ingest(), from_origin("https://evil.example"));
    CHECK(refused.answers.at(0).headers.count("access-control-allow-origin") == 0);
    const auto allowed =
        hear(test.ingest(), posting("Origin: https://shop.example:8443\r\n", "[]"));
    CHECK(allowed.code() == "empty_list");
    CHECK(allowed.answers.at(0).headers.at("access-control-allow-origin") ==
          "https://shop.example:8443");
    test.only_the_good_arrived();
}

TEST_CASE("hostile: without one of the tokens nobody is served") {
    hostile_stage test({.ingest_token = true, .admin_token = true});
    const std::string token = ingest_token;
    const std::string good = "Authorization: Bearer " + token;
    std::vector<shape> table;
    const auto refuses = [&](const std::string& what, const std::string& headers) {
        table.push_back({what, posting(headers, event), 401, "unauthorized"});
    };
    refuses("no token", "");
    refuses("an empty one", bearing(""));
    refuses("a wrong one", bearing("planted-ingest-token-0816"));
    refuses("a prefix", bearing(token.substr(0, token.size() - 1)));
    refuses("a longer one", bearing(token + "5"));
    refuses("another case", bearing("PLANTED-INGEST-TOKEN-0815"));
    refuses("the operators'", bearing(admin_token));
    refuses("both tokens of the file", bearing("older-token-of-ingest.token " + token));
    refuses("a line break of the file", bearing("older-token-of-ingest.token\n" + token));
    refuses("another scheme", "Authorization: Basic " + token + "\r\n");
    refuses("no scheme", "Authorization: " + token + "\r\n");
    refuses("a scheme without a space", "Authorization: Bearer" + token + "\r\n");
    refuses("a comma behind it", "Authorization: Bearer " + token + ",\r\n");
    refuses("two headers, the first wrong", bearing("wrong") + bearing(token));
    refuses("two headers, the second wrong", bearing(token) + bearing("wrong"));
    refuses("TikTok's header on a route of ours", "Access-Token: " + token + "\r\n");
    refuses("a proxy's header", "Proxy-Authorization: Bearer " + token + "\r\n");
    refuses("a cookie", "Cookie: Authorization=Bearer " + token + "\r\n");
    // A line feed alone ends the request before anybody looks at the token.
    const auto broken = std::ranges::find(table, "a line break of the file", &shape::what);
    broken->status = 400;
    broken->code = "bad_request";
    table.push_back({"in the query", posting("", event, "/v1/events?access_token=" + token), 401,
                     "unauthorized"});
    table.push_back(
        {"a route that is not there", posting("", event, "/v1/nothing"), 401, "unauthorized"});
    table.push_back({"another method", asking("GET", "/v1/events"), 401, "unauthorized"});
    table.push_back({"OPTIONS of no page", asking("OPTIONS", "/v1/events"), 401, "unauthorized"});
    table.push_back({"a foreign Host with the token",
                     posting("Host: evil.example\r\n" + good + "\r\n", event), 403, foreign_host});
    table.push_back({"a foreign Origin with the token",
                     posting("Origin: https://evil.example\r\n" + good + "\r\n", event), 403,
                     foreign_origin});
    refuses_all(test, test.ingest(), table);
    const auto refused = hear(test.ingest(), posting("", event));
    CHECK(refused.answers.at(0).headers.at("www-authenticate").starts_with("Bearer"));
    for (const auto& shown : {bearing("older-token-of-ingest.token"), good + "\r\n",
                              "authorization: bearer " + token + "\r\n"}) {
        CAPTURE(shown);
        CHECK(hear(test.ingest(), posting(shown, "[]")).code() == "empty_list");
    }
    test.only_the_good_arrived();
}

TEST_CASE("hostile: TikTok's routes have the same door, and take the token as its SDK shows one") {
    hostile_stage test({.ingest_token = true});
    const std::string token = ingest_token;
    const auto shown = "Access-Token: " + token + "\r\n";
    refuses_all(
        test, test.ingest(),
        {{"no token", at_tiktok_route(""), 401, "40105"},
         {"a wrong one", at_tiktok_route("Access-Token: wrong\r\n"), 401, "40105"},
         {"TikTok's own", at_tiktok_route("Access-Token: planted-access-token-4711\r\n"), 401,
          "40105"},
         {"a prefix", at_tiktok_route("Access-Token: planted\r\n"), 401, "40105"},
         {"a wrong one and the right one", at_tiktok_route("Access-Token: wrong\r\n" + shown), 401,
          "40105"},
         {"a foreign Host", at_tiktok_route("Host: evil.example\r\n" + shown), 403, foreign_host},
         {"a foreign Origin", at_tiktok_route("Origin: https://evil.example\r\n" + shown), 403,
          foreign_origin}});
    test.only_the_good_arrived();
    for (const auto& right : {shown, bearing(token)}) {
        const auto came =
            hear(test.ingest(), posting(right, tiktok_body("sdk"), "/open_api/v1.3/event/track/"));
        CHECK(came.status() == 200);
        CHECK(came.code() == "0");
    }
}

TEST_CASE("hostile: off loopback nothing is opened without a token") {
    using begins = hostile_stage::script::begins;
    for (const std::string address : {"0.0.0.0:0", "\"[::]:0\"", "192.0.2.1:8787"}) {
        CAPTURE(address);
        const auto [code, said] = end_of_start(
            {.listen = "http: [127.0.0.1:0, " + address + "]", .start = begins::later});
        CHECK(code == 78);
        CHECK(said.find("auth.token_file") != std::string::npos);
        const auto [admin_code, admin_said] = end_of_start(
            {.admin = "http: " + address, .ingest_token = true, .start = begins::later});
        CHECK(admin_code == 78);
        CHECK(admin_said.find("admin.token_file") != std::string::npos);
    }
}

TEST_CASE("hostile: off loopback with a token, who shows it is served and nobody else") {
    hostile_stage test({.listen = "http: 0.0.0.0:0", .ingest_token = true});
    REQUIRE(test.ingest().starts_with("http://0.0.0.0:"));
    refuses_all(
        test, test.ingest(),
        {{"no token", posting("", event), 401, "unauthorized"},
         {"a wrong one", posting(bearing("wrong"), event), 401, "unauthorized"},
         {"a foreign Host", posting("Host: evil.example\r\n" + bearing(ingest_token), event), 403,
          foreign_host}});
    test.only_the_good_arrived();
}
