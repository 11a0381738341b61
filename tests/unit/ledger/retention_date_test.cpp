#include "../../../src/ledger/retention_date.hpp"

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace gatepost::test;
using std::chrono::hours;

namespace {

constexpr hours day(24);
constexpr hours year = 365 * day;

struct dated {
    fake_clock clock;
    ledger::retention_date date{core::to_seconds(fake_clock::start), clock.steady()};

    std::chrono::sys_seconds wall() const { return core::to_seconds(clock.wall()); }
    std::chrono::sys_seconds at() const { return date.at(wall(), clock.steady()); }
    void live(hours time) {
        for (hours passed{0}; passed < time; passed += hours(1)) {
            clock.advance(hours(1));
            date.move(wall(), clock.steady());
        }
    }
};

} // namespace

TEST_CASE("retention date: it is the wall clock's while nobody sets that") {
    dated now;
    CHECK(now.at() == now.wall());
    now.live(400 * day);
    CHECK(now.at() == now.wall());
}

TEST_CASE("retention date: a clock that is years ahead gains a month at once, and one for each day "
          "that it runs") {
    dated now;
    const auto began = now.wall();
    now.clock.correct(6 * year);
    CHECK(now.at() == began + 30 * day);
    now.live(hours(23));
    CHECK(now.at() == began + 30 * day + hours(23));
    now.live(day);
    CHECK(now.at() <= began + 2 * 31 * day);
    SECTION("right again, it is the date") {
        now.clock.correct(-6 * year);
        CHECK(now.at() == now.wall());
        now.live(3 * day);
        now.clock.correct(6 * year);
        CHECK(now.at() <= now.wall() - 6 * year + 30 * day + hours(24));
    }
    SECTION("and if it was right, it is reached") {
        now.live(71 * day); // 6 years, a month each
        CHECK(now.at() == now.wall());
    }
}

TEST_CASE("retention date: a process that never lives for a day keeps the date it found") {
    dated now;
    now.clock.correct(6 * year);
    now.clock.advance(day - hours(1));
    CHECK_FALSE(now.date.move(now.wall(), now.clock.steady()));
    now.clock.advance(hours(1));
    CHECK(now.date.move(now.wall(), now.clock.steady()) ==
          core::to_seconds(fake_clock::start) + 31 * day);
}

TEST_CASE("retention date: a clock that is behind keeps everything, and a date that was kept by a "
          "wrong one comes back") {
    dated now;
    now.clock.correct(-year);
    CHECK(now.at() == now.wall());
    now.live(13 * day); // 30 days each
    now.clock.correct(6 * year);
    CHECK(now.at() == core::to_seconds(now.clock.wall()) - 6 * year + 30 * day);
}
