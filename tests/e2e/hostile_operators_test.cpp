// The operators' listener and the one for probes: apart from the applications', with the same door.

#include "hostile_stage.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string resume = std::string("/v1/pixels/") + pixel_code + "/resume";

struct route {
    std::string method;
    std::string target;
};
const std::vector<route> operators_routes{{"GET", "/metrics"},
                                          {"GET", "/v1/status"},
                                          {"GET", "/v1/dead-letters"},
                                          {"POST", "/v1/dead-letters/replay"},
                                          {"DELETE", "/v1/dead-letters"},
                                          {"POST", resume},
                                          {"POST", "/v1/explain"},
                                          {"GET", "/v1/decisions"}};
const std::vector<route> applications_routes{{"POST", "/v1/events"},
                                             {"POST", "/v1/consent"},
                                             {"POST", "/v1/erasure"},
                                             {"POST", "/v1/subject"},
                                             {"POST", "/open_api/v1.3/event/track/"},
                                             {"POST", "/open_api/v1.3/pixel/track/"},
                                             {"POST", "/open_api/v1.3/pixel/batch/"},
                                             {"GET", "/consent-relay.js"}};

std::string to(const route& at, const std::string& headers) {
    return at.method + " " + at.target + " HTTP/1.1\r\n" + headers +
           "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
}

const std::string here = "Host: localhost\r\n";

std::string probes_of(hostile_stage& test) {
    return test.gatepost().process().line_after("listening metrics ");
}

} // namespace

TEST_CASE("hostile: every route of the operators has the door, and a token of its own") {
    hostile_stage test({.ingest_token = true, .admin_token = true});
    std::vector<shape> table;
    for (const auto& each : operators_routes) {
        const auto row = [&](const std::string& what, const std::string& headers, int status,
                             const std::string& code) {
            table.push_back({each.target + ": " + what, to(each, headers), status, code});
        };
        row("no token", here, 401, "unauthorized");
        row("a wrong one", here + bearing("wrong"), 401, "unauthorized");
        row("the applications'", here + bearing(ingest_token), 401, "unauthorized");
        row("a prefix", here + bearing("planted-admin-token-234"), 401, "unauthorized");
        row("as TikTok's", here + "Access-Token: " + admin_token + "\r\n", 401, "unauthorized");
        row("a foreign Host", "Host: evil.example\r\n" + bearing(admin_token), 403,
            "host_not_allowed");
        row("a foreign Origin", here + "Origin: https://evil.example\r\n" + bearing(admin_token),
            403, "origin_not_allowed");
        row("its own Origin", here + "Origin: " + test.admin() + "\r\n" + bearing(admin_token), 403,
            "origin_not_allowed");
        row("two Hosts", here + here + bearing(admin_token), 400, "bad_request");
    }
    table.push_back(
        {"a form",
         framed(here + bearing(admin_token) + "Content-Type: text/plain\r\nContent-Length: 2\r\n",
                "{}", "/v1/dead-letters/replay"),
         415, "unsupported_type"});
    refuses_all(test, test.admin(), table);
    for (const std::string open : {"/healthz", "/readyz"}) {
        CHECK(hear(test.admin(), asking("GET", open)).status() == 200);
        CHECK(hear(test.admin(), asking("GET", open, "Host: evil.example\r\n")).status() == 403);
    }
    const auto page = hear(test.admin(), asking("GET", "/v1/status", here + bearing(admin_token)));
    CHECK(page.status() == 200);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: nothing of the operators' is served to applications, nor the other way round") {
    hostile_stage test;
    std::vector<shape> at_ingest;
    for (const auto& each : operators_routes) {
        if (each.target != "/v1/explain") {
            at_ingest.push_back({each.target, to(each, here), 404, "not_found"});
        }
    }
    for (const std::string target : {"/", "/healthz", "/readyz", "/v1/live"}) {
        at_ingest.push_back({target, asking("GET", target), 404, "not_found"});
    }
    refuses_all(test, test.ingest(), at_ingest);
    std::vector<shape> at_admin;
    for (const auto& each : applications_routes) {
        at_admin.push_back({each.target, to(each, here), 404, "not_found"});
    }
    refuses_all(test, test.admin(), at_admin);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: the listener for probes serves three pages and nothing else, to any Host") {
    hostile_stage test({.more = "metrics: {http: 127.0.0.1:0}", .admin_token = true});
    const auto probes = probes_of(test);
    std::vector<shape> table;
    for (const auto& routes : {operators_routes, applications_routes}) {
        for (const auto& each : routes) {
            if (each.target != "/metrics") {
                table.push_back({each.target, to(each, here), 404, "not_found"});
            }
        }
    }
    for (const std::string target :
         {"/", "/v1/live", "/metrics/../v1/status", "/metrics/v1/status", "//v1/status",
          "/metrics%2f..%2fv1%2fstatus", "/v1/status?/metrics", "/metrics;/v1/status"}) {
        table.push_back({target, asking("GET", target), 404, "not_found"});
    }
    for (const std::string target : {"/healthz", "/readyz", "/metrics"}) {
        CAPTURE(target);
        CHECK(hear(probes, asking("GET", target, "Host: 10.1.2.3:9090\r\n")).status() == 200);
        for (const std::string method : {"POST", "PUT", "DELETE", "PATCH"}) {
            table.push_back(
                {method + " " + target, to({method, target}, here), 405, "method_not_allowed"});
        }
        table.push_back({target + ": two Hosts", asking("GET", target, here + here)});
    }
    refuses_all(test, probes, table);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: paths that only look like a route are none") {
    hostile_stage test;
    std::vector<shape> table;
    for (const std::string target : {"/V1/events",
                                     "//v1/events",
                                     "/v1//events",
                                     "/v1/events//",
                                     "/v1/./events",
                                     "/v1/x/../events",
                                     "/v1/events/..",
                                     "/v1/events%2f",
                                     "/v1%2fevents",
                                     "/%761/events",
                                     "/v1/events;x=y",
                                     "/v1/events%00",
                                     "/v1/events/x",
                                     "/v1",
                                     "/v1/",
                                     "/",
                                     "/.",
                                     "/..",
                                     "/..%2f..%2fetc/passwd",
                                     "/../../etc/passwd",
                                     "/v1/event",
                                     "/v1/eventss",
                                     "/open_api/v1.3/event/track/x",
                                     "/open_api/v1.2/event/track/",
                                     "/open_api/"}) {
        table.push_back({target, posting("", stolen_event(), target), 404, "not_found"});
    }
    refuses_all(test, test.ingest(), table);
    test.only_the_good_arrived();
}
