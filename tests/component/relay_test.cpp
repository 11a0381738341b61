// The way out against a real HTTP upstream: what each kind of answer leads to.

#include "way_out.hpp"

#include <catch2/catch.hpp>

#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;

TEST_CASE("relay: a backlog goes out a thousand at a time over kept connections") {
    way_out test;
    test.post(1, 1000);
    test.post(1001, 2000);
    test.post(2001, 2500);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 2500));
    CHECK(test.server.requests() == 3);
    CHECK(test.server.connections() <= 4);
}

TEST_CASE("relay: one poisoned event among 1,000 ends alone in the dead letters") {
    const auto bad = GENERATE(1, 2, 500, 501, 750, 999, 1000);
    CAPTURE(bad);
    way_out test;
    test.server.poison({"e" + std::to_string(bad)});
    test.post(1, 1000);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 999));
    CHECK(test.queue->count().dead == 1);
    CHECK(test.server.requests() <= 1 + 12);
}

TEST_CASE("relay: two pixels' worth of trouble in one batch, and every good event arrives once") {
    way_out test;
    test.server.poison({"e3", "e4", "e77", "e998"});
    test.post(1, 1000);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 996));
    CHECK(test.queue->count().dead == 4);
    CHECK(test.server.requests() <= 1 + 4 * 12);
}

TEST_CASE("relay: an answer that is no success is tried again under the same event_id") {
    struct row {
        const char* name;
        net::response answer;
    };
    net::response reset;
    reset.reset = true;
    const auto first = GENERATE_COPY(values<row>({
        {"rate limit in HTTP 200", json_answer(R"({"code":40100,"message":"Too many requests"})")},
        {"HTTP 429", json_answer("{}", 429)},
        {"internal error", json_answer(R"({"code":50000,"message":"x"})")},
        {"gateway with HTML", {.status = 502, .content_type = "text/html", .body = "<html>"}},
        {"HTTP 200 without a code", json_answer("{}")},
        {"HTTP 200 without JSON", json_answer("OK")},
        {"redirect", {.status = 302, .headers = {{"Location", "http://127.0.0.1:1/"}}}},
        {"reset", reset},
        {"40200", json_answer(R"({"code":40200,"message":"x"})")},
        {"40201", json_answer(R"({"code":40201,"message":"x"})")},
        {"40202", json_answer(R"({"code":40202,"message":"x"})")},
        {"40700", json_answer(R"({"code":40700,"message":"x"})")},
        {"50002", json_answer(R"({"code":50002,"message":"x"})")},
        {"51065", json_answer(R"({"code":51065,"message":"please try again later"})")},
        {"a code that nobody knows", json_answer(R"({"code":12345,"message":"x"})")},
        {"code 0 in HTTP 500", json_answer(R"({"code":0,"message":"OK"})", 500)},
        {"HTTP 404 without a code", json_answer("", 404)},
        {"nothing at all", json_answer("")},
    }));
    CAPTURE(first.name);
    way_out test;
    test.server.script({first.answer, first.answer});
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 10));
    CHECK(test.queue->count().dead == 0);
    CHECK(test.server.requests() >= 3);
}

TEST_CASE("relay: events of a pixel that is not configured any more expire all the same") {
    way_out test;
    test.post(1, 10, "CREMOVED0PIXEL0CODE");
    test.spool_clock.let_pass(std::chrono::hours(24 * 8));
    test.post(11, 20, "CREMOVED0PIXEL0CODE");
    test.start();
    REQUIRE(eventually([&] { return test.queue->count().dead == 10; }));
    CHECK(test.queue->count().waiting == 10);
    CHECK(test.server.requests() == 0);
}

TEST_CASE("relay: partial success is success, but for the events named as failed") {
    way_out test;
    test.server.script({json_answer(
        R"({"code":20001,"message":"partial","data":{"failed_events":[{"index":1},4]}})")});
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.queue->count().dead == 2);
    CHECK(test.server.requests() == 1);
    CHECK(test.metrics.render().find(R"(reason="failed_event"} 2)") != std::string::npos);
}

TEST_CASE("relay: the event a message names dies, the rest goes out at once") {
    way_out test;
    test.server.script(
        {json_answer(R"({"code":40002,"message":"data.7.event_id: Not a valid string."})")});
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.queue->count().dead == 1);
    CHECK(each_once(test.server.taken(), 9));
    CHECK_FALSE(test.server.taken().contains("e8"));
    CHECK(test.server.requests() == 2);
}

TEST_CASE("relay: HTTP 413 halves the batch") {
    way_out test;
    test.server.script({json_answer("", 413)});
    test.post(1, 100);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 100));
    CHECK(test.server.requests() == 3);
}

TEST_CASE("relay: many failures open the breaker, and everything arrives when they end") {
    way_out test;
    test.server.script(std::vector<net::response>(12, json_answer("", 503)));
    for (std::size_t i = 0; i < 20; ++i) {
        test.post(i * 100 + 1, i * 100 + 100);
    }
    test.start();
    REQUIRE(eventually([&] {
        return test.metrics.render().find("gatepost_breaker_state{pixel=\"" + std::string(pixel) +
                                          "\"} 2") != std::string::npos;
    }));
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 2000));
    CHECK(test.metrics.render().find("gatepost_breaker_state{pixel=\"" + std::string(pixel) +
                                     "\"} 0") != std::string::npos);
}

TEST_CASE("relay: a rate limit stops the whole lane, not only the batch it answered") {
    way_out test;
    test.server.script(std::vector<net::response>(3, json_answer(R"({"code":40100})")));
    for (std::size_t i = 0; i < 10; ++i) {
        test.post(i * 1000 + 1, i * 1000 + 1000);
    }
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 10'000));
    CHECK(test.server.requests() <= 3 + 10 + 3); // what was under way together, and no storm
}

TEST_CASE("relay: the longest Retry-After holds, whatever else was under way") {
    way_out test;
    net::response later = json_answer("{}", 429);
    later.headers = {{"Retry-After", "1"}};
    test.server.script({later, json_answer("{}", 429), json_answer("{}", 429)});
    test.post(1, 1000);
    test.post(1001, 2000);
    test.post(2001, 3000);
    const auto begun = std::chrono::steady_clock::now();
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1));
    CHECK(each_once(test.server.taken(), 3000));
}

TEST_CASE("relay: Retry-After is waited for") {
    way_out test;
    net::response later = json_answer("{}", 429);
    later.headers = {{"Retry-After", "1"}};
    test.server.script({later});
    test.post(1, 1);
    const auto begun = std::chrono::steady_clock::now();
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1));
    CHECK(test.server.requests() == 2);
    CHECK(each_once(test.server.taken(), 1));
}
