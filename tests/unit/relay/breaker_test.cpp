#include <gatepost/relay/breaker.hpp>

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace std::chrono_literals;
using relay::breaker;
using state = breaker::state;

namespace {

constexpr relay::breaker_options options{.failures = 3, .open = 1s, .max = 5s};

// One that has just opened.
breaker open_at(core::steady_time now) {
    breaker opened(options);
    for (int i = 0; i < options.failures; ++i) {
        opened.failed(now);
    }
    return opened;
}

} // namespace

TEST_CASE("breaker: it opens after so many failures in a row, no sooner") {
    const test::fake_clock clock;
    breaker subject(options);
    subject.failed(clock.steady());
    subject.failed(clock.steady());
    CHECK(subject.now() == state::closed);
    CHECK(subject.admit(clock.steady()));
    CHECK(subject.failures() == 2);
    subject.failed(clock.steady());
    CHECK(subject.now() == state::open);
    CHECK_FALSE(subject.admit(clock.steady()));
    CHECK(subject.retry_at() == clock.steady() + 1s);
}

TEST_CASE("breaker: a success in between starts the count again") {
    const test::fake_clock clock;
    breaker subject(options);
    for (int i = 0; i < 10; ++i) {
        subject.failed(clock.steady());
        subject.failed(clock.steady());
        CHECK_FALSE(subject.succeeded()); // no outage ends here
        CHECK(subject.failures() == 0);
    }
    CHECK(subject.now() == state::closed);
}

TEST_CASE("breaker: when the wait is over one request probes, and only one") {
    test::fake_clock clock;
    auto subject = open_at(clock.steady());
    clock.advance(999ms);
    CHECK_FALSE(subject.admit(clock.steady()));
    clock.advance(1ms);
    CHECK(subject.admit(clock.steady()));
    CHECK(subject.now() == state::half_open);
    CHECK_FALSE(subject.admit(clock.steady()));
    clock.advance(1h);
    CHECK_FALSE(subject.admit(clock.steady()));
}

TEST_CASE("breaker: a probe that succeeds closes it and ends the outage") {
    test::fake_clock clock;
    auto subject = open_at(clock.steady());
    clock.advance(1s);
    REQUIRE(subject.admit(clock.steady()));
    CHECK(subject.succeeded());
    CHECK(subject.now() == state::closed);
    CHECK(subject.admit(clock.steady()));
    CHECK(subject.admit(clock.steady()));
    // All begins anew, with the first wait.
    for (int i = 0; i < options.failures; ++i) {
        subject.failed(clock.steady());
    }
    CHECK(subject.retry_at() == clock.steady() + 1s);
}

TEST_CASE("breaker: each probe that fails doubles the wait, up to the greatest") {
    test::fake_clock clock;
    auto subject = open_at(clock.steady());
    for (const auto wait : {1s, 2s, 4s, 5s, 5s}) {
        CAPTURE(wait.count());
        CHECK(subject.retry_at() == clock.steady() + wait);
        clock.advance(wait - 1ms);
        CHECK_FALSE(subject.admit(clock.steady()));
        clock.advance(1ms);
        REQUIRE(subject.admit(clock.steady()));
        subject.failed(clock.steady());
        CHECK(subject.now() == state::open);
    }
}

TEST_CASE("breaker: failures of requests sent before it opened do not lengthen the wait") {
    test::fake_clock clock;
    auto subject = open_at(clock.steady());
    const auto retry_at = subject.retry_at();
    clock.advance(500ms);
    subject.failed(clock.steady());
    CHECK(subject.retry_at() == retry_at);
    clock.advance(500ms);
    CHECK(subject.admit(clock.steady()));
}

TEST_CASE("breaker: a success of a request sent before it opened closes it") {
    const test::fake_clock clock;
    auto subject = open_at(clock.steady());
    CHECK(subject.succeeded());
    CHECK(subject.admit(clock.steady()));
}

TEST_CASE("breaker: a probe that came to nothing lets another one out") {
    test::fake_clock clock;
    auto subject = open_at(clock.steady());
    clock.advance(1s);
    REQUIRE(subject.admit(clock.steady()));
    subject.forget_probe();
    CHECK(subject.now() == state::half_open);
    CHECK(subject.admit(clock.steady()));
    CHECK_FALSE(subject.admit(clock.steady()));
}

TEST_CASE("breaker: new options change the next wait, and not what it knows") {
    test::fake_clock clock;
    breaker subject({.failures = 2, .open = 1s, .max = 30s});
    subject.failed(clock.steady());
    subject.reconfigure({.failures = 2, .open = 5s, .max = 8s});
    subject.failed(clock.steady()); // the second in a row
    CHECK(subject.retry_at() == clock.steady() + 5s);
    clock.advance(5s);
    REQUIRE(subject.admit(clock.steady()));
    subject.failed(clock.steady());
    CHECK(subject.retry_at() == clock.steady() + 8s);
    subject.reconfigure({.failures = 2, .open = 1s, .max = 2s});
    CHECK(subject.now() == breaker::state::open);
    clock.advance(8s);
    REQUIRE(subject.admit(clock.steady()));
    subject.failed(clock.steady());
    CHECK(subject.retry_at() == clock.steady() + 2s);
}
