#include <gatepost/relay/flow_control.hpp>

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace std::chrono_literals;
using core::upstream_health;
using relay::flow_control;

namespace {

const relay::options options{.retry = {.first = 1s, .max = 5min},
                             .breaker = {.failures = 3, .open = 1s, .max = 30s},
                             .rate = 0};

struct pixel {
    test::fake_clock clock;
    flow_control subject{options};

    flow_control::news hear(upstream_health health,
                            std::optional<std::chrono::milliseconds> retry_after = {}) {
        relay::reply came;
        came.sent = clock.steady();
        came.meaning.health = health;
        came.meaning.retry_after = retry_after;
        came.meaning.refusal = health == upstream_health::refusing ? "token" : "";
        return subject.learn(came, clock.steady(), 0.5);
    }
    void hear_nothing() {
        relay::reply came;
        came.sent = clock.steady();
        came.answered = false;
        came.meaning.health = upstream_health::failing;
        subject.learn(came, clock.steady(), 0.5);
    }
    bool open() const { return subject.opens_at() <= clock.steady(); }
    bool barred() const { return subject.is_barred(clock.steady()); }
};

} // namespace

TEST_CASE("flow control: at the beginning everything is open") {
    pixel test;
    CHECK(test.open());
    CHECK_FALSE(test.barred());
    CHECK_FALSE(test.subject.is_troubled());
    CHECK_FALSE(test.subject.probes());
    CHECK(test.subject.begin(test.clock.steady()));
    CHECK(test.subject.begin(test.clock.steady())); // several at once
    CHECK(test.subject.go_on(test.clock.steady()));
}

TEST_CASE("flow control: refusals pause, and leave the breaker alone") {
    pixel test;
    for (int i = 0; i < 10; ++i) {
        CHECK(test.hear(upstream_health::refusing).pause_begins == (i == 0));
    }
    CHECK(test.subject.is_paused());
    CHECK(test.subject.pause_reason() == "token");
    CHECK(test.subject.breaker_state() == relay::breaker::state::closed);
    CHECK(test.barred());
    CHECK_FALSE(test.subject.go_on(test.clock.steady()));
    CHECK_FALSE(test.subject.begin(test.clock.steady()));
    CHECK(test.subject.opens_at() == test.clock.steady() + options.retry.max);
}

TEST_CASE("flow control: a paused pixel is probed in its time or when resumed, by one request") {
    pixel test;
    test.hear(upstream_health::refusing);
    const bool resumed = GENERATE(false, true);
    CAPTURE(resumed);
    if (resumed) {
        test.clock.advance(1s);
        test.subject.resume(test.clock.steady());
    } else {
        test.clock.advance(options.retry.max);
    }
    CHECK(test.open());
    CHECK(test.subject.probes());
    CHECK(test.subject.is_troubled()); // one at a time
    CHECK(test.subject.begin(test.clock.steady()));
    // A batch from before the pause does not go on for that.
    CHECK_FALSE(test.subject.go_on(test.clock.steady()));
}

TEST_CASE("flow control: any answer but a refusal ends a pause") {
    const auto health = GENERATE(upstream_health::answering, upstream_health::failing,
                                 upstream_health::rate_limited);
    pixel test;
    test.hear(upstream_health::refusing);
    test.clock.advance(options.retry.max);
    CHECK(test.hear(health).pause_ends);
    CHECK_FALSE(test.subject.is_paused());
    CHECK(test.subject.pause_reason().empty());
}

TEST_CASE("flow control: a probe without an answer leaves the pause, and is due again") {
    pixel test;
    test.hear(upstream_health::refusing);
    test.clock.advance(options.retry.max);
    test.hear_nothing();
    CHECK(test.subject.is_paused());
    CHECK(test.open());
    test.hear_nothing();
    test.hear_nothing(); // the breaker keeps the pace
    CHECK(test.subject.opens_at() == test.clock.steady() + options.breaker.open);
}

TEST_CASE("flow control: failures open the breaker, and an answer closes it") {
    pixel test;
    test.hear(upstream_health::failing);
    CHECK(test.subject.is_troubled());
    CHECK(test.open());
    CHECK_FALSE(test.barred());
    test.hear(upstream_health::failing);
    test.hear(upstream_health::failing);
    CHECK(test.barred());
    CHECK(test.subject.opens_at() == test.clock.steady() + options.breaker.open);
    test.clock.advance(options.breaker.open);
    CHECK(test.subject.begin(test.clock.steady()));
    CHECK(test.subject.probes());
    CHECK_FALSE(test.subject.begin(test.clock.steady())); // the probe is under way
    CHECK(test.hear(upstream_health::answering).upstream_is_back);
    CHECK_FALSE(test.subject.is_troubled());
    CHECK(test.open());
}

TEST_CASE("flow control: a probe that came to nothing makes room for another") {
    pixel test;
    for (int i = 0; i < options.breaker.failures; ++i) {
        test.hear(upstream_health::failing);
    }
    test.clock.advance(options.breaker.open);
    CHECK(test.subject.begin(test.clock.steady()));
    test.subject.forget_request(false);
    CHECK(test.subject.begin(test.clock.steady()));
    test.hear(upstream_health::refusing); // not the breaker's probe either
    CHECK(test.subject.is_paused());
    test.subject.resume(test.clock.steady());
    CHECK(test.subject.begin(test.clock.steady()));
}

TEST_CASE("flow control: rate limits make it wait longer and longer, once for each round") {
    pixel test;
    for (const auto wait : {500ms, 1000ms, 2000ms, 4000ms}) { // half of the bound: the chance
        const auto now = test.clock.steady();
        test.hear(upstream_health::rate_limited);
        test.hear(upstream_health::rate_limited);
        CHECK(test.subject.opens_at() == now + wait);
        CHECK(test.barred());
        CHECK_FALSE(test.subject.is_troubled()); // slow, not broken
        test.clock.advance(wait);
        CHECK(test.open());
    }
    test.hear(upstream_health::answering);
    test.clock.advance(1ms);
    const auto now = test.clock.steady();
    test.hear(upstream_health::rate_limited);
    CHECK(test.subject.opens_at() == now + 500ms);
}

TEST_CASE("flow control: Retry-After holds for the whole pixel, the longest one, an hour at most") {
    const auto health = GENERATE(upstream_health::rate_limited, upstream_health::failing);
    pixel test;
    const auto now = test.clock.steady();
    test.hear(health, 30s);
    CHECK(test.subject.opens_at() == now + 30s);
    test.hear(health, 10s);
    CHECK(test.subject.opens_at() == now + 30s);
    test.clock.advance(31s);
    const auto later = test.clock.steady();
    test.hear(health, 48h);
    CHECK(test.subject.opens_at() == later + 1h);
}

TEST_CASE("flow control: the rate counts every request, and falls and rises with the answers") {
    auto limited = options;
    limited.rate = 10;
    test::fake_clock clock;
    flow_control subject(limited);
    CHECK(subject.begin(clock.steady()));
    CHECK(subject.go_on(clock.steady()));
    CHECK_FALSE(subject.go_on(clock.steady()));
    CHECK_FALSE(subject.begin(clock.steady()));
    CHECK(subject.goes_on_at() == clock.steady() + 100ms);
    CHECK(subject.opens_at() == clock.steady() + 100ms);
    CHECK_FALSE(subject.is_barred(clock.steady())); // a matter of moments
    relay::reply came;
    came.sent = clock.steady();
    came.meaning.health = upstream_health::rate_limited;
    subject.learn(came, clock.steady(), 0.5);
    CHECK(subject.rate() == 5);
    came.meaning.health = upstream_health::answering;
    clock.advance(1s);
    subject.learn(came, clock.steady(), 0.5);
    CHECK(subject.rate() == Approx(5.2));
}

TEST_CASE("flow control: second tries go out of a budget, that of a probe excepted") {
    pixel test;
    const auto now = test.clock.steady();
    int paid = 0;
    for (; test.subject.retries_at() <= now; ++paid) {
        REQUIRE(test.subject.pay_for_retry(now));
    }
    CHECK(paid == 11);
    const bool refused = GENERATE(false, true);
    CAPTURE(refused);
    for (int i = 0; i < options.breaker.failures; ++i) {
        test.hear(refused ? upstream_health::refusing : upstream_health::failing);
    }
    CHECK(test.subject.is_cut_off());
    CHECK(test.subject.retries_at() <= now);
    CHECK_FALSE(test.subject.pay_for_retry(now));
    // The success of a probe that carried some is the beginning of the next budget.
    test.clock.advance(options.retry.max);
    REQUIRE(test.subject.begin(test.clock.steady()));
    relay::reply came;
    came.meaning.health = upstream_health::answering;
    came.retried = true;
    test.subject.learn(came, test.clock.steady(), 0.5);
    CHECK_FALSE(test.subject.is_cut_off());
    CHECK(test.subject.pay_for_retry(test.clock.steady()));
}

TEST_CASE("flow control: a second try that is not sent after all is not paid for") {
    pixel test;
    const auto now = test.clock.steady();
    for (int i = 0; i < 100; ++i) {
        REQUIRE(test.subject.retries_at() <= now);
        test.subject.forget_request(test.subject.pay_for_retry(now));
    }
}

TEST_CASE("flow control: new options keep what the answers have taught") {
    pixel test;
    test.hear(upstream_health::refusing);
    auto changed = options;
    changed.retry.max = 1min;
    changed.rate = 10;
    test.subject.reconfigure(changed);
    CHECK(test.subject.pause_reason() == "token");
    CHECK(test.subject.rate() == 10);
    CHECK(test.subject.opens_at() == test.clock.steady() + options.retry.max);
    test.clock.advance(options.retry.max);
    test.hear(upstream_health::refusing);
    CHECK(test.subject.opens_at() == test.clock.steady() + 1min);
}

TEST_CASE("flow control: failures of the program itself are not repeated without a wait") {
    pixel test;
    for (int i = 0; i < options.breaker.failures; ++i) {
        REQUIRE(test.subject.begin(test.clock.steady()));
        test.subject.broke_down(test.clock.steady());
    }
    CHECK(test.subject.opens_at() == test.clock.steady() + options.breaker.open);
    // A probe that breaks down is told of: another goes after the next wait.
    test.clock.advance(options.breaker.open);
    REQUIRE(test.subject.begin(test.clock.steady()));
    test.subject.broke_down(test.clock.steady());
    test.clock.advance(2 * options.breaker.open);
    CHECK(test.subject.begin(test.clock.steady()));
}
