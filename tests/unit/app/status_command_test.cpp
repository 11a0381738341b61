#include "status_command.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatepost;

namespace {

constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'795'386'600)};

std::string page_of(const std::string& status) {
    const auto parsed = core::json::parse(status).value();
    return app::status_page("127.0.0.1:8788", parsed.root(), now);
}

// As docs/http-api.md shows it, with these members of the spool and these pixels.
std::string status_with(const std::string& spool, const std::string& pixels) {
    return R"({"version":"0.1.0","commit":"83853e10f3bf","status":"ready","uptime_seconds":170,
        "spool":{)" +
           spool + R"(},"registry_keys":5,"pixels":[)" + pixels + "]}";
}

std::string pixel_with(const std::string& members) {
    return R"({"id":"C0EXAMPLE","source":"web","mode":"send","controller":"default","waiting":1,
        "leased":2,"delivered":3,"breaker":"closed","rate":50.0,
        "tcf":{"disclosed":0,"not_disclosed":0,"unreadable":0})" +
           members + "}";
}

const std::string some_wait =
    R"("waiting":4,"leased":1,"dead":2,"bytes":2048,"oldest_seconds":41,"full":false)";

} // namespace

TEST_CASE("status: says how the daemon, its spool and its pixels are") {
    CHECK(page_of(status_with(some_wait, pixel_with(""))) ==
          "gatepost 0.1.0 (83853e10f3bf) at 127.0.0.1:8788: ready, up for 2 min\n"
          "spool: 4 waiting, 1 on their way, 2 dead letters, 2.0 KiB; the oldest waits for 41 s\n"
          "registry: 5 keys\n"
          "\n"
          "C0EXAMPLE (web, send)\n"
          "  1 waiting, 2 on their way, 3 delivered since the start; breaker closed\n");
}

TEST_CASE("status: an empty spool has no oldest event, a full one says what that means") {
    const auto empty = page_of(status_with(
        R"("waiting":0,"leased":0,"dead":0,"bytes":0,"oldest_seconds":0,"full":false)", ""));
    CHECK_THAT(empty, Catch::Contains("spool: 0 waiting, 0 on their way, 0 dead letters, 0 B\n"));
    const auto full = page_of(status_with(
        R"("waiting":9,"leased":0,"dead":0,"bytes":9,"oldest_seconds":9,"full":true)", ""));
    CHECK_THAT(full, Catch::Contains("full: new events are refused with 503"));
}

TEST_CASE("status: a paused pixel says why and what to do about it, once") {
    const auto page = page_of(
        status_with(some_wait, pixel_with(R"(,"paused":"token","last_answer":{"outcome":"refused",
            "code":40105,"request_id":"3cb0bf18","at":1795386551})")));
    CHECK_THAT(page, Catch::Contains("  paused: token. The access token is missing, wrong, "
                                     "expired or revoked. Make a new one in Events Manager"));
    CHECK_THAT(page, Catch::Contains(
                         "  last answer: refused, code 40105, 49 s ago, request_id 3cb0bf18\n"));
    CHECK(page.find("The access token", page.find("last answer")) == std::string::npos);
}

TEST_CASE("status: a pixel that observes is held, not in trouble") {
    const auto page = page_of(status_with(some_wait, pixel_with(R"(,"paused":"observe")")));
    CHECK_THAT(page, Catch::Contains("  held: mode observe sends nothing"));
    CHECK_THAT(page, !Catch::Contains("paused"));
}

TEST_CASE("status: a request without an answer says what failed and what to look at") {
    const auto page = page_of(status_with(
        some_wait, pixel_with(R"(,"last_answer":{"outcome":"tls","code":0,"request_id":"",
            "detail":"certificate has expired","at":1795386480})")));
    CHECK_THAT(page, Catch::Contains("  last answer: tls (certificate has expired), 2 min ago\n"
                                     "  There was no answer. Look at the connection to TikTok"));
}

TEST_CASE("status: a good last answer needs no advice") {
    const auto page = page_of(status_with(
        some_wait, pixel_with(R"(,"last_answer":{"outcome":"ok","code":0,"request_id":"R",
            "at":1795386599})")));
    CHECK_THAT(page, Catch::EndsWith("  last answer: ok, 1 s ago, request_id R\n"));
}

TEST_CASE("status: the warning about TC strings is shown") {
    const auto page = page_of(status_with(
        some_wait,
        R"({"id":"C0EXAMPLE","source":"web","mode":"send","tcf":{"warning":"nobody asks"}})"));
    CHECK_THAT(page, Catch::Contains("  warning: nobody asks\n"));
}

TEST_CASE("status: absurd numbers of an answer are brought into their range") {
    const auto page = page_of(status_with(
        R"("waiting":9223372036854775807,"leased":9223372036854775807,"oldest_seconds":41)",
        pixel_with(R"(,"last_answer":{"outcome":"ok","code":0,"at":-9223372036854775808})")));
    CHECK(page.find("253402300799 waiting, 253402300799 on their way") != std::string::npos);
    CHECK(page.find("last answer: ok, 20779 d ago") != std::string::npos);
}
