#include <gatepost/ingest/arrivals.hpp>

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace gatepost::test;
using std::chrono::hours;
using std::chrono::milliseconds;

TEST_CASE("arrivals: a denial takes back what was received up to it, and nothing after it") {
    ingest::arrivals order;
    const auto now = fake_clock::start;
    const auto before = order.event(now).received();
    const auto denied = order.denial(now);
    const auto after = order.event(now).received();
    CHECK(before <= denied);
    CHECK(after > denied);
    CHECK(after - now <= milliseconds(1));
    SECTION("also when the clock is set back in between") {
        CHECK(order.denial(now - hours(1)) >= after);
        CHECK(order.event(now - hours(2)).received() >
              order.denial(now - hours(3)) - milliseconds(1));
    }
    SECTION("and when it is set forward") {
        CHECK(order.event(now + hours(1)).received() == now + hours(1));
    }
}

TEST_CASE(
    "arrivals: what was held at the start came before every denial, whatever the clock says") {
    const auto newest = fake_clock::start;
    ingest::arrivals order(newest);
    const auto now = newest - hours(24 * 365); // set back in between
    CHECK(order.newest_at_start() == newest);
    const auto before = order.event(now).received();
    const auto denied = order.denial(now);
    CHECK(denied >= newest);
    CHECK(denied >= before);
    CHECK(order.event(now).received() > denied);
    CHECK(order.after_denial() > newest);
}

TEST_CASE("arrivals: an event is under way until it is handed over, and unfinished until the end") {
    ingest::arrivals order;
    CHECK(order.all_handed_over());
    {
        auto first = order.event(fake_clock::start);
        CHECK_FALSE(order.all_handed_over());
        CHECK_FALSE(order.others_unfinished());
        auto second = order.event(fake_clock::start);
        first.handed_over();
        first.handed_over();
        CHECK_FALSE(order.all_handed_over());
        const auto moved = std::move(second);
        CHECK_FALSE(order.all_handed_over());
        CHECK(order.others_unfinished());
    }
    CHECK(order.all_handed_over());
    const auto alone = order.event(fake_clock::start);
    CHECK_FALSE(order.others_unfinished());
    auto another = order.event(fake_clock::start);
    CHECK(order.others_unfinished());
    another.end();
    another.end();
    CHECK_FALSE(order.others_unfinished());
}
