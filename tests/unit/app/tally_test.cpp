#include "upload/courier.hpp"
#include "upload/display.hpp"
#include "upload/tally.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>

using namespace gatepost;
using namespace gatepost::app;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

chunk chunk_of(std::initializer_list<std::uint64_t> lines) {
    chunk made;
    made.lines = lines;
    return made;
}

} // namespace

TEST_CASE("tally: an answer is counted by outcome and rule, and rejected rows by their line") {
    tally sum;
    sum.queued = 10;
    std::vector<rejected_row> rejected;
    REQUIRE(add_answer(
        R"({"results":[
            {"event_id":"a","outcome":"queued","decision":{"rule":"explicit-grant"}},
            {"event_id":"b","outcome":"dropped","decision":{"rule":"opt-in-default"}},
            {"event_id":"c","outcome":"dropped","decision":{"rule":"explicit-denial"}},
            {"event_id":"d","outcome":"duplicate","decision":{"rule":"explicit-grant"}},
            {"event_id":"e","outcome":"observed","decision":{"rule":"explicit-grant"}},
            {"event_id":"","outcome":"rejected",
             "error":{"code":"invalid_event","message":"missing","path":"/events/5/event"}}],
          "warnings":["/events/0/user/phone: no country code and no region; left out",
                      "/events/13/user/phone: no country code and no region; left out",
                      "/events/3: 1 unknown key; left out",
                      "/events/1/event_id: absent; one was made"]})",
        chunk_of({2, 3, 5, 8, 13, 21}), sum, rejected));
    CHECK(sum.queued == 11);
    CHECK(sum.duplicate == 1);
    CHECK(sum.observed == 1);
    CHECK(sum.rejected == 1);
    CHECK(sum.all_dropped() == 2);
    CHECK(sum.dropped.at("opt-in-default") == 1);
    CHECK(sum.rows() == 16);
    REQUIRE(rejected.size() == 1);
    CHECK(rejected[0].line == 21);
    CHECK(rejected[0].error.code == "invalid_event");
    CHECK(rejected[0].error.message == "missing");
    CHECK(rejected[0].error.path == "/event");
    REQUIRE(sum.warnings.size() == 2);
    CHECK(sum.warnings.begin()->first == "/user/phone: no country code and no region; left out");
    CHECK(sum.warnings.begin()->second == 2);
    CHECK(sum.warnings.rbegin()->first == "1 unknown key; left out");
}

TEST_CASE("tally: what is no answer to the chunk changes nothing") {
    tally sum;
    std::vector<rejected_row> rejected;
    for (const auto* const body :
         {"", "<html>", "{}", R"({"results":[]})", R"({"results":[{"outcome":"queued"}]})",
          R"({"results":[{"outcome":"queued"},{"outcome":"baked"}]})",
          R"({"results":{"a":{"outcome":"queued"},"b":{"outcome":"queued"}}})"}) {
        INFO(body);
        CHECK_FALSE(add_answer(body, chunk_of({2, 3}), sum, rejected));
        CHECK(sum.rows() == 0);
        CHECK(rejected.empty());
    }
}

TEST_CASE("summary: counts, the most frequent first, and a hint where no row carries consent") {
    tally sum;
    sum.queued = 3;
    sum.dropped = {{"explicit-denial", 1}, {"opt-in-default", 5}};
    sum.warnings = {{"/user/phone: left out", 2}};
    CHECK(summary(sum) == "9 rows: 3 queued, 6 dropped, 0 duplicate, 0 rejected\n"
                          "dropped by opt-in-default: 5\n"
                          "dropped by explicit-denial: 1\n"
                          "warning, 2 rows: /user/phone: left out\n");
    sum.queued = 0;
    CHECK(summary(sum).find("add the columns consent") != std::string::npos);
}

TEST_CASE("summary: what the other end wrote cannot move the cursor") {
    tally sum;
    std::vector<rejected_row> rejected;
    REQUIRE(add_answer(R"({"results":[{"outcome":"dropped",
                            "decision":{"rule":"\u001b]0;x\u0007"}}],
                           "warnings":["/events/0: a\u009b31m\nb\u202ec"]})",
                       chunk_of({2}), sum, rejected));
    const auto shown = summary(sum);
    CHECK(shown.find("dropped by ?]0;x?: 1\n") != std::string::npos);
    CHECK(shown.find("warning, 1 row: a?31m?b?c\n") != std::string::npos);
}

TEST_CASE("display: what the other end wrote cannot move the cursor") {
    std::ostringstream screen;
    upload_display drawn(screen, false, 10, 0, upload_display::time{std::chrono::hours(1)});
    drawn.note("line 2: \x1b[2J");
    CHECK(screen.str() == "gatepost: line 2: ?[2J\n");
}

TEST_CASE("progress line: share, rows, speed and the time that is left") {
    CHECK(progress_line({.offset = 25,
                         .size = 100,
                         .rows = 5000,
                         .rows_per_second = 8210.4,
                         .left = seconds(72)}) ==
          "[#####---------------]  25 %  5000 rows  8210/s  1:12 left");
    CHECK(progress_line({.offset = 100, .size = 100, .rows = 7, .left = seconds(0)}) ==
          "[####################] 100 %  7 rows  0:00 left");
    CHECK(progress_line({.offset = 0, .size = 0, .left = {}}) ==
          "[--------------------]   0 %  0 rows");
    CHECK(progress_line({.offset = 9, .size = {}, .rows = 3, .left = seconds(3723)}) ==
          "3 rows  1:02:03 left");
}

TEST_CASE("display: on a terminal a line that is written over, else one for every tenth") {
    const upload_display::time start{std::chrono::hours(1)};
    std::ostringstream plain;
    upload_display lines(plain, false, 1000, 0, start);
    for (std::uint64_t done = 10; done <= 1000; done += 10) {
        lines.show(done, done / 10, start + milliseconds(done));
    }
    const auto text = plain.str();
    CHECK(std::count(text.begin(), text.end(), '\n') == 10);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find("100 %  100 rows  100/s  0:00 left") != std::string::npos);

    std::ostringstream screen;
    upload_display drawn(screen, true, 1000, 500, start);
    drawn.show(600, 10, start + milliseconds(1000));
    drawn.show(610, 11, start + milliseconds(1001)); // too soon
    drawn.note("waiting");
    CHECK(screen.str() == "\r[############--------]  60 %  10 rows  10/s  0:04 left\x1b[K\n"
                          "gatepost: waiting\n");
}

TEST_CASE("courier: which answers end a post and which are waited out") {
    for (const unsigned status : {200U, 202U, 422U}) {
        CHECK(end_of({.status = status, .retry_after = {}, .body = "{}"})->what ==
              post_end::kind::answered);
    }
    for (const unsigned status : {408U, 429U, 500U, 502U, 503U, 504U}) {
        CHECK_FALSE(end_of({.status = status, .retry_after = {}, .body = "{}"}));
    }
    for (const unsigned status : {301U, 400U, 401U, 403U, 404U, 413U, 415U, 431U}) {
        CHECK(end_of({.status = status, .retry_after = {}, .body = ""})->what ==
              post_end::kind::refused);
    }
    CHECK(end_of({.status = 403,
                  .retry_after = {},
                  .body = R"({"error":{"code":"forbidden","message":"this Host is not allowed"}})"})
              ->text == "HTTP 403: forbidden: this Host is not allowed");
}
