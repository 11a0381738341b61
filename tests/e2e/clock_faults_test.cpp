// A wall clock that is set while events wait: the real program under libfaketime.

#include "rows.hpp"

#include <chrono>
#include <csignal>
#include <support/dead_letters.hpp>
#include <support/false_clock.hpp>
#include <support/skipped.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto year = std::chrono::hours(24 * 365);
constexpr auto day = std::chrono::hours(24);
constexpr auto alice = R"("user":{"email":"alice@example.com"})";

std::string granted(const std::string& id) {
    return event_of(pixel_code, id);
}

std::string of_alice(const std::string& id) {
    return event_of(pixel_code, id, std::string(",") + alice);
}

// Until the relay has gone through what waits a few times more.
bool goes_on_trying(stage& at) {
    const auto before = requests(at.gatepost(), pixel_code, "server_error");
    return eventually(
        [&] { return requests(at.gatepost(), pixel_code, "server_error") >= before + 4; });
}

} // namespace

TEST_CASE(
    "clock faults: set by a year or a day and back, nothing expires, is lost or let through") {
    if (skipped(false_clock::why_not())) {
        return;
    }
    for (const auto& wrong : {std::chrono::seconds(year), std::chrono::seconds(-day)}) {
        CAPTURE(wrong.count());
        const false_clock clock;
        stage at({.tls = false, .environment = clock.environment()});
        at.ask("/v1/consent", std::string(R"({"marketing":"denied",)") + alice + "}");
        at.upstream().control(R"({"code":50000})");
        REQUIRE(at.event(granted("waits")).outcome == "queued");

        clock.set(wrong);
        REQUIRE(goes_on_trying(at));
        CHECK(at.event(granted("waits")).outcome == "duplicate");
        CHECK(at.event(of_alice("alices-1")).rule == "withdrawn");
        REQUIRE(at.event(granted("in-between")).outcome == "queued");
        REQUIRE(goes_on_trying(at));
        CHECK(dead_letters(at.gatepost().spool()).empty());

        clock.set(0s);
        REQUIRE(goes_on_trying(at));
        CHECK(at.event(granted("in-between")).outcome == "duplicate");
        CHECK(at.event(of_alice("alices-2")).rule == "withdrawn");
        at.upstream().control(R"({"mode":"ok"})");
        REQUIRE(at.settles());
        CHECK(at.times_arrived() == std::map<std::string, int>{{"in-between", 1}, {"waits", 1}});
        CHECK(dead_letters(at.gatepost().spool()).empty());
    }
}

TEST_CASE("clock faults: what was delivered is known by a clock that is a day behind") {
    if (skipped(false_clock::why_not())) {
        return;
    }
    const false_clock clock;
    stage at({.tls = false, .environment = clock.environment()});
    REQUIRE(at.event(granted("delivered")).outcome == "queued");
    REQUIRE(at.settles());
    clock.set(-day);
    CHECK(at.event(granted("delivered")).outcome == "duplicate");
    at.kill_and_start();
    CHECK(at.event(granted("delivered")).outcome == "duplicate");
    clock.set(0s);
    CHECK(at.event(granted("delivered")).outcome == "duplicate");
    CHECK(at.times_arrived() == std::map<std::string, int>{{"delivered", 1}});
}

TEST_CASE(
    "clock faults: a withdrawal told while the clock is behind outweighs the grant before it") {
    if (skipped(false_clock::why_not())) {
        return;
    }
    const false_clock clock;
    stage at({.tls = false, .environment = clock.environment()});
    const auto told = [&](const std::string& choice) {
        at.ask("/v1/consent", R"({"marketing":")" + choice + "\"," + alice + "}");
    };
    told("granted");
    clock.set(-day);
    told("denied");
    CHECK(at.event(of_alice("behind")).rule == "withdrawn");
    clock.set(0s);
    CHECK(at.event(of_alice("right")).rule == "withdrawn");
    at.kill_and_start();
    CHECK(at.event(of_alice("anew")).rule == "withdrawn");
    CHECK(at.arrivals().empty());
}

TEST_CASE("clock faults: wrong at the start and put right, nothing expires") {
    if (skipped(false_clock::why_not())) {
        return;
    }
    for (const auto& wrong : {std::chrono::seconds(year), std::chrono::seconds(-day)}) {
        CAPTURE(wrong.count());
        const false_clock clock;
        stage at({.tls = false, .environment = clock.environment()});
        at.ask("/v1/consent", std::string(R"({"marketing":"denied",)") + alice + "}");
        at.upstream().control(R"({"code":50000})");
        REQUIRE(at.event(granted("waits")).outcome == "queued");
        clock.set(wrong);
        at.kill_and_start();
        REQUIRE(goes_on_trying(at));
        CHECK(at.event(granted("waits")).outcome == "duplicate");
        CHECK(at.event(of_alice("alices")).rule == "withdrawn");
        clock.set(0s);
        REQUIRE(goes_on_trying(at));
        at.upstream().control(R"({"mode":"ok"})");
        REQUIRE(at.settles());
        CHECK(at.times_arrived() == std::map<std::string, int>{{"waits", 1}});
        CHECK(dead_letters(at.gatepost().spool()).empty());
    }
}

TEST_CASE(
    "clock faults: a certificate that a wrong clock calls expired stops delivery until then") {
    if (skipped(false_clock::why_not())) {
        return;
    }
    const false_clock clock;
    stage at({.environment = clock.environment()});
    clock.set(100 * year);
    at.gatepost().process().signal(SIGHUP); // connections that are kept have been verified before
    REQUIRE(at.event(granted("waits")).outcome == "queued");
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "tls") >= 1; }));
    CHECK(status_of(at.gatepost(), pixel_code).last_outcome == "tls");
    CHECK(delivered(at.gatepost(), pixel_code) == 0);
    clock.set(0s);
    REQUIRE(at.settles());
    CHECK(at.times_arrived() == std::map<std::string, int>{{"waits", 1}});
}
