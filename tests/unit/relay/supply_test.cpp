#include "../../../src/relay/supply.hpp"

#include <catch2/catch.hpp>

#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace std::chrono_literals;

namespace {

constexpr auto never = core::steady_time::max();

struct trial {
    core::steady_time now = test::fake_clock().steady();

    // 7 new ones, 20 given back of which 5 are due, the next of the others in 10 s.
    spool::backlog usual() const {
        return {.fresh = 7, .given_back = 20, .due_again = 5, .next_due_again = now - 1s};
    }
};

} // namespace

TEST_CASE_METHOD(trial, "supply: only what is due counts, not what waits for its time") {
    const auto found = relay::find_supply(usual(), now, false, now);
    CHECK(found.records == 12);
    CHECK_FALSE(found.fresh_only);
}

TEST_CASE_METHOD(trial, "supply: without budget only new ones count") {
    const auto found = relay::find_supply(usual(), now + 1ms, false, now);
    CHECK(found.records == 7);
    CHECK(found.fresh_only);
}

TEST_CASE_METHOD(trial, "supply: a probe takes what there is, budget or not, however much waits") {
    auto much = usual();
    much.given_back = relay::most_given_back;
    const auto found = relay::find_supply(much, now + 1h, true, now);
    CHECK(found.records == 12);
    CHECK_FALSE(found.fresh_only);
}

TEST_CASE_METHOD(trial, "supply: when nothing may go now it says when something may") {
    const auto [due_in, budget_in, expected] =
        GENERATE(table<std::chrono::seconds, std::chrono::seconds, std::chrono::seconds>({
            {10s, -1s, 10s}, // its time
            {-1s, 3s, 3s},   // the budget
            {10s, 3s, 10s},  // both
        }));
    const std::size_t due = due_in < 0s ? 1 : 0;
    const auto found =
        relay::find_supply({.given_back = 1, .due_again = due, .next_due_again = now + due_in},
                           now + budget_in, false, now);
    CHECK(found.records == 0);
    CHECK(found.next == now + expected);
    CHECK(relay::find_supply({}, now + budget_in, false, now).next == never);
}

TEST_CASE_METHOD(trial, "supply: when very many wait to be tried again new ones wait as well") {
    auto much = usual();
    much.due_again = 0;
    much.given_back = relay::most_given_back;
    much.next_due_again = now + 10s;
    const auto found = relay::find_supply(much, now, false, now);
    CHECK(found.records == 0);
    CHECK(found.next == now + 10s);
    much.given_back -= 1;
    CHECK(relay::find_supply(much, now, false, now).records == 7);
}
