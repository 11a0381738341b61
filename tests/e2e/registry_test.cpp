// What visitors tell the server about themselves, and how long it counts, over real sockets.

#include "alice_and_bob.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <support/eventually.hpp>
#include <support/false_clock.hpp>
#include <support/skipped.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using std::chrono::seconds;
using strings = std::vector<std::string>;

TEST_CASE("registry: only a later grant with a time, or one told to the server, lifts") {
    stage play;
    play.ask("/v1/consent",
             R"({"marketing":"denied","at":)" + seconds_from_now(seconds(-30)) + "," + alice + "}");
    CHECK(play.event(granted("older", alice)).rule == "withdrawn");
    const auto timeless = alice + R"(,"consent":{"marketing":"granted"},)" + german;
    CHECK(play.event(event_with("timeless", timeless)).rule == "withdrawn");
    CHECK(play.event(silent("header", alice), {{"X-Consent-Marketing", "granted"}}).rule ==
          "withdrawn");
    const auto ahead =
        play.event(event_with("ahead", alice + "," + grant_at(seconds(60)) + "," + german));
    CHECK(ahead.rule == "withdrawn"); // a clock that is fast says nothing about what came first
    const auto lifting =
        play.event(event_with("lifting", alice + "," + grant_at(seconds(-20)) + "," + german));
    CHECK(lifting.outcome == "queued");
    CHECK(lifting.rule == "explicit-grant");
    // For good: an older grant is as good as it was.
    CHECK(play.event(granted("older-again", alice)).outcome == "queued");

    play.ask("/v1/consent",
             R"({"marketing":"denied","at":)" + seconds_from_now(seconds(-30)) + "," + bob + "}");
    CHECK(play.event(granted("bobs-1", bob)).rule == "withdrawn");
    play.ask("/v1/consent", grant(bob));
    const auto told = play.event(silent("bobs-2", bob));
    CHECK(told.outcome == "queued");
    CHECK(told.source == "registry");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"bobs-2", "lifting", "older-again"});
}

TEST_CASE("registry: a guest's id neither frees nor blocks anybody") {
    stage play;
    const std::string guest = R"("user":{"external_id":"guest"})";
    const std::string alice_guest =
        R"("user":{"email":"alice@example.com","external_id":"Guest "})";
    const std::string bob_guest = R"("user":{"email":"bob@example.com","external_id":"guest"})";
    CHECK(play.post("/v1/consent", withdrawal(guest)).status == 422);
    play.ask("/v1/consent", withdrawal(alice_guest));
    CHECK(play.event(granted("alices", alice)).rule == "withdrawn");
    CHECK(play.event(granted("bobs", bob_guest)).outcome == "queued");
    CHECK(play.event(granted("guests", guest)).outcome == "queued");

    play.ask("/v1/consent", grant(bob_guest));
    CHECK(play.event(silent("bobs-silent", bob)).rule == "explicit-grant");
    CHECK(play.event(silent("guests-silent", guest)).rule == "opt-in-default");
    // A real id beside it counts: a denial of either, a grant only of both.
    const std::string both = R"("user":{"email":["bob@example.com","alice@example.com"]})";
    CHECK(play.event(granted("shared-device", both)).rule == "withdrawn");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"bobs", "bobs-silent", "guests"});
}

TEST_CASE("registry: a visitor is known by the click ids of cookies and page addresses") {
    stage play;
    http_connection over(play.gatepost().ingest());
    const http_connection::headers browser{{"Cookie", "_ttp=2abcTTP; ttclid=E.C.P.abc"}};
    REQUIRE(over.post("/v1/consent", R"({"marketing":"denied"})", browser).status == 200);
    const auto by_page = [](const std::string& id, const std::string& click) {
        return event_with(id, R"("page":{"url":"https://shop.example/?ttclid=)" + click + "\"}," +
                                  grant_at(seconds(-60)) + "," + german);
    };
    CHECK(play.event(granted("cookie", R"("user":{"ttp":"2abcTTP"})")).rule == "withdrawn");
    CHECK(play.event(by_page("page", "E.C.P.abc")).rule == "withdrawn");
    CHECK(play.event(by_page("other-click", "E.C.P.def")).outcome == "queued");
    CHECK(play.event(granted("request", R"("user":{})"), browser).rule == "withdrawn");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"other-click"});
    // Who has no identifier cannot be known again.
    CHECK(over.post("/v1/consent", R"({"marketing":"denied"})").status == 422);
}

TEST_CASE("registry: a withdrawal at one controller leaves another's events alone") {
    const std::string brand_pixel = "CBRAND0PIXEL0CODE";
    const auto pixel = [](const std::string& id, const std::string& controller) {
        return "{id: " + id + ", access_token_env: TEST_ACCESS_TOKEN, controller: " + controller +
               "}";
    };
    stage play({.more = "pixels: [" + pixel(pixel_code, "shop") + ", " +
                        pixel(brand_pixel, "brand") + "]\n"});
    play.upstream().control(R"({"code":50000})");
    const auto of_shop = std::string("\"pixel\":\"") + pixel_code + "\"," + alice;
    const auto of_brand = "\"pixel\":\"" + brand_pixel + "\"," + alice;
    REQUIRE(play.event(granted("shop-1", of_shop)).outcome == "queued");
    REQUIRE(play.event(granted("brand-1", of_brand)).outcome == "queued");
    CHECK(play.post("/v1/consent", withdrawal(alice)).status == 422); // whose?
    const auto done = swept_by(play.ask("/v1/consent", withdrawal(of_shop)));
    CHECK(done.deleted + done.in_flight <= 1); // of the shop's alone; the second look may be first
    CHECK(play.event(granted("shop-2", of_shop)).rule == "withdrawn");
    CHECK(play.event(granted("brand-2", of_brand)).outcome == "queued");
    play.upstream().control(R"({"mode":"ok"})");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"brand-1", "brand-2"});
}

TEST_CASE("registry: GPC seen on one device counts on the visitor's others in the US") {
    stage play;
    const std::string american = R"("visitor":{"country":"US","region":"CA"})";
    const auto of_alice = [&](const std::string& id) {
        return event_with(id, alice + "," + american);
    };
    CHECK(play.event(of_alice("before")).rule == "opt-out-default");
    REQUIRE(play.settles());
    CHECK(play.event(of_alice("phone"), {{"Sec-GPC", "1"}}).source == "header:sec-gpc");
    const auto laptop = play.event(of_alice("laptop"));
    CHECK(laptop.rule == "opt-out-signal");
    CHECK(laptop.source == "registry");
    CHECK(play.event(event_with("bobs", bob + "," + american)).rule == "opt-out-default");
    // Where consent comes first a grant of one's own outweighs it.
    CHECK(play.event(granted("on-holiday", alice)).outcome == "queued");

    play.kill_and_start();
    CHECK(play.event(of_alice("after-restart")).rule == "opt-out-signal");
    // The visitor may say yes to the server.
    play.ask("/v1/consent", grant(alice));
    CHECK(play.event(of_alice("allowed")).rule == "explicit-grant");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"allowed", "before", "bobs", "on-holiday"});
}

TEST_CASE("registry: without its key, or with another, the daemon does not start") {
    stage play({.retries = false});
    play.hold_back();
    play.ask("/v1/consent", withdrawal(alice));
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    const auto key = play.gatepost().spool() / "identity.key";
    const auto other = play.directory().file("aside.key");
    REQUIRE(play.stop() == 0);

    const auto refuses_to_start = [&] {
        const auto before = read_file(play.gatepost().log_file()).size();
        child_process daemon(
            {program_under_test(), "serve", "--config", play.gatepost().config_file()},
            play.gatepost().log_file(), {{"TEST_ACCESS_TOKEN", access_token}});
        CHECK(daemon.wait() == 1);
        return read_file(play.gatepost().log_file()).substr(before);
    };
    std::filesystem::rename(key, other);
    const auto missing = refuses_to_start();
    CHECK(missing.find("identity.key_file " + key.string()) != std::string::npos);
    CHECK(missing.find("missing") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(key)); // none is made beside a registry

    auto digits = read_file(other);
    digits.front() = digits.front() == '0' ? '1' : '0';
    std::ofstream(key) << digits;
    std::filesystem::permissions(key, std::filesystem::perms(0600));
    CHECK(
        refuses_to_start().find("registry " + (play.gatepost().spool() / "registry.db").string()) !=
        std::string::npos);
    CHECK(play.arrivals().empty());

    std::filesystem::rename(other, key);
    play.gatepost().start();
    REQUIRE(play.settles());
    CHECK(play.has_arrived("bobs"));
    CHECK(play.event(granted("alices", alice)).rule == "withdrawn");
}

TEST_CASE("registry: gone or emptied where there was one, the daemon does not start") {
    stage play({.tls = false, .retries = false});
    play.hold_back();
    play.ask("/v1/consent", withdrawal(alice));
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    const auto file = play.gatepost().spool() / "registry.db";
    // What it holds is in the file alone as soon as nothing more is to be written.
    REQUIRE(eventually([&] { return std::filesystem::file_size(file.string() + "-wal") == 0; }));
    const auto whole = read_file(file);
    play.gatepost().process().signal(SIGKILL);
    play.gatepost().process().wait();

    const auto key = play.gatepost().spool() / "identity.key";
    const auto its_key = read_file(key);
    for (const auto* const what : {"gone", "emptied", "gone, and its key"}) {
        CAPTURE(what);
        std::filesystem::remove(file);
        std::filesystem::remove(file.string() + "-wal");
        if (what == std::string_view("emptied")) {
            std::ofstream(file).flush();
        } else if (what == std::string_view("gone, and its key")) {
            std::filesystem::remove(key);
        }
        const auto before = read_file(play.gatepost().log_file()).size();
        play.gatepost().launch();
        CHECK(play.gatepost().process().wait() == 1);
        const auto told = read_file(play.gatepost().log_file()).substr(before);
        CAPTURE(told);
        CHECK(told.find("from a backup") != std::string::npos);
    }
    CHECK_FALSE(std::filesystem::exists(key)); // none is made beside the mark of a registry
    CHECK(play.arrivals().empty());

    std::ofstream(file, std::ios::binary) << whole;
    std::ofstream(key) << its_key;
    for (const auto& each : {file, key}) {
        std::filesystem::permissions(each, std::filesystem::perms(0600));
    }
    play.gatepost().start();
    REQUIRE(play.settles());
    CHECK(play.event(granted("alices", alice)).rule == "withdrawn");
    CHECK(play.has_arrived("bobs"));
}

TEST_CASE("registry: a no after the clock was set back takes back what waited at the start") {
    if (skipped(false_clock::why_not())) {
        return;
    }
    const std::string denial =
        event_with("denial", alice + R"(,"consent":{"marketing":"denied"},)" + german);
    for (const auto* const way : {"/v1/consent", "/v1/erasure", "/v1/events"}) {
        CAPTURE(way);
        const false_clock clock;
        stage play({.tls = false, .environment = clock.environment()});
        play.upstream().control(R"({"code":50000})");
        REQUIRE(play.event(granted("alices", alice)).outcome == "queued");
        REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
        clock.set(-std::chrono::hours(24 * 365));
        play.kill_and_start();
        const auto body = way == std::string_view("/v1/consent")   ? withdrawal(alice)
                          : way == std::string_view("/v1/erasure") ? "{" + alice + "}"
                                                                   : denial;
        CHECK(play.post(way, body).status == 200);
        play.upstream().control(R"({"mode":"ok"})");
        REQUIRE(play.settles());
        CHECK(play.arrived_ids() == strings{"bobs"});
        if (way != std::string_view("/v1/events")) {
            clock.set(seconds(0));
            CHECK(play.event(granted("again", alice)).outcome == "dropped");
        }
    }
}

TEST_CASE("registry: what is held about a visitor is shown, and nothing changes by looking") {
    stage play({.retries = false});
    REQUIRE(play.event(granted("delivered", alice)).outcome == "queued");
    REQUIRE(play.settles());
    play.upstream().control(R"({"code":40002,"count":1})");
    REQUIRE(play.event(granted("dead", alice)).outcome == "queued");
    REQUIRE(eventually([&] { return play.dead_letters() == 1; }));
    play.hold_back();
    REQUIRE(play.event(granted("waiting", alice)).outcome == "queued");
    REQUIRE(play.event(granted("bobs", bob)).outcome == "queued");
    play.ask("/v1/consent", grant(alice));

    const auto about_alice = "{" + alice + "}";
    const auto seen = play.post("/v1/subject", about_alice);
    REQUIRE(seen.status == 200);
    const auto shown = core::json::parse(seen.body).value();
    REQUIRE(count(shown, "waiting") == 1);
    const auto waiting = shown.root().find("waiting").at(0);
    CHECK(waiting.find("event_id").text() == "waiting");
    CHECK(waiting.find("payload").find("event_id").text() == "waiting");
    REQUIRE(count(shown, "dead_letters") == 1);
    CHECK(shown.root().find("dead_letters").at(0).find("event_id").text() == "dead");
    CHECK(shown.root().find("dead_letters").at(0).find("reason").text() == "invalid");
    REQUIRE(count(shown, "registry") == 1);
    CHECK(shown.root().find("registry").at(0).find("kind").text() == "email");
    CHECK(shown.root().find("registry").at(0).find("state").text() == "granted");
    REQUIRE(count(shown, "audit") == 2);
    CHECK(shown.root().find("audit").at(0).find("event_id").text() == "delivered");
    CHECK(shown.root().find("audit").at(0).find("outcome").text() == "delivered");
    CHECK(shown.root().find("audit").at(1).find("event_id").text() == "dead");
    CHECK(shown.root().find("audit").at(1).find("outcome").text() == "refused");
    CHECK(shown.root().find("complete").boolean() == true);
    CHECK(seen.body.find("bob") == std::string::npos);
    CHECK(seen.body.find("alice@") == std::string::npos);

    CHECK(play.post("/v1/subject", about_alice).body == seen.body);
    const auto nobody = play.ask("/v1/subject", R"({"user":{"email":"carol@example.com"}})");
    for (const auto* const part : {"waiting", "dead_letters", "registry", "audit"}) {
        CHECK(count(nobody, part) == 0);
    }
    CHECK(play.post("/v1/subject", "{}").status == 422);
    play.kill_and_start();
    REQUIRE(play.settles());
    CHECK(play.has_arrived("waiting"));
    CHECK(play.dead_letters() == 1);
}
