#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>

#include <catch2/catch.hpp>

#include <ctime>

using namespace gatepost;
using namespace std::chrono_literals;

TEST_CASE("clock: wall time is the machine's, in milliseconds of UTC") {
    const auto before = std::time(nullptr);
    const auto now = core::to_seconds(core::system_clock().wall()).time_since_epoch().count();
    CHECK(now >= before);
    CHECK(now <= std::time(nullptr) + 1);
}

TEST_CASE("clock: seconds are rounded down, before 1970 too") {
    CHECK(core::to_seconds(core::wall_time(1999ms)).time_since_epoch() == 1s);
    CHECK(core::to_seconds(core::wall_time(-1ms)).time_since_epoch() == -1s);
}

TEST_CASE("result: the value of a refused input throws, with its code and message") {
    const core::input_result<int> refused = core::input_error("invalid_event", "too long", "/x");
    CHECK_THROWS_WITH(refused.value(), "invalid_event: too long");
}
