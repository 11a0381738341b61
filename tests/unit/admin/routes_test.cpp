#include "admin_fixture.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

TEST_CASE_METHOD(admin_fixture, "admin: a configured pixel is resumed") {
    const auto answer = ask(operators(), "POST", "/v1/pixels/C0EXAMPLE/resume");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"resumed":true})");
    CHECK(pixels.asked == std::vector<std::string>{"C0EXAMPLE"});
}

TEST_CASE_METHOD(admin_fixture, "admin: a pixel's id is decoded, and only once taken apart") {
    CHECK(ask(operators(), "POST", "/v1/pixels/a%20b%2Fc/resume").status == 200);
    CHECK(ask(operators(), "POST", "/v1/pixels/C0EXAMPLE/resume/?x=1").status == 200);
    CHECK(pixels.asked == std::vector<std::string>{"a b/c", "C0EXAMPLE"});
}

TEST_CASE_METHOD(admin_fixture,
                 "admin: a pixel that is not configured is not found, nor repeated") {
    const auto answer = ask(operators(), "POST", "/v1/pixels/MADE0UP/resume");
    CHECK(answer.status == 404);
    const auto body = core::json::parse(answer.body).value();
    CHECK(body.root().find("error").find("code").text() == "not_found");
    CHECK_THAT(answer.body, !Catch::Contains("MADE0UP"));
}

TEST_CASE_METHOD(admin_fixture, "admin: what is not quite the route to resume is no route") {
    const auto target = GENERATE(as<std::string>(), "/v1/pixels//resume", "/v1/pixels/resume",
                                 "/v1/pixels/a/b/resume", "/v1/pixels/a", "/v1/pixels/a/resumed",
                                 "/v1/pixels/a/resume/now");
    CAPTURE(target);
    CHECK(ask(operators(), "POST", target).status == 404);
    CHECK(pixels.asked.empty());
}

TEST_CASE_METHOD(admin_fixture, "admin: resuming takes POST and is not for probes") {
    const auto wrong = ask(operators(), "GET", "/v1/pixels/C0EXAMPLE/resume");
    CHECK(wrong.status == 405);
    CHECK(wrong.headers == std::vector<std::pair<std::string, std::string>>{{"Allow", "POST"}});
    CHECK(ask(probes(), "POST", "/v1/pixels/C0EXAMPLE/resume").status == 404);
    CHECK(pixels.asked.empty());
}

TEST_CASE_METHOD(admin_fixture, "admin: the status shows each pixel's source, mode and pause") {
    core::pixel_status sending;
    sending.id = "C0EXAMPLE";
    sending.source = "web";
    core::pixel_status paused;
    paused.id = "7654321098765432109";
    paused.source = "crm";
    paused.observes = true;
    paused.paused = "token";
    paused.rate = 12.5;
    status.told.pixels = {sending, paused};
    const auto answer = ask(operators(), "GET", "/v1/status");
    const auto body = core::json::parse(answer.body).value();
    const auto shown = body.root().find("pixels");
    REQUIRE(shown.size() == 2);
    CHECK(shown.at(0).find("id").text() == "C0EXAMPLE");
    CHECK(shown.at(0).find("source").text() == "web");
    CHECK(shown.at(0).find("mode").text() == "send");
    CHECK_FALSE(shown.at(0).find("paused"));
    CHECK(shown.at(1).find("source").text() == "crm");
    CHECK(shown.at(1).find("mode").text() == "observe");
    CHECK(shown.at(1).find("paused").text() == "token");
    CHECK(shown.at(1).find("rate").number() == 12.5);
}

TEST_CASE_METHOD(admin_fixture, "admin: the status says why there was no answer") {
    core::pixel_status unreachable;
    unreachable.id = "C0EXAMPLE";
    unreachable.last = core::last_answer{.outcome = "tls",
                                         .code = 0,
                                         .request_id = "",
                                         .detail = "certificate has expired",
                                         .at = test::fake_clock::start};
    core::pixel_status answered = unreachable;
    answered.last->detail = "";
    status.told.pixels = {unreachable, answered};
    const auto answer = ask(operators(), "GET", "/v1/status");
    const auto body = core::json::parse(answer.body).value();
    const auto shown = body.root().find("pixels");
    CHECK(shown.at(0).find("last_answer").find("detail").text() == "certificate has expired");
    CHECK_FALSE(shown.at(1).find("last_answer").find("detail"));
}

TEST_CASE_METHOD(admin_fixture, "admin: a path that takes several methods names them all") {
    struct row {
        const char* method;
        const char* path;
        const char* allow;
    };
    const auto wrong = GENERATE(values<row>({{"POST", "/v1/dead-letters", "GET, HEAD, DELETE"},
                                             {"PUT", "/v1/dead-letters/", "GET, HEAD, DELETE"},
                                             {"GET", "/v1/dead-letters/replay", "POST"},
                                             {"DELETE", "/v1/dead-letters/replay", "POST"},
                                             {"DELETE", "/v1/status", "GET, HEAD"},
                                             {"HEAD", "/v1/explain", "POST"}}));
    CAPTURE(wrong.method, wrong.path);
    const auto answer = ask(operators(), wrong.method, wrong.path);
    CHECK(answer.status == 405);
    CHECK(answer.headers ==
          std::vector<std::pair<std::string, std::string>>{{"Allow", wrong.allow}});
    CHECK(ask(probes(), wrong.method, wrong.path).status == 404);
}

TEST_CASE_METHOD(admin_fixture, "admin: a new door holds for the next request") {
    auto routes = operators();
    net::request_head head;
    head.method = "GET";
    head.target = "/healthz";
    head.headers = {{"Host", "gate.example"}};
    REQUIRE(routes.refuse(head).has_value());
    CHECK(routes.refuse(head)->status == 403);
    routes.use_door({.allowed_hosts = {"gate.example"}, .allowed_origins = {}});
    CHECK_FALSE(routes.refuse(head).has_value());
}

namespace {

// A request that changes something, as far as its head says.
unsigned refusal_of(admin::routes routes, const char* method, const char* target,
                    std::vector<net::header> headers) {
    net::request_head head;
    head.method = method;
    head.target = target;
    head.headers = std::move(headers);
    head.headers.push_back({"Host", "localhost"});
    const auto refused = routes.refuse(head);
    return refused ? refused->status : 0;
}

} // namespace

// The three types, and the missing one of a Blob without a type, are all that a browser sends
// across origins without asking first: Fetch standard, "CORS-safelisted request-header".
TEST_CASE_METHOD(admin_fixture,
                 "admin: what a page can post without asking first changes nothing") {
    struct row {
        const char* method;
        const char* target;
    };
    const auto given = GENERATE(values<row>({{"POST", "/v1/dead-letters/replay"},
                                             {"DELETE", "/v1/dead-letters"},
                                             {"POST", "/v1/pixels/C0EXAMPLE/resume"},
                                             {"POST", "/v1/explain"}}));
    CAPTURE(given.method, given.target);
    // Also when the door would let the page in.
    auto routes = operators();
    routes.use_door({.allowed_hosts = {}, .allowed_origins = {"https://shop.example"}});
    const net::header origin{"Origin", "https://shop.example"};
    for (const auto* const type :
         {"text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x", "text/json", "application/x-ndjson"}) {
        CAPTURE(type);
        const net::header media{"Content-Type", type};
        CHECK(refusal_of(routes, given.method, given.target, {origin, media}) == 415);
        CHECK(refusal_of(routes, given.method, given.target, {media}) == 415);
    }
    CHECK(refusal_of(routes, given.method, given.target, {origin}) == 415);
    for (const auto* const type :
         {"application/json", "Application/JSON; charset=utf-8", "application/vnd.example+json"}) {
        CAPTURE(type);
        CHECK(refusal_of(routes, given.method, given.target, {origin, {"Content-Type", type}}) ==
              0);
    }
    CHECK(refusal_of(routes, given.method, given.target, {}) == 0);
}

TEST_CASE_METHOD(admin_fixture, "admin: what only reads may have any type") {
    for (const auto* const method : {"GET", "HEAD"}) {
        CHECK(refusal_of(operators(), method, "/v1/dead-letters",
                         {{"Content-Type", "text/plain"}}) == 0);
    }
}

namespace {

net::door asking_for_a_token() {
    std::vector<core::secret_string> tokens;
    tokens.emplace_back("open-sesame");
    return {.tokens = net::access_tokens(std::move(tokens))};
}

unsigned refused_with(admin::routes& routes, std::string_view method, std::string_view target,
                      std::vector<net::header> headers) {
    net::request_head head;
    head.method = method;
    head.target = target;
    head.headers = std::move(headers);
    const auto refused = routes.refuse(head);
    return refused ? refused->status : 0;
}

} // namespace

TEST_CASE_METHOD(admin_fixture, "admin: with tokens only the probes are answered without one") {
    auto routes = operators();
    routes.use_door(asking_for_a_token());
    const auto [method, target, status] = GENERATE(table<std::string, std::string, unsigned>({
        {"GET", "/healthz", 0},
        {"HEAD", "/healthz", 0},
        {"GET", "/readyz/", 0},
        {"POST", "/healthz", 401},
        {"GET", "/metrics", 401},
        {"GET", "/v1/status", 401},
        {"POST", "/v1/explain", 401},
        {"GET", "/v1/decisions", 401},
        {"GET", "/v1/dead-letters", 401},
        {"DELETE", "/v1/dead-letters", 401},
        {"POST", "/v1/dead-letters/replay", 401},
        {"POST", "/v1/pixels/C0EXAMPLE/resume", 401},
        {"GET", "/nothing", 401},
    }));
    CAPTURE(method, target);
    CHECK(refused_with(routes, method, target, {{"Host", "localhost"}}) == status);
    CHECK(refused_with(routes, method, target, {{"Host", "evil.example"}}) == 403);
}

TEST_CASE_METHOD(admin_fixture, "admin: a token opens every route, and no foreign host") {
    auto routes = operators();
    routes.use_door(asking_for_a_token());
    const net::header token{"Authorization", "Bearer open-sesame"};
    CHECK(refused_with(routes, "GET", "/v1/status", {{"Host", "localhost"}, token}) == 0);
    CHECK(refused_with(routes, "GET", "/nothing", {{"Host", "localhost"}, token}) == 404);
    CHECK(refused_with(routes, "GET", "/v1/status", {{"Host", "evil.example"}, token}) == 403);
    CHECK(refused_with(routes, "GET", "/v1/status",
                       {{"Host", "localhost"}, {"Access-Token", "open-sesame"}}) == 401);
}

TEST_CASE_METHOD(admin_fixture, "admin: the listener for probes has three pages, for any Host") {
    auto routes = probes();
    const auto [method, target, status] = GENERATE(table<std::string, std::string, unsigned>({
        {"GET", "/healthz", 0},
        {"GET", "/readyz", 0},
        {"GET", "/metrics", 0},
        {"HEAD", "/metrics", 0},
        {"POST", "/metrics", 405},
        {"GET", "/", 404},
        {"GET", "/v1/status", 404},
        {"POST", "/v1/explain", 404},
        {"GET", "/v1/decisions", 404},
        {"GET", "/v1/dead-letters", 404},
        {"DELETE", "/v1/dead-letters", 404},
        {"POST", "/v1/dead-letters/replay", 404},
        {"POST", "/v1/pixels/C0EXAMPLE/resume", 404},
        {"POST", "/v1/events", 404},
    }));
    CAPTURE(method, target);
    CHECK(refused_with(routes, method, target, {{"Host", "10.1.2.3:9090"}}) == status);
}

TEST_CASE_METHOD(admin_fixture, "admin: refusals are counted by listener and code") {
    operators().refused("unauthorized");
    probes().refused("not_found");
    const auto page = metrics.render();
    CHECK_THAT(page, Catch::Contains("gatepost_requests_refused_total{listener=\"admin\","
                                     "reason=\"unauthorized\"} 1"));
    CHECK_THAT(page, Catch::Contains("gatepost_requests_refused_total{listener=\"metrics\","
                                     "reason=\"not_found\"} 1"));
}

TEST_CASE_METHOD(admin_fixture, "admin: what tells about visitors or the daemon is kept nowhere") {
    using headers = std::vector<std::pair<std::string, std::string>>;
    const headers confidential{{"Cache-Control", "no-store"},
                               {"X-Content-Type-Options", "nosniff"}};
    const auto [method, target] =
        GENERATE(table<std::string, std::string>({{"GET", "/v1/status"},
                                                  {"HEAD", "/v1/status"},
                                                  {"POST", "/v1/explain"},
                                                  {"GET", "/v1/decisions"},
                                                  {"GET", "/v1/decisions?limit=x"},
                                                  {"GET", "/v1/dead-letters"},
                                                  {"DELETE", "/v1/dead-letters"},
                                                  {"POST", "/v1/dead-letters/replay"},
                                                  {"POST", "/v1/pixels/C0EXAMPLE/resume"},
                                                  {"POST", "/v1/pixels/MADE0UP/resume"}}));
    CAPTURE(method, target);
    CHECK(ask(operators(), method, target).headers == confidential);
    for (const auto* const probe : {"/healthz", "/readyz", "/metrics"}) {
        CHECK(ask(operators(), "GET", probe).headers.empty());
        CHECK(ask(probes(), "GET", probe).headers.empty());
    }
}
