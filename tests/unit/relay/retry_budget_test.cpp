#include <gatepost/relay/retry_budget.hpp>

#include <catch2/catch.hpp>

#include <random>
#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace std::chrono_literals;
using relay::retry_budget;

namespace {

struct pixel {
    test::fake_clock clock;
    retry_budget subject;

    bool may_retry() const { return subject.ready_at() <= clock.steady(); }
    void retry() {
        REQUIRE(may_retry());
        subject.spend(clock.steady());
    }
    // Second tries at this moment until there is no budget left.
    int exhaust() {
        int count = 0;
        for (; may_retry(); ++count) {
            subject.spend(clock.steady());
        }
        return count;
    }
};

} // namespace

TEST_CASE("retry budget: at the beginning ten second tries may go, and one for nothing") {
    pixel test;
    CHECK(test.exhaust() == 11);
    CHECK(test.subject.ready_at() == test.clock.steady() + 1s);
}

TEST_CASE("retry budget: while nothing succeeds one a second goes") {
    pixel test;
    test.exhaust();
    int count = 0;
    for (auto passed = 0ms; passed < 10s; passed += 10ms) {
        test.clock.advance(10ms);
        count += test.exhaust();
    }
    CHECK(count == 10);
}

TEST_CASE("retry budget: five successes pay for a second try") {
    pixel test;
    test.exhaust();
    for (int i = 1; i <= 4; ++i) {
        test.subject.succeeded(false);
        CHECK_FALSE(test.may_retry());
    }
    test.subject.succeeded(false);
    CHECK(test.exhaust() == 1);
}

TEST_CASE("retry budget: no more is saved up than there was at the beginning") {
    pixel test;
    for (int i = 0; i < 1000; ++i) {
        test.subject.succeeded(i % 2 == 0);
    }
    CHECK(test.exhaust() == 11);
}

TEST_CASE("retry budget: a second try that succeeds, or is not sent after all, costs nothing") {
    pixel test;
    test.exhaust();
    test.subject.give_back();
    for (int i = 0; i < 10'000; ++i) { // an exhausted budget does not hold up what was an outage's
        test.retry();
        test.subject.succeeded(true);
    }
    // And what they earned on the way lets several go at once.
    CHECK(test.exhaust() == 10);
}

TEST_CASE(
    "retry budget: second tries that fail are at most a fifth of what succeeds, and the rest") {
    const double failing = GENERATE(0.1, 0.3, 0.5, 0.7, 0.9, 1.0);
    CAPTURE(failing);
    std::mt19937 random(7);
    std::bernoulli_distribution fails(failing);
    pixel test;
    int successes = 0;
    int failed_retries = 0;
    int waiting = 0; // to be tried again
    const auto request = [&](bool retried) {
        const bool failed = fails(random);
        waiting += failed ? 1 : 0;
        failed_retries += failed && retried ? 1 : 0;
        successes += failed ? 0 : 1;
        if (!failed) {
            test.subject.succeeded(retried);
        }
    };
    constexpr int seconds = 100;
    for (int i = 0; i < seconds * 50; ++i) { // 50 requests a second
        test.clock.advance(20ms);
        const bool retried = waiting > 0 && test.may_retry();
        if (retried) {
            --waiting;
            test.retry();
        }
        request(retried);
    }
    CHECK(failed_retries <= successes / 5 + 11 + seconds);
    // An upstream that fails seldom is not held up at all.
    CHECK((failing > 0.1 || waiting <= 1));
}
