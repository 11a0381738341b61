#include <gatepost/relay/pause.hpp>

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace std::chrono_literals;

namespace {

struct paused_pixel {
    test::fake_clock clock;
    relay::pause subject{5min};

    paused_pixel() { REQUIRE(subject.refused("token", clock.steady(), clock.steady())); }
};

} // namespace

TEST_CASE("pause: a pixel that was never refused is not held up") {
    const test::fake_clock clock;
    relay::pause subject(5min);
    CHECK_FALSE(subject.active());
    CHECK(subject.reason().empty());
    CHECK(subject.retry_at() < clock.steady());
    CHECK_FALSE(subject.answered());
    subject.resume(clock.steady());
    CHECK_FALSE(subject.active());
    CHECK(subject.retry_at() < clock.steady());
}

TEST_CASE("pause: a refusal pauses with its reason until the probe's time") {
    paused_pixel test;
    CHECK(test.subject.active());
    CHECK(test.subject.reason() == "token");
    CHECK(test.subject.retry_at() == test.clock.steady() + 5min);
}

TEST_CASE("pause: each refused probe puts the next one off by as much again") {
    paused_pixel test;
    for (int i = 0; i < 3; ++i) {
        test.clock.advance(5min);
        CHECK(test.subject.retry_at() <= test.clock.steady());
        CHECK_FALSE(test.subject.refused("token", test.clock.steady(), test.clock.steady()));
        CHECK(test.subject.retry_at() == test.clock.steady() + 5min);
    }
}

TEST_CASE("pause: another reason is news, and takes the place of the first") {
    paused_pixel test;
    CHECK(test.subject.refused("permission", test.clock.steady(), test.clock.steady()));
    CHECK(test.subject.reason() == "permission");
    CHECK_FALSE(test.subject.refused("permission", test.clock.steady(), test.clock.steady()));
}

TEST_CASE("pause: an answer that is no refusal ends it, and says so once") {
    paused_pixel test;
    CHECK(test.subject.answered());
    CHECK_FALSE(test.subject.active());
    CHECK(test.subject.reason().empty());
    CHECK(test.subject.retry_at() < test.clock.steady());
    CHECK_FALSE(test.subject.answered());
    CHECK(test.subject.refused("token", test.clock.steady(), test.clock.steady()));
}

TEST_CASE("pause: resume makes the probe due at once, and changes nothing else") {
    paused_pixel test;
    test.clock.advance(1s);
    test.subject.resume(test.clock.steady());
    CHECK(test.subject.retry_at() == test.clock.steady());
    CHECK(test.subject.active());
    CHECK(test.subject.reason() == "token");
}

TEST_CASE("pause: a refusal of what went out before resume does not put the probe off") {
    paused_pixel test;
    const auto sent = test.clock.steady();
    test.clock.advance(1s);
    const auto resumed = test.clock.steady();
    test.subject.resume(resumed);
    test.clock.advance(1s);
    CHECK_FALSE(test.subject.refused("token", sent, test.clock.steady()));
    CHECK(test.subject.retry_at() == resumed);
    // The probe itself does.
    CHECK_FALSE(test.subject.refused("token", test.clock.steady(), test.clock.steady()));
    CHECK(test.subject.retry_at() == test.clock.steady() + 5min);
}

TEST_CASE("pause: a new time between probes holds from the next refusal on") {
    test::fake_clock clock;
    relay::pause subject(5min);
    subject.refused("token", clock.steady(), clock.steady());
    const auto first = subject.retry_at();
    subject.reconfigure(1min);
    CHECK(subject.retry_at() == first);
    clock.advance(5min);
    subject.refused("token", clock.steady(), clock.steady());
    CHECK(subject.retry_at() == clock.steady() + 1min);
}
