// What TikTok may answer, and what becomes of the events: the real program against the sandbox.

#include "rows.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <support/dead_letters.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto request_timeout = ", timeout: {connect: 3s, request: 300ms}";

stage::script script_of(std::size_t rows, const std::string& relay = "") {
    return {.more = pixels_of(rows), .relay = at_once + relay, .tls = false};
}

// How often the first event of each row arrived, by row; ids are "<row>-0", "<row>-1", ...
int arrived(const std::map<std::string, int>& times, std::size_t row, std::size_t event = 0) {
    const auto found = times.find(std::to_string(row) + "-" + std::to_string(event));
    return found == times.end() ? 0 : found->second;
}

// Posts so many events of a row, in one request.
void post_row(stage& at, std::size_t row, std::size_t count = 1) {
    const auto list = list_of(pixel_of(row), std::to_string(row) + "-", count);
    REQUIRE(at.post("/v1/events", list).status == 202);
}

void tell_row(stage& at, std::size_t row, const std::string& told) {
    at.upstream().control(told_of(pixel_of(row), told));
}

} // namespace

TEST_CASE("faults: what is no success is sent again, under the same id, until it is taken") {
    struct row {
        const char* told;
        const char* outcome;
        bool kept = false; // TikTok took the events, whatever it answered
    };
    const std::vector<row> table{
        {R"("code":40100)", "rate_limited"},
        {R"("status":429)", "rate_limited"},
        {R"("code":40200)", "server_error"},
        {R"("code":40201)", "server_error"},
        {R"("code":40202)", "server_error"},
        {R"("code":40700)", "server_error"},
        {R"("code":50000)", "server_error"},
        {R"("code":50002)", "server_error"},
        {R"("code":51065)", "server_error"},
        {R"("code":60000)", "unexpected"},
        {R"("code":7)", "unexpected"},
        {R"("code":20000)", "unexpected"},
        {R"("code":50000,"status":500)", "server_error"},
        {R"("status":500)", "server_error"},
        {R"("status":502)", "server_error"},
        {R"("status":503)", "server_error"},
        {R"("status":504)", "server_error"},
        {R"("status":599)", "server_error"},
        {R"("status":400)", "unexpected"},
        {R"("status":404)", "unexpected"},
        {R"("status":301)", "unexpected"},
        {R"("status":302)", "unexpected"},
        {R"("status":307)", "unexpected"},
        {R"("status":204,"body":"")", "unexpected"},
        {R"("body":"{}")", "unexpected"},
        {R"("body":"")", "unexpected"},
        {R"("body":"[]")", "unexpected"},
        {R"("body":"null")", "unexpected"},
        {R"("body":"{\"code\":0")", "unexpected"},
        {R"("body":"{\"code\":\"0\"}")", "unexpected"},
        {R"("body":"{\"code\":null,\"message\":\"OK\"}")", "unexpected"},
        {R"("body":"{\"code\":0,\"message\":\"OK\"}","status":500)", "server_error"},
        {R"("body":"{\"code\":0,\"message\":\"OK\"}","status":202)", "unexpected"},
        {R"("body":"<html>gateway</html>","content_type":"text/html")", "unexpected"},
        {R"("mode":"reset")", "reset"},
        {R"("mode":"hang")", "timeout"},
        {R"("code":50000,"keep":true)", "server_error", true},
        {R"("status":502,"keep":true)", "server_error", true},
        {R"("body":"{}","keep":true)", "unexpected", true},
        {R"("mode":"reset","keep":true)", "reset", true},
        {R"("mode":"hang","keep":true)", "timeout", true},
    };
    const auto healthy = table.size();
    stage at(script_of(table.size() + 1, request_timeout));
    for (std::size_t i = 0; i < table.size(); ++i) {
        tell_row(at, i, std::string(R"("count":2,)") + table[i].told);
        post_row(at, i);
    }
    post_row(at, healthy);
    REQUIRE(at.settles());
    const auto times = at.times_arrived();
    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto pixel = pixel_of(i);
        CAPTURE(table[i].told, pixel);
        // A kept connection that turns out to be reset is tried once more within one request.
        const bool reset = std::string_view(table[i].outcome) == "reset";
        const auto met = requests(at.gatepost(), pixel, table[i].outcome);
        CHECK((met == 2 || (reset && met == 1)));
        CHECK(requests(at.gatepost(), pixel, "ok") == 1);
        CHECK(delivered(at.gatepost(), pixel) == 1);
        CHECK(arrived(times, i) == (table[i].kept ? 3 : 1));
        CHECK(breaker(at.gatepost(), pixel) == 0);
        CHECK(status_of(at.gatepost(), pixel).paused.empty());
    }
    CHECK(arrived(times, healthy) == 1);
    CHECK(times.size() == table.size() + 1);
    CHECK(at.upstream().events().root().find("requests").integer() ==
          static_cast<std::int64_t>(3 * table.size() + 1));
    CHECK(dead_letters(at.gatepost().spool()).empty());
}

TEST_CASE("faults: a success is a success once, whatever else it says") {
    const std::vector<const char*> table{
        R"("body":"{\"code\":0}","keep":true)",
        R"("body":"{\"code\":0,\"message\":\"Not OK\",\"data\":null}","keep":true)",
        R"("body":" {\"code\":0,\"data\":{\"failed_events\":[0]}} ","keep":true)",
        R"("body":"{\"code\":0}","content_type":"text/html","keep":true)",
        R"("code":20001)",
        R"("code":20001,"failed_events":[7])",
    };
    stage at(script_of(table.size()));
    for (std::size_t i = 0; i < table.size(); ++i) {
        tell_row(at, i, std::string(R"("count":1,)") + table[i]);
        post_row(at, i, 2);
    }
    REQUIRE(at.settles());
    const auto times = at.times_arrived();
    for (std::size_t i = 0; i < table.size(); ++i) {
        CAPTURE(table[i]);
        CHECK(arrived(times, i, 0) == 1);
        CHECK(arrived(times, i, 1) == 1);
        CHECK(delivered(at.gatepost(), pixel_of(i)) == 2);
    }
    CHECK(at.upstream().events().root().find("requests").integer() ==
          static_cast<std::int64_t>(table.size()));
    CHECK(dead_letters(at.gatepost().spool()).empty());
}

TEST_CASE("faults: Retry-After is waited for, also by what comes later") {
    struct row {
        const char* told;
        const char* outcome;
    };
    const std::vector<row> table{{R"("status":429)", "rate_limited"},
                                 {R"("code":40100)", "rate_limited"},
                                 {R"("status":503)", "server_error"}};
    stage at(script_of(table.size()));
    for (std::size_t i = 0; i < table.size(); ++i) {
        tell_row(at, i, std::string(R"("count":1,"retry_after":1,)") + table[i].told);
    }
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < table.size(); ++i) {
        post_row(at, i);
    }
    for (std::size_t i = 0; i < table.size(); ++i) {
        REQUIRE(eventually(
            [&] { return requests(at.gatepost(), pixel_of(i), table[i].outcome) == 1; }));
        REQUIRE(at.event(event_of(pixel_of(i), "late-" + std::to_string(i))).outcome == "queued");
    }
    REQUIRE(eventually([&] { return !at.times_arrived().empty(); }));
    CHECK(std::chrono::steady_clock::now() - begun >= 1s);
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == 2 * table.size());
}

TEST_CASE("faults: an upstream that goes on failing opens the breaker, and its return closes it") {
    stage at(script_of(1));
    tell_row(at, 0, R"("code":50000)");
    post_row(at, 0);
    REQUIRE(eventually([&] { return breaker(at.gatepost(), pixel_of(0)) == 2; }));
    CHECK(requests(at.gatepost(), pixel_of(0), "server_error") >= 5);
    const auto shown = status_of(at.gatepost(), pixel_of(0));
    CHECK(shown.last_outcome == "server_error");
    CHECK(shown.last_code == 50000);
    CHECK_FALSE(shown.last_request_id.empty());
    CHECK(shown.paused.empty());
    at.upstream().control("{}");
    tell_row(at, 0, R"("mode":"ok")");
    REQUIRE(at.settles());
    CHECK(breaker(at.gatepost(), pixel_of(0)) == 0);
    CHECK(at.times_arrived() == std::map<std::string, int>{{"0-0", 1}});
}

TEST_CASE("faults: what fails until its retention ends becomes a dead letter, expired") {
    auto script = script_of(1);
    script.spool = "retention: 1s";
    stage at(script);
    tell_row(at, 0, R"("code":50000)");
    post_row(at, 0);
    REQUIRE(eventually([&] { return at.dead_letters() == 1; }));
    CHECK(at.gatepost().metric("gatepost_dead_letters_total{pixel=\"" + pixel_of(0) +
                               "\",reason=\"expired\"}") == 1);
    CHECK(dead_letters(at.gatepost().spool()).front().reason == "expired");
    CHECK(at.settles());
    CHECK(at.times_arrived().empty());
}

TEST_CASE("faults: a refused pixel waits, paused, others do not, and resume sends what waited") {
    struct row {
        const char* told;
        const char* reason;
        std::int64_t code;
    };
    const std::vector<row> table{
        {R"("code":40001)", "permission", 40001},
        {R"("code":40007)", "not_found", 40007},
        {R"("code":40101)", "token", 40101},
        {R"("code":40102)", "token", 40102},
        {R"("code":40104)", "token", 40104},
        {R"("code":40105)", "token", 40105},
        {R"("code":40199)", "token", 40199},
        {R"("code":40105,"status":401)", "token", 40105},
        {R"("code":40001,"status":403)", "permission", 40001},
        {R"("status":401)", "token", 0},
        {R"("status":403)", "permission", 0},
        {R"("status":401,"body":"{}")", "token", 0},
        {R"("status":403,"body":"no")", "permission", 0},
    };
    const auto healthy = table.size();
    stage at(script_of(table.size() + 1));
    for (std::size_t i = 0; i < table.size(); ++i) {
        tell_row(at, i, table[i].told);
        post_row(at, i, 3);
    }
    for (std::size_t i = 0; i < table.size(); ++i) {
        CAPTURE(table[i].told);
        REQUIRE(
            eventually([&] { return paused(at.gatepost(), pixel_of(i), table[i].reason) == 1; }));
        const auto shown = status_of(at.gatepost(), pixel_of(i));
        CHECK(shown.paused == table[i].reason);
        CHECK(shown.last_outcome == "refused");
        CHECK(shown.last_code == table[i].code);
        CHECK(shown.last_request_id.empty() == (table[i].code == 0));
        CHECK(breaker(at.gatepost(), pixel_of(i)) == 0);
    }
    post_row(at, healthy, 3);
    REQUIRE(eventually([&] { return delivered(at.gatepost(), pixel_of(healthy)) == 3; }));
    // What comes later waits as well: one request each is all they have sent.
    for (std::size_t i = 0; i < table.size(); ++i) {
        REQUIRE(at.event(event_of(pixel_of(i), "late-" + std::to_string(i))).outcome == "queued");
        tell_row(at, i, R"("mode":"ok")");
    }
    CHECK(at.upstream().events().root().find("requests").integer() ==
          static_cast<std::int64_t>(table.size() + 1));
    CHECK(at.gatepost().metric("gatepost_spool_events{state=\"waiting\"}") ==
          static_cast<double>(4 * table.size()));

    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto said = resume(at.gatepost(), pixel_of(i));
        CHECK(said.status == 200);
        CHECK(said.body == R"({"resumed":true})");
    }
    REQUIRE(at.settles());
    const auto times = at.times_arrived();
    CHECK(times.size() == 4 * table.size() + 3);
    CHECK(std::ranges::all_of(times, [](const auto& each) { return each.second == 1; }));
    for (std::size_t i = 0; i < table.size(); ++i) {
        CHECK(paused(at.gatepost(), pixel_of(i), table[i].reason) == 0);
        CHECK(status_of(at.gatepost(), pixel_of(i)).paused.empty());
    }
    CHECK(dead_letters(at.gatepost().spool()).empty());
    CHECK(resume(at.gatepost(), "CUNKNOWN").status == 404);
    CHECK(http_get(at.gatepost().admin(), "/v1/pixels/" + pixel_of(0) + "/resume").status == 405);
}

TEST_CASE("faults: a paused pixel is probed once per retry.max, and what a probe finds ends it") {
    constexpr auto probe_every = 100ms;
    stage at({.more = pixels_of(1),
              .relay = "batch: {linger: 1ms}, retry: {first: 1ms, max: 100ms}",
              .tls = false});
    tell_row(at, 0, R"("code":40105)");
    const auto begun = std::chrono::steady_clock::now();
    post_row(at, 0, 100);
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_of(0), "refused") >= 4; }));
    const auto most = 1 + (std::chrono::steady_clock::now() - begun) / probe_every;
    CHECK(requests(at.gatepost(), pixel_of(0), "refused") <= static_cast<double>(most));
    tell_row(at, 0, R"("mode":"ok")");
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == 100);
    CHECK(paused(at.gatepost(), pixel_of(0), "token") == 0);
}

TEST_CASE(
    "faults: a single event that TikTok does not take becomes a dead letter, its id is free") {
    struct row {
        const char* told;
        std::int64_t code;
        const char* message = "set by /_control"; // the sandbox's own
        const char* outcome = "invalid";
    };
    const std::vector<row> table{
        {R"("code":40002,"message":"data.0.event_id: Not a valid string.")", 40002,
         "data.0.event_id: Not a valid string."},
        {R"("code":40002)", 40002},
        {R"("code":40000,"message":"Invalid Price Field")", 40000, "Invalid Price Field"},
        {R"("code":40003)", 40003},
        {R"("code":40300)", 40300},
        {R"("code":49999)", 49999},
        {R"("code":40002,"status":400)", 40002},
        {R"("code":40002,"message":"data.7.event: no such place")", 40002,
         "data.7.event: no such place"},
        {R"("status":413)", 0, "", "too_large"},
    };
    stage at(script_of(table.size()));
    for (std::size_t i = 0; i < table.size(); ++i) {
        tell_row(at, i, std::string(R"("count":1,)") + table[i].told);
        post_row(at, i);
    }
    REQUIRE(at.settles());
    const auto dead = dead_letters(at.gatepost().spool());
    REQUIRE(dead.size() == table.size());
    for (std::size_t i = 0; i < table.size(); ++i) { // they are sorted by their ids
        CAPTURE(table[i].told);
        CHECK(dead[i].event_id == std::to_string(i) + "-0");
        CHECK(dead[i].pixel == pixel_of(i));
        CHECK(dead[i].reason == "invalid");
        CHECK(dead[i].code == table[i].code);
        CHECK(dead[i].message == table[i].message);
        CHECK(dead[i].request_id.empty() == (table[i].code == 0));
        CHECK(dead[i].attempts == 1);
        CHECK(requests(at.gatepost(), pixel_of(i), table[i].outcome) == 1);
        CHECK(at.gatepost().metric("gatepost_dead_letters_total{pixel=\"" + pixel_of(i) +
                                   "\",reason=\"invalid\"}") == 1);
    }
    CHECK(at.times_arrived().empty());
    for (std::size_t i = 0; i < table.size(); ++i) {
        post_row(at, i);
    }
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == table.size());
    CHECK(at.upstream().events().root().find("requests").integer() ==
          static_cast<std::int64_t>(2 * table.size()));
}
