// Packets that get lost without a word, on connections that are open: the real program in a network
// of its own.

#include "rows.hpp"

#include <chrono>
#include <set>
#include <support/private_network.hpp>
#include <support/skipped.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto breaker_opens_for = 200ms;
constexpr auto patience = "rate: 0, batch: {linger: 20ms}, retry: {first: 2ms, max: 1h}, "
                          "breaker: {failures: 5, open: 200ms, max: 400ms}, "
                          "timeout: {connect: 100ms, request: 100ms}";

std::string to(const sandbox_process& upstream) {
    return "tcp dport " + upstream.url().substr(upstream.url().rfind(':') + 1);
}

double all_requests(const sidecar& of) {
    double sum = 0;
    for (const auto* outcome : {"ok", "timeout", "connect", "reset", "tls", "resolve"}) {
        sum += requests(of, pixel_code, outcome);
    }
    return sum;
}

} // namespace

TEST_CASE("partition: the breaker opens, few probes go out, and after it every event arrives") {
    if (skipped(private_network::why_not())) {
        return;
    }
    private_network network;
    stage at({.relay = patience});
    REQUIRE(at.event(event_of(pixel_code, "before")).outcome == "queued");
    REQUIRE(at.settles()); // over a connection that is kept

    network.lose(to(at.upstream()));
    std::set<std::string> expected{"before"};
    for (int i = 0; i < 50; ++i) {
        const auto id = "during-" + std::to_string(i);
        REQUIRE(at.event(event_of(pixel_code, id)).outcome == "queued");
        expected.insert(id);
    }
    REQUIRE(eventually([&] { return breaker(at.gatepost(), pixel_code) == 2; }));
    CHECK(requests(at.gatepost(), pixel_code, "timeout") >= 1);
    CHECK(status_of(at.gatepost(), pixel_code).last_outcome == "timeout");
    CHECK(read_file(at.gatepost().log_file()).find("\"reason\":\"timeout\"") != std::string::npos);

    const auto when_open = all_requests(at.gatepost());
    const auto begun = std::chrono::steady_clock::now();
    REQUIRE(eventually([&] { return all_requests(at.gatepost()) >= when_open + 4; }));
    const auto probes = all_requests(at.gatepost()) - when_open;
    // One probe for each time that it was open, however many events wait.
    const auto most = 2 + (std::chrono::steady_clock::now() - begun) / breaker_opens_for;
    CHECK(probes <= static_cast<double>(most));
    CHECK(at.gatepost().unsettled() == 50);

    network.heal();
    REQUIRE(at.settles());
    const auto arrived = at.arrived_ids();
    CHECK(std::set<std::string>(arrived.begin(), arrived.end()) == expected);
    CHECK(delivered(at.gatepost(), pixel_code) == 51);
    CHECK(breaker(at.gatepost(), pixel_code) == 0);
}

TEST_CASE("partition: answers that get lost cost a second sending under the same event_id") {
    if (skipped(private_network::why_not())) {
        return;
    }
    private_network network;
    stage at({.relay = patience, .tls = false});
    REQUIRE(at.event(event_of(pixel_code, "before")).outcome == "queued");
    REQUIRE(at.settles());
    auto from = to(at.upstream());
    // Data of the answers; the connection itself stays.
    network.lose(from.replace(from.find("dport"), 5, "sport") + " tcp flags & psh == psh");
    REQUIRE(at.event(event_of(pixel_code, "twice")).outcome == "queued");
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "timeout") >= 2; }));
    CHECK(at.gatepost().unsettled() == 1);
    network.heal();
    REQUIRE(at.settles());
    const auto times = at.times_arrived();
    CHECK(times.size() == 2);
    CHECK(times.at("twice") >= 2);
    CHECK(delivered(at.gatepost(), pixel_code) == 2);
}

TEST_CASE("partition: a connection that died while nothing was sent costs one request's time") {
    if (skipped(private_network::why_not())) {
        return;
    }
    private_network network;
    stage at({.relay = patience});
    REQUIRE(at.event(event_of(pixel_code, "before")).outcome == "queued");
    REQUIRE(at.settles());
    const auto handshakes = at.gatepost().metric("gatepost_upstream_handshakes_total");
    network.lose(to(at.upstream()));
    REQUIRE(at.event(event_of(pixel_code, "after")).outcome == "queued");
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "timeout") >= 1; }));
    network.heal();
    REQUIRE(at.settles());
    CHECK(at.has_arrived("after"));
    // Not the dead one again.
    CHECK(at.gatepost().metric("gatepost_upstream_handshakes_total") > handshakes);
}
