// Events that wait while their visitor changes his mind, over real sockets and a real disk.

#include "alice_and_bob.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <support/eventually.hpp>
#include <thread>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using std::chrono::seconds;
using strings = std::vector<std::string>;

TEST_CASE("withdrawal: takes back what is tried again and again") {
    stage play;
    play.upstream().control(R"({"code":50000})");
    REQUIRE(play.event(granted("alices", alice)).outcome == "queued");
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    const auto done = swept_by(play.ask("/v1/consent", withdrawal(alice)));
    CHECK(done.recorded);
    // On its way to be refused once more, or not, or taken out by the relay's second look before.
    CHECK(done.deleted + done.in_flight <= 1);
    CHECK(done.complete);
    play.upstream().control(R"({"mode":"ok"})");
    REQUIRE(play.settles());
    CHECK(play.has_arrived("bobs"));
    CHECK_FALSE(play.has_arrived("alices"));
    CHECK(play.event(granted("later", alice)).rule == "withdrawn");
    CHECK_FALSE(play.has_arrived("later"));
}

TEST_CASE("withdrawal: deletes what waits, and lasts through kill -9") {
    stage play({.retries = false});
    play.hold_back();
    for (const auto* const id : {"alices-1", "alices-2"}) {
        REQUIRE(play.event(granted(id, alice)).outcome == "queued");
    }
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    const auto done = swept_by(play.ask("/v1/consent", withdrawal(alice)));
    CHECK(done.recorded);
    CHECK(done.deleted == 2);
    CHECK(done.in_flight == 0);
    CHECK(done.complete);
    // Withdrawn ids are free, but the withdrawal stands.
    CHECK(play.event(granted("alices-1", alice)).outcome == "dropped");

    play.kill_and_start();
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"bobs", "held-back"});
    const auto after = play.event(granted("after", alice));
    CHECK(after.rule == "withdrawn");
    CHECK(after.source == "registry");
}

TEST_CASE("withdrawal: a refusal seen on an event stops what waits, also through kill -9") {
    stage play({.retries = false});
    play.hold_back();
    REQUIRE(play.event(granted("waiting", alice)).outcome == "queued");
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    CHECK(play.event(event_with("refusal", alice + R"(,"consent":{"marketing":"denied"})")).rule ==
          "explicit-denial");
    play.kill_and_start();
    REQUIRE(play.settles());
    CHECK(play.has_arrived("bobs"));
    CHECK_FALSE(play.has_arrived("waiting"));
    // It leaves no lasting record: the next grant is a grant.
    CHECK(count(play.ask("/v1/subject", "{" + alice + "}"), "registry") == 0);
    CHECK(play.event(granted("changed-mind", alice)).outcome == "queued");
    REQUIRE(play.settles());
    CHECK(play.has_arrived("changed-mind"));
}

TEST_CASE(
    "withdrawal: an erasure leaves nothing of the visitor on the disk, dead letters included") {
    stage play({.retries = false});
    const std::string marker = "planted-description-8086";
    const auto with_marker = [&](const std::string& id) {
        return event_with(id, alice + "," + grant_at(seconds(-60)) + "," + german +
                                  R"(,"properties":{"description":")" + marker + "\"}");
    };
    play.upstream().control(R"({"code":40002,"count":1})");
    REQUIRE(play.event(with_marker("dead")).outcome == "queued");
    REQUIRE(eventually([&] { return play.dead_letters() == 1; }));
    play.hold_back();
    REQUIRE(play.event(with_marker("waiting")).outcome == "queued");
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    const auto held = play.ask("/v1/subject", "{" + alice + "}");
    CHECK(count(held, "waiting") == 1);
    CHECK(count(held, "dead_letters") == 1);
    REQUIRE_FALSE(play.files_with(marker).empty());

    const auto done = swept_by(play.ask("/v1/erasure", "{" + alice + "}"));
    CHECK(done.recorded);
    CHECK(done.deleted == 2);
    CHECK(done.in_flight == 0);
    CHECK(done.complete);
    CHECK(play.dead_letters() == 0);
    const auto gone = play.ask("/v1/subject", "{" + alice + "}");
    CHECK(count(gone, "waiting") == 0);
    CHECK(count(gone, "dead_letters") == 0);
    REQUIRE(count(gone, "registry") == 1); // the keyed suppression
    CHECK(gone.root().find("registry").at(0).find("state").text() == "erased");

    CHECK(eventually([&] { return play.files_with(marker).empty(); }));
    CHECK(play.stop() == 0);
    CHECK(play.files_with(marker) == strings());
    CHECK(play.files_with("alice") == strings());
    play.gatepost().start();
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"bobs", "held-back"});
    CHECK(play.event(granted("again", alice)).rule == "withdrawn");
    // A new choice is a new beginning; the dead and the erased have freed their ids.
    play.ask("/v1/consent", grant(alice));
    CHECK(play.event(silent("dead", alice)).outcome == "queued");
}

TEST_CASE("withdrawal: what is on its way is counted, and is not sent a second time") {
    stage play;
    play.upstream().control(R"({"mode":"hang"})");
    REQUIRE(play.event(granted("hanging", alice)).outcome == "queued");
    // Leased is not enough: until the request is written it would be held back.
    REQUIRE(eventually(
        [&] { return play.upstream().events().root().find("requests").integer() == 1; }));
    const auto done = swept_by(play.ask("/v1/consent", withdrawal(alice)));
    CHECK(done.deleted == 0);
    CHECK(done.in_flight == 1);
    CHECK(done.complete);
    play.upstream().control(R"({"mode":"ok"})");
    play.kill_and_start();
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"bobs"});
}

TEST_CASE("withdrawal: once it is answered, no more arrives than it says is in flight") {
    stage play({.more = "listen: {http: 127.0.0.1:0, threads: 2}\n"});
    constexpr std::size_t events = 300;
    const auto post_all = [&](const std::string& name, const std::string& who) {
        http_connection over(play.gatepost().ingest());
        for (std::size_t i = 0; i < events; ++i) {
            over.post("/v1/events", granted(name + "-" + std::to_string(i), who));
        }
    };
    const auto alices = [&] {
        return std::ranges::count_if(
            play.arrived_ids(), [](const std::string& id) { return id.starts_with("alice-"); });
    };
    std::thread alices_shop([&] { post_all("alice", alice); });
    std::thread bobs_shop([&] { post_all("bob", bob); });
    const bool began = eventually([&] { return alices() > 0; });
    const auto done = swept_by(play.ask("/v1/consent", withdrawal(alice)));
    const auto then = alices();
    alices_shop.join();
    bobs_shop.join();
    CHECK(began);
    REQUIRE(play.settles());
    CHECK(done.complete);
    CHECK(alices() - then <= done.in_flight);
    CHECK(play.arrived_ids().size() - static_cast<std::size_t>(alices()) == events);
}

TEST_CASE("withdrawal: a refusal further down in a list takes back the event before it") {
    stage play;
    const auto list = "[" + granted("hopeful", alice) + "," + granted("bobs", bob) + "," +
                      event_with("refusal", alice + R"(,"consent":{"marketing":"denied"})") + "]";
    const auto answered = verdicts(play.post("/v1/events", list));
    REQUIRE(answered.size() == 3);
    CHECK(answered[2].rule == "explicit-denial");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"bobs"});
}

TEST_CASE("withdrawal: GPC takes back what waits to be sent in full, and only that") {
    stage play({.more = "consent: {us_opt_out: limited}\n", .retries = false});
    play.hold_back();
    const auto of_alice = [](const std::string& id) {
        return event_with(id, alice + R"(,"visitor":{"country":"US","region":"CA"})");
    };
    REQUIRE(play.event(of_alice("in-full")).action == "send");
    REQUIRE(play.event(of_alice("limited"), {{"Sec-GPC", "1"}}).action == "send_limited");
    REQUIRE(play.event(of_alice("limited-too")).action == "send_limited");
    play.kill_and_start();
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"held-back", "limited", "limited-too"});
    CHECK(play.arrivals().at("limited").limited);
    CHECK(play.arrivals().at("limited-too").limited);
}
