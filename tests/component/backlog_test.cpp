// What waited through an outage, and what arrives while it is caught up with.

#include "way_out.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

using steady = std::chrono::steady_clock;

std::size_t number_of(const std::string& id) {
    return std::stoul(id.substr(1));
}

} // namespace

TEST_CASE("backlog: it drains oldest first while new events flow") {
    constexpr std::size_t backlog = 30'000;
    constexpr std::size_t fresh = 3'000;
    way_out test;
    test.server.stand(pixel, json_answer("", 503));
    for (std::size_t n = 0; n < backlog; n += 1000) {
        test.post(n + 1, n + 1000);
    }
    test.start();
    REQUIRE(eventually([&] { return test.status().state == relay::breaker::state::open; }));
    const auto in_outage = test.server.requests();
    test.server.stand(pixel, std::nullopt);
    for (std::size_t n = backlog; n < backlog + fresh; n += 100) {
        test.post(n + 1, n + 100); // accepted and committed, each of them
    }
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), backlog + fresh));

    // Four requests may be under way together, and one that has to connect first is overtaken by
    // several on kept connections: nothing else goes out of turn.
    constexpr std::size_t together = 8 * 1000;
    const auto asked = test.server.asked();
    std::size_t reached = 0;
    for (auto request = asked.begin() + static_cast<std::ptrdiff_t>(in_outage);
         request != asked.end(); ++request) {
        CHECK(std::ranges::is_sorted(*request, {}, number_of));
        CHECK(number_of(request->front()) + together > reached);
        reached = std::max(reached, number_of(request->back()));
    }
}

TEST_CASE("backlog: what waits of one pixel does not delay a new event of another") {
    constexpr auto other = "C0OTHER00PIXEL00CODE";
    constexpr std::size_t backlog = 100'000;
    way_out_options chosen{.pixels = {pixel, other}};
    chosen.relay.rate = 0; // as fast as it can
    way_out test(chosen);
    for (std::size_t n = 0; n < backlog; n += 1000) {
        test.post(n + 1, n + 1000);
    }
    test.start();
    std::size_t n = backlog;
    std::size_t while_it_drained = 0;
    while (!test.idle()) {
        const auto begun = steady::now();
        ++n;
        test.post(n, n, other);
        REQUIRE(
            eventually([&] { return test.server.taken().contains("e" + std::to_string(n)); }, 10s));
        // The linger, a turn behind four requests of a thousand, and what a busy machine adds.
        CHECK(steady::now() - begun < 2s);
        while_it_drained += test.queue->look(pixel)->waiting() > 0 ? 1 : 0;
    }
    CHECK(while_it_drained > 0);
    CHECK(each_once(test.server.taken(), n));
}
