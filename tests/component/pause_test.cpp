// A pixel that the upstream refuses, or that only observes: its events wait, and nobody else's.

#include "way_out.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto other = "C0OTHER00PIXEL00CODE";

// Refused pixels are probed once an hour: within a test never.
way_out_options with_other() {
    way_out_options chosen{.pixels = {pixel, other}};
    chosen.relay.retry.max = 1h;
    return chosen;
}

std::string paused_metric(const std::string& of, const std::string& reason) {
    return "gatepost_pixel_paused{pixel=\"" + of + "\",reason=\"" + reason + "\"} 1";
}

// So many wait and nothing is on its way, once what was settled has been written down.
bool waits(const way_out& test, std::size_t count) {
    const auto now = test.queue->count();
    return now.waiting == count && now.leased == 0;
}

} // namespace

TEST_CASE("pause: a refused pixel waits, another is served, and resume sends what waited") {
    struct row {
        const char* reason;
        net::response answer;
    };
    const auto refused = GENERATE(values<row>({
        {"permission", json_answer(R"({"code":40001,"message":"No permission"})")},
        {"not_found", json_answer(R"({"code":40007,"message":"x"})")},
        {"token", json_answer(R"({"code":40101,"message":"x"})")},
        {"token", json_answer(R"({"code":40102,"message":"x"})")},
        {"token", json_answer(R"({"code":40104,"message":"x"})")},
        {"token", json_answer(R"({"code":40105,"message":"x"})", 401)},
        {"token", json_answer("", 401)},
        {"permission", {.status = 403, .content_type = "text/html", .body = "<html>"}},
    }));
    CAPTURE(refused.reason, refused.answer.body);
    way_out test(with_other());
    test.server.stand(pixel, refused.answer);
    test.post(1, 5);
    test.start();
    REQUIRE(eventually([&] { return !test.status().paused.empty(); }));
    CHECK(test.status().paused == refused.reason);
    CHECK(test.metric(paused_metric(pixel, refused.reason)));
    CHECK(test.status(other).paused.empty());

    test.post(6, 50);
    test.post(51, 60, other);
    REQUIRE(eventually([&] { return test.server.taken().size() == 10; }));
    CHECK(test.server.requests(pixel) == 1);
    REQUIRE(eventually([&] { return waits(test, 50); }));
    CHECK(test.status().state == relay::breaker::state::closed);

    test.server.stand(pixel, std::nullopt);
    CHECK(test.out->resume(pixel));
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 60));
    CHECK(test.queue->count().dead == 0);
    CHECK(test.status().paused.empty());
    CHECK_FALSE(test.metric(paused_metric(pixel, refused.reason)));
}

TEST_CASE("pause: resume of a pixel that is still refused sends one small probe and waits again") {
    way_out test(with_other());
    test.server.stand(pixel, json_answer(R"({"code":40105,"message":"x"})"));
    test.post(1, 500);
    test.start();
    REQUIRE(eventually([&] { return !test.status().paused.empty(); }));
    CHECK(test.out->resume(pixel));
    REQUIRE(eventually([&] { return test.server.requests(pixel) == 2; }));
    test.post(501, 510, other);
    REQUIRE(eventually([&] { return test.server.taken().size() == 10; }));
    CHECK(test.server.requests(pixel) == 2);
    CHECK(test.server.asked()[1].size() == 32);
    CHECK_FALSE(test.out->resume("C0NOBODY0PIXEL00CODE"));
    CHECK(test.out->resume(other)); // not paused: nothing to do
}

TEST_CASE("pause: a probe goes out once per retry.max, and what it finds ends the pause") {
    way_out_options chosen;
    chosen.relay.retry.max = 100ms;
    way_out test(chosen);
    test.server.stand(pixel, json_answer(R"({"code":40001,"message":"x"})"));
    test.post(1, 1000);
    const auto begun = std::chrono::steady_clock::now();
    test.start();
    REQUIRE(eventually([&] { return test.server.requests() >= 4; }));
    const auto most = 2 + (std::chrono::steady_clock::now() - begun) / 100ms;
    CHECK(test.server.requests() <= static_cast<std::size_t>(most));
    test.server.stand(pixel, std::nullopt);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 1000));
    CHECK(test.status().paused.empty());
}

TEST_CASE("pause: what waits goes when the pause ends, whatever the rest of the probe takes") {
    way_out_options chosen{.request_timeout = 1min};
    chosen.relay.retry.max = 1h;
    way_out test(chosen);
    test.server.stand(pixel, json_answer(R"({"code":40105,"message":"x"})"));
    test.post({{.id = "first"}, {.id = "slow", .test_code = "TEST1"}});
    test.start();
    REQUIRE(eventually([&] { return test.status().paused == "token"; }));
    test.post(1, 100);
    // The second try is taken; what comes after it hangs, the probe's other half first.
    test.server.before_answer([&](std::size_t request) {
        if (request == 2) {
            test.server.hang(pixel);
        }
    });
    test.server.stand(pixel, std::nullopt);
    CHECK(test.out->resume(pixel));
    CHECK(eventually([&] { return test.server.requests() == 4; }, 10s));
    test.server.release();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 102));
    const auto seen = test.server.seen();
    CHECK(seen[2].ids == std::vector<std::string>{"slow"});
    CHECK(seen[3].ids.size() == 70); // 32 were the probe
}

TEST_CASE("pause: an end of the daemon neither waits for a paused pixel nor probes it") {
    way_out test(with_other());
    test.server.stand(pixel, json_answer(R"({"code":40105,"message":"x"})"));
    test.post(1, 5);
    test.start();
    REQUIRE(eventually([&] { return !test.status().paused.empty(); }));
    test.post(6, 10, other);
    REQUIRE(test.drain().wait_for(10s) == std::future_status::ready);
    CHECK(test.server.requests(pixel) == 1);
    CHECK(each_once(test.server.taken(), 5));
    CHECK(eventually([&] { return waits(test, 5); }));
}

TEST_CASE("pause: a refusal in the middle of a search ends it, and everybody waits") {
    way_out test(with_other());
    test.server.script({json_answer(R"({"code":40002,"message":"x"})"),
                        json_answer(R"({"code":40105,"message":"x"})")});
    test.post(1, 100);
    test.start();
    REQUIRE(eventually([&] { return !test.status().paused.empty(); }));
    CHECK(test.server.requests() == 2);
    REQUIRE(eventually([&] { return waits(test, 100); }));
    CHECK(test.queue->count().dead == 0);
    CHECK(test.out->resume(pixel));
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 100));
}

TEST_CASE("pause: what waits for a refused pixel past its retention becomes a dead letter") {
    way_out test(with_other());
    test.server.stand(pixel, json_answer(R"({"code":40001,"message":"x"})"));
    test.post(1, 5);
    test.start();
    REQUIRE(eventually([&] { return !test.status().paused.empty(); }));
    test.spool_clock.let_pass(std::chrono::hours(24 * 8));
    test.post(6, 8);
    CHECK(test.out->resume(pixel)); // the probe finds them
    REQUIRE(eventually([&] { return test.queue->count().dead == 5; }));
    CHECK(eventually([&] { return waits(test, 3); }));
}

TEST_CASE("held: a pixel that only observes never sends, and says so; its events expire") {
    auto chosen = with_other();
    chosen.held = {pixel};
    way_out test(chosen);
    test.post(1, 5);
    test.spool_clock.let_pass(std::chrono::hours(24 * 8));
    test.post(6, 10);
    test.post(11, 20, other);
    test.start();
    REQUIRE(eventually([&] { return test.server.taken().size() == 10; }));
    CHECK(test.status().paused == "observe");
    CHECK(test.metric(paused_metric(pixel, "observe")));
    CHECK(test.out->resume(pixel));
    REQUIRE(eventually([&] { return test.queue->count().dead == 5; }));
    REQUIRE(test.drain().wait_for(10s) == std::future_status::ready);
    CHECK(test.server.requests(pixel) == 0);
    CHECK(eventually([&] { return waits(test, 5); }));
    CHECK(test.status().paused == "observe");
}
