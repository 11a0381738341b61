// How large batches are, when they leave, and how many requests a second they make.

#include "way_out.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

namespace {

std::chrono::steady_clock::time_point now() {
    return std::chrono::steady_clock::now();
}

} // namespace

TEST_CASE("pace: a full batch leaves at once, also when it fills up while it lingers") {
    way_out_options chosen;
    chosen.relay.batch.linger = 1h;
    way_out test(chosen);
    test.start();
    test.post(1, 600);
    test.post(601, 999);
    CHECK(test.server.requests() == 0);
    test.post(1000, 1000);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.requests() == 1);
    CHECK(each_once(test.server.taken(), 1000));
}

TEST_CASE("pace: a lone event leaves when its linger is over, also with a request under way") {
    way_out_options chosen{.request_timeout = 20s};
    chosen.relay.batch.linger = 50ms;
    way_out test(chosen);
    test.start();
    const bool busy = GENERATE(false, true);
    if (busy) {
        test.server.hang(pixel);
        test.post(1, 1000);
        REQUIRE(eventually([&] { return test.server.requests() == 1; }));
    }
    const auto begun = now();
    test.post(1001, 1001);
    REQUIRE(eventually([&] { return test.server.requests() == (busy ? 2U : 1U); }, 10s));
    CHECK(now() - begun >= 50ms);
    CHECK(test.server.asked().back() == strings{"e1001"});
    test.server.release();
    REQUIRE(eventually([&] { return test.idle(); }));
}

TEST_CASE("pace: a steady stream goes out in batches of a linger, not one by one") {
    way_out_options chosen{.request_timeout = 20s};
    chosen.relay.batch.linger = 100ms;
    way_out test(chosen);
    test.server.hang(pixel); // so that a request is always under way
    test.start();
    test.post(1, 1);
    REQUIRE(eventually([&] { return test.server.requests() == 1; }));
    const auto begun = now();
    std::size_t n = 1;
    while (now() - begun < 250ms) { // commits follow on each other
        ++n;
        test.post(n, n);
    }
    const auto lingers = static_cast<std::size_t>((now() - begun) / 100ms);
    CHECK(test.server.requests() <= 1 + lingers + 1);
    CAPTURE(n);
    test.server.release();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), n));
}

TEST_CASE("pace: no more requests than the rate allows, searches included") {
    way_out_options chosen;
    chosen.relay.rate = 20;
    way_out test(chosen);
    test.server.poison({"e77"});
    test.post(1, 1000);
    const auto begun = now();
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    const auto requests = test.server.requests();
    CHECK(requests > 10);
    // Three may go at once: what a tenth of a second allows, and the one that opens it.
    CHECK(now() - begun >= (requests - 3) * 50ms);
    CHECK(test.status().rate == 20);
}

TEST_CASE("pace: batches grow while the rate makes them wait") {
    way_out_options chosen;
    chosen.relay.rate = 5;
    chosen.relay.batch.linger = 1ms;
    way_out test(chosen);
    test.start();
    const auto begun = now();
    for (std::size_t n = 1; n <= 200; ++n) {
        test.post(n, n);
    }
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.requests() <= 2 + static_cast<std::size_t>((now() - begun) / 200ms));
    CHECK(each_once(test.server.taken(), 200));
}

TEST_CASE("pace: the rate falls on 40100 and rises again with good answers") {
    way_out_options chosen;
    chosen.relay.rate = 400;
    chosen.most_events = 1;
    way_out test(chosen);
    test.server.script(std::vector<net::response>(3, json_answer(R"({"code":40100})")));
    double lowest = 400;
    test.server.before_answer([&](std::size_t) { lowest = std::min(lowest, test.status().rate); });
    test.post(1, 50);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(lowest < 250); // half, and what a good answer may have added since
    CHECK(lowest >= 50);
    CHECK(test.status().rate > lowest);
    CHECK(each_once(test.server.taken(), 50));
}

TEST_CASE("pace: a destination's own limit of events holds, whatever the batch could be") {
    way_out_options chosen;
    chosen.most_events = 50;
    chosen.relay.batch.linger = 1h;
    way_out test(chosen);
    test.post(1, 1000);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 1000));
    CHECK(test.server.requests() == 20);
}

TEST_CASE("pace: events with a test code of their own never share a request with others") {
    way_out test;
    test.post({{.id = "a"},
               {.id = "b", .test_code = "TEST1"},
               {.id = "c"},
               {.id = "d", .test_code = "TEST2"},
               {.id = "e", .test_code = "TEST1"}});
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    const auto seen = test.server.seen();
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].test_code.empty());
    CHECK(seen[0].ids == strings{"a", "c"});
    CHECK(seen[1].test_code == "TEST1");
    CHECK(seen[1].ids == strings{"b", "e"});
    CHECK(seen[2].test_code == "TEST2");
    CHECK(seen[2].ids == strings{"d"});
}

TEST_CASE(
    "pace: each variant of a batch finds its own bad event, and a failure stops only its own") {
    way_out test;
    test.server.poison({"a", "e"});
    test.server.script({json_answer("", 503)});
    test.post({{.id = "a"},
               {.id = "b", .test_code = "TEST1"},
               {.id = "c"},
               {.id = "d", .test_code = "TEST1"},
               {.id = "e", .test_code = "TEST1"}});
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 3));
    CHECK(test.queue->count().dead == 2);
    for (const auto& request : test.server.seen()) {
        const bool usual = request.ids.front() == "a" || request.ids.front() == "c";
        CHECK(request.test_code == (usual ? "" : "TEST1"));
    }
}
