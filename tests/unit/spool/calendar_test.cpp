// The date by which things grow old, when the clock is set.
#include "../../../src/spool/calendar.hpp"

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto year = 24h * 365;

struct calendar_fixture {
    fake_clock clock;
    spool::calendar dates{clock, 15min};
};

} // namespace

TEST_CASE_METHOD(calendar_fixture,
                 "calendar: while nobody sets the clock it says what the clock says") {
    for (const auto passed : {0h, 1h, 24h * 30, year}) {
        clock.advance(passed);
        CHECK(dates.now() == clock.wall());
    }
    CHECK_FALSE(dates.last_set());
}

TEST_CASE_METHOD(calendar_fixture,
                 "calendar: a clock that is kept right step by step is followed") {
    clock.advance(1h);
    REQUIRE(dates.settled());
    for (int i = 0; i < 100; ++i) {
        clock.advance(1min);
        clock.correct(500ms);
        CHECK(dates.now() == clock.wall());
    }
}

TEST_CASE_METHOD(calendar_fixture,
                 "calendar: after the start nothing is settled until the clock has stood") {
    CHECK_FALSE(dates.settled());
    clock.advance(15min - 1ms);
    CHECK_FALSE(dates.settled());
    clock.advance(1ms);
    CHECK(dates.settled() == clock.wall());
}

TEST_CASE_METHOD(calendar_fixture,
                 "calendar: a clock put right soon after the start is believed at once") {
    clock.correct(-year);
    clock.advance(1min);
    CHECK(dates.now() == clock.wall());
    clock.correct(year);
    clock.advance(14min);
    CHECK(dates.now() == clock.wall());
    CHECK_FALSE(dates.settled()); // it has to stand anew
    clock.advance(15min);
    CHECK(dates.settled() == clock.wall());
}

TEST_CASE_METHOD(calendar_fixture,
                 "calendar: a clock set forth or back is believed when it has stood") {
    const auto by = GENERATE(as<std::chrono::minutes>{}, year, -year, 2min, -2min);
    clock.advance(1h);
    REQUIRE(dates.settled());
    clock.correct(by);
    CHECK(dates.now() == clock.wall() - by);
    clock.advance(14min);
    CHECK(dates.settled() == clock.wall() - by);
    clock.advance(1min);
    CHECK(dates.settled() == clock.wall());
}

TEST_CASE_METHOD(calendar_fixture,
                 "calendar: from a new time on everything is kept for all of its time") {
    const auto by = GENERATE(1, -1) * year;
    CAPTURE(by.count());
    clock.advance(24h * 31);
    REQUIRE(dates.outlived(24h) == clock.wall() - 24h);
    clock.correct(by);
    CHECK_FALSE(dates.last_set());
    clock.advance(14min);
    // Not believed yet: time runs on as it did.
    CHECK(dates.outlived(24h) == clock.wall() - by - 24h);
    clock.advance(1min);
    CHECK_FALSE(dates.outlived(24h));
    CHECK(dates.last_set() == clock.wall());
    clock.advance(24h - 1ms);
    CHECK_FALSE(dates.outlived(24h));
    clock.advance(1ms);
    CHECK(dates.outlived(24h) == clock.wall() - 24h);
    CHECK_FALSE(dates.outlived(25h));
}

TEST_CASE_METHOD(calendar_fixture, "calendar: what an earlier process saw counts as seen") {
    dates.was_set(clock.wall() - 23h);
    clock.advance(1h - 1ms);
    CHECK_FALSE(dates.outlived(24h));
    clock.advance(1ms);
    CHECK(dates.outlived(24h) == clock.wall() - 24h);
}

TEST_CASE_METHOD(calendar_fixture, "calendar: a time to come that the clock was set to is over") {
    dates.was_set(clock.wall() + year);
    CHECK(dates.last_set() == clock.wall());
}

TEST_CASE_METHOD(calendar_fixture, "calendar: a clock set forth and back again was never away") {
    clock.advance(1h);
    REQUIRE(dates.settled());
    clock.correct(year);
    clock.advance(10min);
    CHECK(dates.now() == clock.wall() - year);
    clock.correct(-year);
    CHECK(dates.now() == clock.wall());
    clock.advance(10min);
    CHECK(dates.now() == clock.wall());
}
