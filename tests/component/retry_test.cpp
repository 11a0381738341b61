// What trouble costs the upstream in second tries, and how soon what waited is gone afterwards.

#include "way_out.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

using steady = std::chrono::steady_clock;

std::int64_t seconds_since(steady::time_point begun) {
    return std::chrono::ceil<std::chrono::seconds>(steady::now() - begun).count();
}

// Counts what an upstream of which half the requests fail, at random, gets to see.
struct half_working {
    std::mt19937 random{11};
    std::set<std::string> known;
    std::size_t failed_retries = 0;
    std::size_t successes = 0;

    std::optional<net::response> operator()(const seen_request& asked) {
        bool retried = false;
        for (const auto& id : asked.ids) {
            retried = !known.insert(id).second || retried;
        }
        if (std::bernoulli_distribution(0.5)(random)) {
            failed_retries += retried ? 1 : 0;
            return json_answer("", 503);
        }
        ++successes;
        return std::nullopt;
    }
};

// What fails waits for up to an hour; when every batch has failed once the breaker is open.
way_out_options all_given_back(std::size_t events) {
    way_out_options chosen;
    chosen.relay.retry = {1h, 1h};
    chosen.relay.breaker.failures = static_cast<int>(events / 1000);
    chosen.relay.rate = 0;
    return chosen;
}

} // namespace

TEST_CASE("retry: an upstream that half works gets new events, and few second tries that fail") {
    way_out_options chosen;
    chosen.most_events = 1;
    chosen.relay.breaker.failures = 1000; // the budget alone
    chosen.relay.rate = 0;
    way_out test(chosen);
    half_working judge;
    test.server.let_decide([&](const seen_request& asked) { return judge(asked); });
    const auto begun = steady::now();
    test.start();
    constexpr std::size_t events = 400;
    for (std::size_t n = 1; n <= events; ++n) {
        test.post(n, n);
    }
    // New events go on, whatever waits to be tried again.
    REQUIRE(eventually([&] { return test.queue->look(pixel)->fresh == 0; }));
    REQUIRE(eventually([&] { return test.queue->look(pixel)->leased == 0; }));
    test.server.let_decide({});
    CHECK(judge.known.size() == events);
    // A fifth of what succeeded, the allowance, one a second, and the one that opens it.
    CHECK(judge.failed_retries <=
          judge.successes / 5 + 10 + static_cast<std::size_t>(seconds_since(begun)) + 1);
    CHECK(judge.failed_retries > 0);
    // And when it works again nothing is held up.
    REQUIRE(eventually([&] { return test.idle(); }, 10s));
    CHECK(each_once(test.server.taken(), events));
}

TEST_CASE("retry: 100,000 events given back in an outage go out at full speed after it") {
    constexpr std::size_t events = 100'000;
    way_out test(all_given_back(events));
    test.server.stand(pixel, json_answer("", 503));
    for (std::size_t n = 0; n < events; n += 1000) {
        test.post(n + 1, n + 1000);
    }
    test.start();
    REQUIRE(eventually([&] { return test.queue->look(pixel)->given_back == events; }));
    CHECK(test.server.requests() == events / 1000);
    REQUIRE(eventually([&] { return test.status().state == relay::breaker::state::open; }));
    test.server.stand(pixel, std::nullopt);
    test.post(events + 1, events + 1); // finds the upstream back
    const auto begun = steady::now();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(seconds_since(begun) < 15); // one request a second would take 100
    CHECK(each_once(test.server.taken(), events + 1));
}

TEST_CASE("retry: an outage costs its probes, however many new events arrive meanwhile") {
    way_out_options chosen;
    chosen.relay.breaker = {3, 20ms, 100ms};
    way_out test(chosen);
    test.server.stand(pixel, json_answer("", 503));
    test.start();
    const auto begun = steady::now();
    std::size_t n = 0;
    while (steady::now() - begun < 1s) {
        ++n;
        test.post(n, n);
    }
    const auto probes = static_cast<std::size_t>((steady::now() - begun) / 100ms);
    // Three that open it, at 20, 60 and 140 ms the first probes, then one each 100 ms.
    CHECK(test.server.requests() <= 3 + 3 + probes);
    CHECK(test.server.requests() > 4);
    for (const auto& request : test.server.seen()) {
        CHECK(request.ids.size() <= 1000);
    }
    test.server.stand(pixel, std::nullopt);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), n));
}

TEST_CASE("retry: a new event lingers for its batch while a thousand others wait for their time") {
    way_out_options chosen = all_given_back(2000);
    chosen.relay.batch.linger = 300ms;
    way_out test(chosen);
    test.server.stand(pixel, json_answer("", 503));
    test.post(1, 1000);
    test.start();
    REQUIRE(eventually([&] { return test.queue->look(pixel)->given_back == 1000; }));
    test.server.stand(pixel, std::nullopt);
    const auto begun = steady::now();
    test.post(1001, 1001);
    test.post(1002, 1002);
    REQUIRE(eventually([&] { return test.server.requests() == 2; }));
    CHECK(steady::now() - begun >= 300ms);
    CHECK(test.server.asked().back() == std::vector<std::string>{"e1001", "e1002"});
}

TEST_CASE("retry: a new event does not wait as long as the oldest of its batch") {
    way_out_options chosen;
    chosen.relay.retry = {1ms, 1h};
    chosen.relay.breaker = {1000, 1ms, 1ms};
    way_out test(chosen);
    test.server.stand(pixel, json_answer("", 503));
    test.post(1, 1);
    test.start();
    // Twelve tries or so: from here on its waits are seconds.
    REQUIRE(eventually([&] { return test.server.requests() >= 12; }));
    const auto before = test.server.requests();
    test.post(2, 2);
    REQUIRE(eventually([&] { return test.server.requests() >= before + 3; }, 5s));
    const auto asked = test.server.asked();
    CHECK(std::ranges::count_if(asked, [](const auto& ids) {
              return std::ranges::find(ids, "e2") != ids.end();
          }) >= 2);
}

TEST_CASE("retry: a name that is not found and a refused connection say so, and nothing is lost") {
    struct row {
        const char* outcome;
        net::endpoint endpoint;
    };
    // Nobody listens on port 1; the name is reserved for never being found (RFC 6761).
    const auto fault = GENERATE(values<row>({
        {"resolve", {false, "gatepost.invalid", 80}},
        {"connect", {false, "127.0.0.1", 1}},
    }));
    CAPTURE(fault.outcome);
    way_out_options chosen;
    chosen.endpoint = fault.endpoint;
    way_out test(chosen);
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.status().state == relay::breaker::state::open; }));
    const auto last = test.status().last;
    REQUIRE(last);
    CHECK(last->outcome == fault.outcome);
    CHECK_FALSE(last->detail.empty());
    CHECK(test.queue->count().waiting == 10);
    test.reconfigure({}); // where it should have gone
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 10));
    CHECK(test.status().last->detail.empty());
    CHECK(test.queue->count().dead == 0);
}

TEST_CASE(
    "retry: a request that cannot be made up is tried again, and spins neither then nor ever") {
    way_out_options chosen;
    chosen.relay.breaker = {3, 50ms, 50ms};
    way_out test(chosen);
    test.break_down(1'000'000);
    test.post(1, 10);
    const auto begun = steady::now();
    test.start();
    REQUIRE(eventually([&] { return test.breakdowns_left() <= 1'000'000 - 8; }));
    const auto probes = (steady::now() - begun) / 50ms;
    CHECK(1'000'000 - test.breakdowns_left() <= 3 + probes + 1);
    CHECK(test.server.requests() == 0);
    test.break_down(0);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 10));
}
