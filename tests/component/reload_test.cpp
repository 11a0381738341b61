// The way out told of a new configuration while it runs.

#include "way_out.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto other = "C0OTHER00PIXEL00CODE";

way_out_options both() {
    return {.pixels = {pixel, other}};
}

struct standby_upstream {
    running_context room;
    upstream server{room.get()};

    ~standby_upstream() { room.stop(); }
};

} // namespace

TEST_CASE("reload: a pixel that is added is served, also what waited for it") {
    way_out test;
    test.post(1, 5, other);
    test.start();
    test.post(6, 10);
    REQUIRE(eventually([&] { return test.server.taken().size() == 5; }));
    CHECK(test.server.requests(other) == 0);
    test.reconfigure(both());
    REQUIRE(eventually([&] { return test.idle(); }));
    test.post(11, 15, other);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 15));
    CHECK(test.status(other).delivered == 10);
}

TEST_CASE("reload: of a pixel that is removed what is under way ends, and the rest waits") {
    auto chosen = both();
    chosen.most_events = 10;
    chosen.relay.connections = 1;
    way_out test(chosen);
    test.server.hang(pixel);
    test.start();
    test.post(1, 100);
    REQUIRE(eventually([&] { return test.server.requests(pixel) > 0; }));
    auto without = chosen;
    without.pixels = {other};
    test.reconfigure(without);
    const auto under_way = test.server.requests(pixel);
    CHECK(test.out->status().size() == 1);
    CHECK_FALSE(test.out->resume(pixel));
    test.server.release();
    REQUIRE(eventually([&] { return test.server.taken().size() == under_way * 10; }));
    REQUIRE(eventually([&] { return test.queue->count().waiting == 100 - under_way * 10; }));
    test.post(101, 110, other);
    REQUIRE(eventually([&] { return test.server.taken().contains("e110"); }));
    CHECK(test.server.requests(pixel) == under_way);
    CHECK(eventually([&] { return test.queue->count().leased == 0; }));
    // And it is served again when it comes back.
    test.reconfigure(chosen);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 110));
}

TEST_CASE("reload: what a removed pixel's request gives back is sent when the pixel has returned") {
    way_out test(both());
    test.server.hang(pixel);
    test.server.script({json_answer("", 503)});
    test.start();
    test.post(1, 3);
    REQUIRE(eventually([&] { return test.server.requests(pixel) == 1; }));
    test.reconfigure({.pixels = {other}});
    test.reconfigure(both());
    test.reconfigure(both()); // by now the new lane has seen that the old one still has it all
    REQUIRE(test.queue->count().leased == 3);
    test.server.release();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.requests(pixel) == 2);
    CHECK(each_once(test.server.taken(), 3));
}

TEST_CASE("reload: what waits for a pixel that was removed expires all the same") {
    way_out_options chosen = both();
    chosen.held = {pixel};
    way_out test(chosen);
    test.start();
    test.reconfigure({.pixels = {other}});
    test.post(1, 5);
    test.spool_clock.let_pass(std::chrono::hours(24 * 8));
    test.post(6, 10);
    test.reconfigure({.pixels = {other}});
    REQUIRE(eventually([&] { return test.queue->count().dead == 5; }));
    CHECK(test.queue->count().waiting == 5);
}

TEST_CASE("reload: a new token is used at once, also by a pixel that was paused for the old one") {
    way_out_options chosen;
    chosen.relay.retry.max = 1h; // no probe of its own
    way_out test(chosen);
    test.server.let_decide([](const seen_request& asked) -> std::optional<net::response> {
        if (asked.token == "new") {
            return std::nullopt;
        }
        return json_answer(R"({"code":40105,"message":"x"})");
    });
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.status().paused == "token"; }));
    chosen.token = "new";
    test.reconfigure(chosen);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 10));
    CHECK(test.status().paused.empty());
}

TEST_CASE("reload: a token that changes in the middle of a search is used for the rest of it") {
    way_out_options chosen;
    way_out test(chosen);
    test.server.poison({"e700"});
    test.post(1, 1000);
    auto changed = chosen;
    changed.token = "new";
    test.server.hang(pixel);
    test.start();
    REQUIRE(eventually([&] { return test.server.requests() == 1; }));
    test.reconfigure(changed);
    test.server.release();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 999));
    CHECK(test.queue->count().dead == 1);
    const auto seen = test.server.seen();
    CHECK(seen.front().token == "token");
    CHECK(std::all_of(seen.begin() + 1, seen.end(),
                      [](const auto& request) { return request.token == "new"; }));
}

TEST_CASE("reload: a pixel that goes over to observing waits from then on, and back again") {
    way_out test(both());
    test.start();
    test.post(1, 5);
    REQUIRE(eventually([&] { return test.idle(); }));
    auto chosen = both();
    chosen.held = {pixel};
    test.reconfigure(chosen);
    CHECK(test.status().paused == "observe");
    test.post(6, 10);
    test.post(11, 15, other);
    REQUIRE(eventually([&] { return test.server.taken().contains("e15"); }));
    CHECK(test.server.requests(pixel) == 1);
    test.reconfigure(both());
    CHECK(test.status().paused.empty());
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 15));
    REQUIRE(test.drain().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("reload: batches, the linger, the rate and connections change while it runs") {
    way_out_options chosen;
    chosen.relay.batch.linger = 1h;
    chosen.relay.rate = 1;
    way_out test(chosen);
    test.start();
    test.post(1, 500);
    CHECK(test.server.requests() == 0);
    chosen.relay.batch = {.max_events = 100, .linger = 5ms};
    chosen.relay.rate = 400;
    chosen.relay.connections = 2;
    test.reconfigure(chosen);
    CHECK(test.status().rate == 400);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 500));
    CHECK(test.server.requests() == 5);
    CHECK(test.server.connections() <= 2);
}

TEST_CASE("reload: a request that waits for its connection still follows the new configuration") {
    standby_upstream another;
    way_out test;
    way_out_options now;
    SECTION("the pixel observes") {
        now.held = {pixel};
    }
    SECTION("the pixel is removed") {
        now.pixels = {other};
    }
    SECTION("the endpoint is another") {
        now.endpoint = another.server.endpoint();
    }
    SECTION("the token is another") {
        now.token = "new";
    }
    std::promise<std::future<void>> asked;
    test.before_request([&] { asked.set_value(test.reconfigure_soon(now)); });
    test.post(1, 5);
    test.start();
    asked.get_future().get().wait();
    if (now.held.empty() && now.pixels.front() == pixel) {
        REQUIRE(eventually([&] { return test.idle(); }));
        CHECK(each_once(now.endpoint ? another.server.taken() : test.server.taken(), 5));
    } else {
        REQUIRE(eventually([&] { return test.queue->count().leased == 0; }));
        CHECK(test.queue->count().waiting == 5);
    }
    const auto seen = test.server.seen();
    CHECK(
        std::ranges::all_of(seen, [&](const auto& request) { return request.token == now.token; }));
    CHECK(seen.size() == (now.token == "new" ? 1 : 0));
    // And back again.
    test.reconfigure({});
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.taken().size() + another.server.taken().size() == 5);
}

TEST_CASE("reload: what the answers have taught stays") {
    way_out_options chosen;
    chosen.relay.breaker = {1, 1h, 1h};
    way_out test(chosen);
    test.server.stand(pixel, json_answer("", 503));
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.status().state == relay::breaker::state::open; }));
    test.reconfigure(chosen);
    CHECK(test.status().state == relay::breaker::state::open);
    test.post(11, 20);
    REQUIRE(test.drain().wait_for(10s) == std::future_status::ready);
    CHECK(test.server.requests() == 1);
}

TEST_CASE("reload: pixels come and go under load, and every event arrives once") {
    way_out test(both());
    test.start();
    for (std::size_t round = 0; round < 30; ++round) {
        test.post(round * 20 + 1, round * 20 + 10);
        test.post(round * 20 + 11, round * 20 + 20, other);
        test.reconfigure(round % 2 == 0 ? way_out_options{.pixels = {other}} : both());
        CHECK(test.out->status().size() == 1 + round % 2);
    }
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 600));
}
