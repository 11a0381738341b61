#include <gatepost/event/decode.hpp>

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace std::chrono_literals;

namespace {

constexpr auto now = test::fake_clock::start + 250ms;
constexpr auto second = std::chrono::floor<std::chrono::seconds>(test::fake_clock::start);
constexpr std::chrono::seconds week = 168h;

auto time_of(std::optional<std::chrono::sys_seconds> time) {
    event::inbound event;
    event.index = 4;
    event.time = time;
    return event::event_time(event, now, week);
}

} // namespace

TEST_CASE("event time: none means now") {
    CHECK(time_of(std::nullopt).value() == second);
}

TEST_CASE("event time: up to five minutes ahead becomes now, more is refused") {
    CHECK(time_of(second + 1s).value() == second);
    CHECK(time_of(second + 5min).value() == second);
    const auto late = time_of(second + 5min + 1s);
    REQUIRE(late.has_error());
    CHECK(late.error().code == "invalid_event");
    CHECK(late.error().path == "/events/4/event_time");
}

TEST_CASE("event time: the past is kept up to the greatest age, older is refused") {
    CHECK(time_of(second - 1s).value() == second - 1s);
    CHECK(time_of(second - week + 1s).value() == second - week + 1s);
    CHECK(time_of(second - week).has_error()); // a quarter of a second too old
    CHECK(time_of(std::chrono::sys_seconds{}).error().path == "/events/4/event_time");
}
