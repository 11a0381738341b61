// Who is let in to the routes for applications, and how those are told who are not.
#include "running_routes.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatepost;
using test::running_routes;

namespace {

const std::string shop = "https://shop.example";
const net::header local{"Host", "localhost"};
const net::header from_shop{"Origin", shop};
const net::header from_elsewhere{"Origin", "https://evil.example"};
const net::header json{"Content-Type", "application/json"};
const net::header token{"Authorization", "Bearer open-sesame"};
const net::header preflight{"Access-Control-Request-Method", "POST"};

ingest::options asking_for_a_token() {
    auto chosen = test::one_pixel();
    chosen.door.allowed_origins = {shop};
    std::vector<core::secret_string> tokens;
    tokens.emplace_back("open-sesame");
    chosen.door.tokens = net::access_tokens(std::move(tokens));
    return chosen;
}

net::request_head request(std::string_view method, std::string_view target,
                          std::vector<net::header> headers) {
    net::request_head head;
    head.method = method;
    head.target = target;
    head.headers = std::move(headers);
    return head;
}

unsigned status_of(running_routes& subject, const net::request_head& head) {
    const auto refused = subject.refuse(head);
    return refused ? refused->status : 0;
}

std::string header_of(const net::response& answer, std::string_view name) {
    const auto found =
        std::ranges::find(answer.headers, name, [](const auto& header) { return header.first; });
    return found == answer.headers.end() ? "" : found->second;
}

} // namespace

TEST_CASE("ingest door: a token is asked of every route but the script, and of every method") {
    running_routes subject(asking_for_a_token());
    const auto [method, target, status] = GENERATE(
        table<std::string, std::string, unsigned>({{"POST", "/v1/events", 401},
                                                   {"POST", "/v1/events/", 401},
                                                   {"POST", "/v1/explain", 401},
                                                   {"POST", "/v1/consent", 401},
                                                   {"POST", "/v1/erasure", 401},
                                                   {"POST", "/v1/subject", 401},
                                                   {"POST", "/open_api/v1.3/event/track/", 401},
                                                   {"POST", "/open_api/v1.3/pixel/track/", 401},
                                                   {"POST", "/open_api/v1.3/pixel/batch/", 401},
                                                   {"GET", "/v1/events", 401}, // before 405
                                                   {"GET", "/", 401},          // before 404
                                                   {"OPTIONS", "/v1/events", 401},
                                                   {"POST", "/consent-relay.js", 401},
                                                   {"GET", "/consent-relay.js", 0},
                                                   {"HEAD", "/consent-relay.js", 0},
                                                   {"GET", "/consent-relay.js?v=1", 0}}));
    CAPTURE(method, target);
    CHECK(status_of(subject, request(method, target, {local, json})) == status);
}

TEST_CASE("ingest door: with a token the request is judged by route, method and type") {
    running_routes subject(asking_for_a_token());
    CHECK(status_of(subject, request("POST", "/v1/events", {local, json, token})) == 0);
    CHECK(status_of(subject, request("GET", "/v1/events", {local, token})) == 405);
    CHECK(status_of(subject, request("GET", "/", {local, token})) == 404);
    CHECK(status_of(subject, request("POST", "/v1/events",
                                     {local, {"Content-Type", "text/plain"}, token})) == 415);
}

TEST_CASE("ingest door: host and origin are looked at before the token") {
    running_routes subject(asking_for_a_token());
    CHECK(status_of(subject,
                    request("POST", "/v1/events", {{"Host", "evil.example"}, json, token})) == 403);
    CHECK(status_of(subject, request("POST", "/v1/events", {local, from_elsewhere, json, token})) ==
          403);
    CHECK(status_of(subject,
                    request("OPTIONS", "/v1/events", {local, from_elsewhere, preflight})) == 403);
    CHECK(status_of(subject, request("GET", "/consent-relay.js", {local, from_elsewhere})) == 403);
}

TEST_CASE("ingest door: a page's preflight needs no token, and may ask for Authorization") {
    running_routes subject(asking_for_a_token());
    const auto head = request("OPTIONS", "/v1/events", {local, from_shop, preflight});
    REQUIRE(status_of(subject, head) == 0);
    const auto answer = subject.ask(head);
    CHECK(answer.status == 204);
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == shop);
    CHECK_THAT(header_of(answer, "Access-Control-Allow-Headers"), Catch::Contains("Authorization"));
    // It is one by what the browser adds, and a page's own OPTIONS is none.
    CHECK(status_of(subject, request("OPTIONS", "/v1/events", {local, from_shop})) == 401);
    CHECK(status_of(subject, request("OPTIONS", "/v1/events", {local, preflight})) == 401);
}

TEST_CASE("ingest door: a page of an allowed origin can read why it was refused") {
    running_routes subject(asking_for_a_token());
    const auto head = request("POST", "/v1/events", {local, from_shop, json});
    const auto unauthorized = subject.refuse(head);
    REQUIRE(unauthorized);
    CHECK(unauthorized->status == 401);
    CHECK(header_of(*unauthorized, "Access-Control-Allow-Origin") == shop);
    CHECK(header_of(*unauthorized, "Vary") == "Origin");
    CHECK(header_of(*unauthorized, "WWW-Authenticate") == "Bearer realm=\"gatepost\"");
    const auto too_large = subject.server_refusal(head, 413);
    CHECK(too_large.status == 413);
    CHECK(header_of(too_large, "Access-Control-Allow-Origin") == shop);
    const auto nobody = subject.server_refusal({}, 408);
    CHECK(header_of(nobody, "Access-Control-Allow-Origin").empty());
}

TEST_CASE("ingest door: TikTok's routes take its own header, the others do not") {
    running_routes subject(asking_for_a_token());
    const net::header own{"Access-Token", "open-sesame"};
    const std::string track = "/open_api/v1.3/event/track/";
    CHECK(status_of(subject, request("POST", track, {local, json, own})) == 0);
    CHECK(status_of(subject, request("POST", track, {local, json, token})) == 0);
    CHECK(status_of(subject, request("POST", track, {local, json, {"Access-Token", "x"}})) == 401);
    CHECK(status_of(subject, request("POST", "/v1/events", {local, json, own})) == 401);
}

TEST_CASE("ingest door: TikTok's clients are told in TikTok's shape") {
    running_routes subject(asking_for_a_token());
    const auto head = request("POST", "/open_api/v1.3/event/track/", {local, json});
    const auto code_of = [](const net::response& answer) {
        return core::json::parse(answer.body).value().root().find("code").integer();
    };
    const auto stranger = subject.refuse(head);
    REQUIRE(stranger);
    CHECK(stranger->status == 401);
    CHECK(code_of(*stranger) == 40105);
    CHECK(code_of(subject.server_refusal(head, 413)) == 40002);
    CHECK(code_of(subject.server_refusal(head, 503)) == 50000);
}

TEST_CASE("ingest door: refusals are counted by their code") {
    running_routes subject(asking_for_a_token());
    subject.count_refusal("unauthorized");
    subject.count_refusal("unauthorized");
    CHECK_THAT(subject.metrics(),
               Catch::Contains("gatepost_requests_refused_total{listener=\"ingest\","
                               "reason=\"unauthorized\"} 2"));
}

TEST_CASE("ingest: what is held about a visitor, and what a dry run shows, is kept nowhere") {
    running_routes subject;
    const std::string visitor = R"({"pixel": "C0EXAMPLE", "user": {"external_id": "user_123"}})";
    const auto [path, body, kept] = GENERATE_COPY(
        table<std::string, std::string, bool>({{"/v1/explain", R"({"event": "Purchase"})", false},
                                               {"/v1/explain", "{", false},
                                               {"/v1/subject", visitor, false},
                                               {"/v1/subject", "{", false},
                                               {"/v1/subject/", visitor, false},
                                               {"/v1/erasure", visitor, true},
                                               {"/v1/events", R"({"event": "Purchase"})", true}}));
    CAPTURE(path, body);
    const auto answer = subject.post(path, body, {local, json});
    CHECK(header_of(answer, "Cache-Control") == (kept ? "" : "no-store"));
    CHECK(header_of(answer, "X-Content-Type-Options") == (kept ? "" : "nosniff"));
}
