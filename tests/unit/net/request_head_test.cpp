#include <gatepost/net/http.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;

namespace {

net::request_head request(std::string_view target) {
    net::request_head head;
    head.target = target;
    return head;
}

} // namespace

TEST_CASE("request head: headers are found in any case, the first of several, trimmed") {
    auto head = request("/");
    head.headers = {{"Cookie", " a=1 "}, {"COOKIE", "b=2"}, {"X-Empty", ""}};
    CHECK(head.find("cookie") == "a=1");
    CHECK(head.find("x-empty") == "");
    CHECK_FALSE(head.find("Cooki"));
    CHECK(head.count("Cookie") == 2);
    CHECK(head.count("Host") == 0);
}

TEST_CASE("request head: a path is the same with and without its trailing slash") {
    const auto [target, path] =
        GENERATE(table<std::string, std::string>({{"/v1/events", "/v1/events"},
                                                  {"/v1/events/", "/v1/events"},
                                                  {"/v1/events?a=/", "/v1/events"},
                                                  {"/v1/events/?a", "/v1/events"},
                                                  {"/", "/"},
                                                  {"/?a", "/"},
                                                  {"", ""}}));
    CAPTURE(target);
    CHECK(request(target).path() == path);
}

TEST_CASE("request head: query parameters are found by their whole name, as sent") {
    const auto head = request("/v1/decisions/?since=1%20&limit=&since=2&flag");
    CHECK(head.query("since") == "1%20");
    CHECK(head.query("limit") == "");
    CHECK(head.query("flag") == "");
    CHECK_FALSE(head.query("sinc"));
    CHECK_FALSE(request("/v1").query("since"));
}

TEST_CASE("error response: code, message and path, the empty path left out") {
    const auto with_path = net::error_response(422, {"invalid_event", "say \"why\"", "/events/0"});
    CHECK(with_path.status == 422);
    CHECK(with_path.content_type == "application/json");
    CHECK(with_path.body ==
          R"({"error":{"code":"invalid_event","message":"say \"why\"","path":"/events/0"}})");
    CHECK(net::error_response(404, {"not_found", "no such route", ""}).body ==
          R"({"error":{"code":"not_found","message":"no such route"}})");
}
