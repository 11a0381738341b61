// A clock that is set while events wait.
#include "dead_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

namespace {

constexpr auto year = 24h * 365;

struct clock_fixture : dead_fixture {
    // As many looks as a running daemon takes in that time.
    void pass(std::chrono::minutes time) {
        for (; time > 0min; time -= 1min) {
            clock.advance(1min);
            flush_upkeep();
        }
    }
};

} // namespace

TEST_CASE_METHOD(clock_fixture, "spool: a clock set forward by a year and back expires nothing") {
    bury(2, "invalid");
    add(1).value();
    clock.advance(24h);
    flush_upkeep();
    clock.correct(year);
    pass(10min);
    const auto records = lease();
    CHECK(event_ids(records) == strings{"order-1"});
    const std::vector ids{records.at(0).id};
    queue->release(pixel, ids, clock.steady());
    clock.correct(-year);
    pass(1min);
    CHECK(queue->count().dead == 1);
    CHECK(lease().size() == 1);
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: what comes in while the clock is a year ahead expires in its time") {
    clock.advance(1h);
    flush_upkeep();
    clock.correct(year);
    pass(10min);
    auto content = make_content(pixel, 1);
    content.received = clock.wall();
    append(*queue, {tiktok::encoder::seal(content)}).value();
    clock.correct(-year);
    clock.advance(24h * 7 - 1ms);
    const auto records = lease();
    REQUIRE(event_ids(records) == strings{"order-1"});
    CHECK(records[0].received == content.received);
    const std::vector ids{records[0].id};
    queue->release(pixel, ids, clock.steady());
    clock.advance(1ms);
    CHECK(lease().empty());
    flush();
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: a clock set forward for good makes nothing older than the start") {
    bury(2, "invalid");
    add(1).value();
    clock.correct(year);
    pass(60min);
    CHECK(event_ids(lease()) == strings{"order-1"});
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(clock_fixture, "spool: a clock wrong at the start and put right expires nothing") {
    bury(2, "invalid");
    add(1).value();
    clock.correct(year);
    open();
    pass(5min);
    const std::vector ids{lease().at(0).id};
    queue->release(pixel, ids, clock.steady());
    clock.correct(-year);
    pass(20min);
    CHECK(lease().size() == 1);
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(
    clock_fixture,
    "spool: what waited past its retention while it was closed expires after a while") {
    add(1).value();
    queue.reset();
    clock.advance(24h * 8);
    open();
    CHECK(event_ids(lease()) == strings{"order-1"}); // the clock is not trusted yet
    open();
    clock.advance(15min);
    CHECK(lease().empty());
    flush();
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: a clock set back for a while and put right deletes no dead letter") {
    bury(1, "invalid");
    bury(2, "invalid");
    open();
    pass(60min);
    clock.correct(-year);
    pass(20min);
    clock.correct(year);
    pass(20min);
    const bool again = GENERATE(false, true);
    if (again) {
        open();
    }
    clock.advance(24h * 30 - 20min);
    flush_upkeep();
    CHECK(queue->count().dead == 2);
    clock.advance(1h);
    flush_upkeep();
    CHECK(queue->count().dead == 0);
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: what came or died before a wrong clock was put right is kept for its time "
                 "after that, also by the next process") {
    clock.correct(-50 * year);
    open();
    bury(1, "invalid");
    add(7).value();
    clock.advance(1min);
    flush_upkeep();
    clock.correct(50 * year);
    clock.advance(1s);
    flush_upkeep();
    const bool again = GENERATE(false, true);
    if (again) {
        open();
    }
    clock.advance(24h * 7 - 1ms);
    flush_upkeep();
    const auto records = lease();
    REQUIRE(event_ids(records) == strings{"order-7"});
    const std::vector ids{records[0].id};
    queue->release(pixel, ids, clock.steady());
    clock.advance(1ms);
    CHECK(lease().empty());
    flush();
    CHECK(queue->count().dead == 2);
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: a clock set forward after a long uptime deletes and expires nothing") {
    clock.advance(24h * 31);
    flush_upkeep();
    bury(2, "invalid");
    add(3).value();
    pass(1min);
    clock.correct(year);
    pass(20min);
    const bool again = GENERATE(false, true);
    if (again) {
        open();
        pass(20min);
    }
    CHECK(queue->count().dead == 1);
    CHECK(event_ids(lease()) == strings{"order-3"});
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: a clock set while the next process starts with a wrong one is forgotten "
                 "when it is put right") {
    pass(30min);
    clock.correct(year);
    pass(20min); // the file remembers a day next year
    clock.correct(-year);
    open();
    add(1).value();
    clock.advance(24h * 7);
    CHECK(lease().empty());
    flush();
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: a dead letter of a wrong future does not keep those behind it") {
    clock.correct(year);
    open();
    clock.advance(1h);
    bury(1, "invalid");
    clock.correct(-year);
    open();
    bury(2, "invalid");
    clock.advance(1h);
    flush_upkeep();
    CHECK(ask("SELECT max(at) FROM dead") <= clock.wall().time_since_epoch().count());
    clock.advance(24h * 30);
    flush_upkeep();
    flush_upkeep();
    CHECK(queue->count().dead == 0);
}

TEST_CASE_METHOD(clock_fixture,
                 "spool: duplicates are known through a clock set forward and back") {
    add(1).value();
    settle(lease());
    flush();
    clock.advance(1h);
    flush_upkeep();
    clock.correct(year);
    CHECK(add(1).value() == std::vector{duplicate});
    add(2).value();
    clock.correct(-year);
    settle(lease());
    flush();
    CHECK(add(2).value() == std::vector{duplicate});
    clock.advance(49h);
    CHECK(add(1, 2).value() == std::vector{queued, queued});
}
