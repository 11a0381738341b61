#include <gatepost/relay/rate_limiter.hpp>

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace std::chrono_literals;
using relay::rate_limiter;

namespace {

// How many of a request's worth of tries each millisecond are let through.
int admitted(rate_limiter& subject, test::fake_clock& clock, std::chrono::milliseconds time) {
    int count = 0;
    for (auto passed = 0ms; passed < time; passed += 1ms) {
        count += subject.admit(clock.steady()) ? 1 : 0;
        clock.advance(1ms);
    }
    return count;
}

} // namespace

TEST_CASE("rate limiter: no more than the rate, but for a small burst at the beginning") {
    const int rate = GENERATE(1, 10, 50, 500);
    CAPTURE(rate);
    test::fake_clock clock;
    rate_limiter subject(rate);
    const int burst = rate / 10 + 1; // what a tenth of a second allows, and the one that opens it
    CHECK(admitted(subject, clock, 1s) <= rate + burst);
    CHECK(admitted(subject, clock, 10s) == Approx(rate * 10).margin(1));
}

TEST_CASE("rate limiter: it says when the next request may go, and it may not sooner") {
    test::fake_clock clock;
    rate_limiter subject(1);
    CHECK(subject.ready_at() <= clock.steady());
    REQUIRE(subject.admit(clock.steady()));
    const auto ready = subject.ready_at();
    CHECK(ready == clock.steady() + 900ms);
    clock.advance(899ms);
    CHECK_FALSE(subject.admit(clock.steady()));
    clock.advance(1ms);
    CHECK(subject.admit(clock.steady()));
}

TEST_CASE("rate limiter: a long rest saves up no more than the burst") {
    test::fake_clock clock;
    rate_limiter subject(50);
    clock.advance(1h);
    int at_once = 0;
    while (subject.admit(clock.steady())) {
        ++at_once;
    }
    CHECK(at_once == 6);
}

TEST_CASE("rate limiter: 0 is no limit, whatever the upstream says") {
    test::fake_clock clock;
    rate_limiter subject(0);
    CHECK(subject.limited(clock.steady(), clock.steady()));
    subject.taken(clock.steady());
    CHECK(subject.rate() == 0);
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(subject.admit(clock.steady()));
    }
}

TEST_CASE("rate limiter: a request too many halves the rate, down to one in ten seconds") {
    test::fake_clock clock;
    rate_limiter subject(50);
    for (const double expected :
         {25.0, 12.5, 6.25, 3.125, 1.5625, 0.78125, 0.390625, 0.1953125, 0.1, 0.1}) {
        clock.advance(1ms);
        CHECK(subject.limited(clock.steady(), clock.steady()));
        CHECK(subject.rate() == expected);
    }
    REQUIRE(subject.admit(clock.steady() + 1h));
    CHECK(subject.ready_at() == clock.steady() + 1h + 10s - rate_limiter::burst);
}

TEST_CASE("rate limiter: a configured rate below the floor is not raised to it") {
    const test::fake_clock clock;
    rate_limiter subject(0.05);
    CHECK(subject.limited(clock.steady(), clock.steady()));
    CHECK(subject.rate() == 0.05);
}

TEST_CASE("rate limiter: requests that were under way together halve it once") {
    test::fake_clock clock;
    rate_limiter subject(50);
    const auto sent = clock.steady();
    clock.advance(50ms);
    CHECK(subject.limited(sent, clock.steady()));
    CHECK_FALSE(subject.limited(sent + 10ms, clock.steady()));
    CHECK_FALSE(subject.limited(sent + 49ms, clock.steady() + 5ms));
    CHECK(subject.rate() == 25);
    CHECK(subject.limited(clock.steady() + 1ms, clock.steady() + 60ms)); // one of the next round
    CHECK(subject.rate() == 12.5);
}

TEST_CASE(
    "rate limiter: good answers raise it by a fiftieth of the most a second, up to the most") {
    test::fake_clock clock;
    rate_limiter subject(50);
    REQUIRE(subject.limited(clock.steady(), clock.steady()));
    for (int second = 1; second <= 25; ++second) {
        for (int i = 0; i < 10; ++i) { // ten answers are worth no more than one
            clock.advance(100ms);
            subject.taken(clock.steady());
        }
        CHECK(subject.rate() == Approx(25 + second));
    }
    clock.advance(1s);
    subject.taken(clock.steady());
    CHECK(subject.rate() == 50);
}

TEST_CASE("rate limiter: a quiet time before a good answer counts for a second at most") {
    test::fake_clock clock;
    rate_limiter subject(50);
    REQUIRE(subject.limited(clock.steady(), clock.steady()));
    clock.advance(1h);
    subject.taken(clock.steady());
    CHECK(subject.rate() == Approx(26));
    subject.taken(clock.steady());
    CHECK(subject.rate() == Approx(26));
}

TEST_CASE("rate limiter: a new ceiling holds at once, and a rate that was lowered stays so") {
    struct row {
        double before;
        bool lowered; // to a half
        double ceiling;
        double expected;
    };
    const auto [before, lowered, ceiling, expected] = GENERATE(values<row>({
        {50, false, 100, 100},
        {50, false, 10, 10},
        {50, false, 0, 0},
        {0, false, 20, 20},
        {50, true, 100, 25},
        {50, true, 10, 10},
        {50, true, 0, 0},
    }));
    CAPTURE(before, lowered, ceiling);
    test::fake_clock clock;
    rate_limiter subject(before);
    if (lowered) {
        REQUIRE(subject.limited(clock.steady(), clock.steady()));
    }
    subject.reconfigure(ceiling);
    CHECK(subject.rate() == expected);
    for (int i = 0; i < 100; ++i) {
        clock.advance(1s);
        subject.taken(clock.steady());
    }
    CHECK(subject.rate() == ceiling);
}
