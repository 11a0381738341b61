// What the registry is told, and what it changes, when events come in one after the other.

#include "running_routes.hpp"

#include <catch2/catch.hpp>

#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::string choice(std::string_view verdict, std::chrono::seconds from_start) {
    const auto at = core::to_seconds(fake_clock::start) + from_start;
    return R"("consent":{"marketing":")" + std::string(verdict) + R"(","at":)" +
           std::to_string(at.time_since_epoch().count()) + "}";
}

std::string event_of(int id, std::string_view user, std::string_view rest) {
    return R"({"event":"Purchase","event_id":"o)" + std::to_string(id) + R"(","user":{)" +
           std::string(user) + "}," + std::string(rest) + "}";
}

constexpr std::string_view alice = R"("email":"alice@example.com")";
constexpr std::string_view bob = R"("email":"bob@example.com")";
const std::string granted =
    R"("visitor":{"country":"DE"},)" + choice("granted", std::chrono::hours(-5));
const std::string denied =
    R"("visitor":{"country":"DE"},)" + choice("denied", std::chrono::hours(-1));
const std::string in_us = R"("visitor":{"country":"US"})";
const std::string in_us_with_gpc = R"("visitor":{"country":"US","headers":{"sec-gpc":"1"}})";

std::string rule_of(const net::response& answer) {
    const auto body = core::json::parse(answer.body).value();
    return std::string(body.root().find("results").at(0).find("decision").find("rule").text());
}

// The spool works on a thread of its own.
std::uint64_t waiting_after_sweep(running_routes& daemon) {
    REQUIRE(eventually([&] { return !daemon.registry().sweep_needed(); }));
    return daemon.waiting();
}

} // namespace

TEST_CASE("memory: a denial seen on an event deletes what waits of that visitor, and of no other") {
    running_routes daemon;
    REQUIRE(daemon.post("/v1/events", event_of(1, alice, granted)).status == 202);
    REQUIRE(daemon.post("/v1/events", event_of(2, bob, granted)).status == 202);
    const auto refused = daemon.post("/v1/events", event_of(3, alice, denied));
    CHECK(rule_of(refused) == "explicit-denial");
    CHECK(waiting_after_sweep(daemon) == 1);
    SECTION("and leaves no lasting record") {
        CHECK(daemon.registry().empty());
        CHECK(daemon.post("/v1/events", event_of(4, alice, granted)).status == 202);
        CHECK(waiting_after_sweep(daemon) == 2);
    }
    SECTION("whose event_id is free again") {
        CHECK(daemon.post("/v1/events", event_of(1, alice, granted)).status == 202);
        CHECK(daemon.post("/v1/events", event_of(1, alice, granted)).status == 200);
    }
}

TEST_CASE("memory: in one list a refusal takes back what stands before it") {
    running_routes daemon;
    const auto list = "[" + event_of(1, alice, granted) + "," + event_of(2, bob, granted) + "," +
                      event_of(3, alice, denied) + "]";
    REQUIRE(daemon.post("/v1/events", list).status == 202);
    CHECK(waiting_after_sweep(daemon) == 1);
}

TEST_CASE("memory: in one list a grant behind a refusal is a later choice") {
    running_routes daemon;
    const auto list = "[" + event_of(1, alice, denied) + "," + event_of(2, alice, granted) + "]";
    REQUIRE(daemon.post("/v1/events", list).status == 202);
    CHECK(waiting_after_sweep(daemon) == 1);
}

TEST_CASE("memory: a denial counts beside a withdrawal that the registry knew already") {
    running_routes daemon;
    const auto browser = [](int id, std::string_view user, std::string_view rest) {
        return event_of(id, user, std::string(rest));
    };
    const std::string with_ttp = R"("ttp":"the-browser")";
    const auto both = std::string(alice) + "," + with_ttp;
    REQUIRE(daemon.post("/v1/events", browser(1, with_ttp, granted)).status == 202);
    REQUIRE(
        daemon.post("/v1/consent", R"({"marketing":"denied","user":{)" + std::string(alice) + "}}")
            .status == 200);
    REQUIRE(waiting_after_sweep(daemon) == 1);
    CHECK(rule_of(daemon.post("/v1/events", browser(2, both, denied))) == "withdrawn");
    CHECK(waiting_after_sweep(daemon) == 0);
}

TEST_CASE("memory: what the request around a list denies takes nothing back") {
    running_routes daemon;
    REQUIRE(daemon.post("/v1/events", event_of(1, alice, granted)).status == 202);
    const auto list = "[" + event_of(2, alice, granted) + "," + event_of(3, bob, granted) + "]";
    CHECK(daemon.post("/v1/events", list, {{"X-Consent-Marketing", "denied"}}).status == 200);
    CHECK(waiting_after_sweep(daemon) == 1);
}

TEST_CASE("memory: a grant dated ahead of the clock is no later than a withdrawal") {
    running_routes daemon;
    const auto ahead = R"("visitor":{"country":"DE"},)" + choice("granted", std::chrono::hours(1));
    REQUIRE(daemon.post("/v1/events", event_of(1, alice, ahead)).status == 202);
    const auto path = GENERATE("/v1/consent", "/v1/erasure");
    const auto body = R"({"marketing":"denied","user":{)" + std::string(alice) + "}}";
    CHECK(daemon.post(path, body).status == 200);
    CHECK(waiting_after_sweep(daemon) == 0);
    CHECK(rule_of(daemon.post("/v1/events", event_of(2, alice, ahead))) == "withdrawn");
    CHECK_FALSE(daemon.registry().empty());
}

TEST_CASE("memory: a choice made towards the server is newer than all before, clock or no clock") {
    running_routes daemon;
    const auto say = [&](const std::string& marketing) {
        const auto answer =
            daemon.post("/v1/consent", R"({"marketing":")" + marketing + R"(","user":{)" +
                                           std::string(alice) + "}}");
        return answer.body.find(R"("recorded":true)") != std::string::npos;
    };
    CHECK(say("denied"));
    CHECK(say("granted"));
    CHECK(daemon.post("/v1/events", event_of(1, alice, R"("visitor":{"country":"DE"})")).status ==
          202);
    daemon.clock.correct(-std::chrono::hours(2));
    CHECK(say("denied"));
    CHECK(waiting_after_sweep(daemon) == 0);
    CHECK(rule_of(daemon.post("/v1/events", event_of(2, alice, R"("visitor":{"country":"DE"})"))) ==
          "withdrawn");
    CHECK(say("granted"));
    CHECK(daemon.post("/v1/erasure", R"({"user":{)" + std::string(alice) + "}}")
              .body.find(R"("recorded":true)") != std::string::npos);
    CHECK(rule_of(daemon.post("/v1/events", event_of(3, alice, R"("visitor":{"country":"DE"})"))) ==
          "withdrawn");
}

TEST_CASE("memory: every copy of a browser's _ttp is asked for") {
    running_routes daemon;
    constexpr std::string_view first = R"("ttp":"the-first")";
    REQUIRE(
        daemon.post("/v1/consent", R"({"marketing":"denied","user":{)" + std::string(first) + "}}")
            .status == 200);
    const auto copies = R"("visitor":{"country":"US","cookie":"_ttp=another; _ttp=the-first"})";
    CHECK(rule_of(daemon.post("/v1/events", event_of(1, bob, copies))) == "withdrawn");
}

TEST_CASE("memory: a placeholder id neither frees nor blocks") {
    running_routes daemon;
    constexpr std::string_view guest = R"("external_id":"guest")";
    REQUIRE(daemon.post("/v1/events", event_of(1, guest, granted)).status == 202);
    REQUIRE(daemon.post("/v1/events", event_of(2, guest, denied)).status == 200);
    CHECK(waiting_after_sweep(daemon) == 1);
    CHECK(daemon.post("/v1/events", event_of(3, guest, granted)).status == 202);
}

TEST_CASE("memory: GPC in an opt-out regime is kept for a known visitor, on every device") {
    running_routes daemon;
    CHECK(daemon.post("/v1/events", event_of(1, alice, in_us)).status == 202);
    CHECK(rule_of(daemon.post("/v1/events", event_of(2, alice, in_us_with_gpc))) ==
          "opt-out-signal");
    CHECK(waiting_after_sweep(daemon) == 0);
    const auto elsewhere = daemon.post("/v1/events", event_of(3, alice, in_us));
    CHECK(rule_of(elsewhere) == "opt-out-signal");
    CHECK(elsewhere.body.find(R"("source":"registry")") != std::string::npos);
    CHECK(rule_of(daemon.post("/v1/events", event_of(4, bob, in_us))) == "opt-out-default");
    SECTION("but not what the request around a list says") {
        CHECK(daemon.post("/v1/events", "[" + event_of(5, bob, in_us) + "]", {{"Sec-GPC", "1"}})
                  .status == 200);
        const auto pair = "[" + event_of(6, bob, in_us) + "," + event_of(7, bob, in_us) + "]";
        const std::string_view fresh = R"("email":"carol@example.com")";
        const auto carol = "[" + event_of(6, fresh, in_us) + "," + event_of(7, fresh, in_us) + "]";
        CHECK(daemon.post("/v1/events", carol, {{"Sec-GPC", "1"}}).status == 200);
        CHECK(daemon.post("/v1/events", event_of(8, fresh, in_us)).status == 202);
    }
}

TEST_CASE("memory: who withdrew and later agrees is sent again") {
    running_routes daemon;
    const auto post = [&](const std::string& marketing, std::chrono::seconds at) {
        const auto seconds = core::to_seconds(fake_clock::start) + at;
        return daemon
            .post("/v1/consent", R"({"marketing":")" + marketing + R"(","user":{)" +
                                     std::string(alice) + R"(},"at":)" +
                                     std::to_string(seconds.time_since_epoch().count()) + "}")
            .status;
    };
    REQUIRE(post("denied", std::chrono::hours(-3)) == 200);
    CHECK(rule_of(daemon.post("/v1/events", event_of(1, alice, granted))) == "withdrawn");
    const auto newer = R"("visitor":{"country":"DE"},)" + choice("granted", std::chrono::hours(-2));
    CHECK(daemon.post("/v1/events", event_of(2, alice, newer)).status == 202);
    SECTION("the withdrawal has ended with it, for events without a choice of their own too") {
        CHECK(rule_of(daemon.post("/v1/events", event_of(3, alice, granted))) == "explicit-grant");
        CHECK(rule_of(daemon.post("/v1/events", event_of(4, alice, in_us))) == "opt-out-default");
    }
    SECTION("and who withdraws once more is not") {
        REQUIRE(post("denied", std::chrono::hours(-1)) == 200);
        CHECK(waiting_after_sweep(daemon) == 0);
        CHECK(rule_of(daemon.post("/v1/events", event_of(5, alice, newer))) == "withdrawn");
    }
}

TEST_CASE("memory: a withdrawal at one controller leaves another's events alone") {
    running_routes daemon(two_pixels());
    const auto for_pixel = [](int id, const char* pixel) {
        return event_of(id, alice, granted + R"(,"pixel":")" + pixel + "\"");
    };
    REQUIRE(daemon.post("/v1/events", for_pixel(1, first_pixel)).status == 202);
    REQUIRE(daemon.post("/v1/events", for_pixel(2, second_pixel)).status == 202);
    REQUIRE(daemon
                .post("/v1/consent", R"({"marketing":"denied","pixel":")" +
                                         std::string(second_pixel) + R"(","user":{)" +
                                         std::string(alice) + "}}")
                .status == 200);
    CHECK(waiting_after_sweep(daemon) == 1);
    CHECK(daemon.post("/v1/events", for_pixel(3, first_pixel)).status == 202);
    CHECK(rule_of(daemon.post("/v1/events", for_pixel(4, second_pixel))) == "withdrawn");
}

TEST_CASE("memory: explaining changes nothing") {
    running_routes daemon;
    REQUIRE(daemon.post("/v1/events", event_of(1, alice, granted)).status == 202);
    CHECK(rule_of(daemon.post("/v1/explain", event_of(2, alice, denied))) == "explicit-denial");
    CHECK(rule_of(daemon.post("/v1/explain", event_of(2, alice, in_us_with_gpc))) ==
          "opt-out-signal");
    CHECK(waiting_after_sweep(daemon) == 1);
    CHECK(daemon.registry().empty());
}

TEST_CASE("token: an order's later events go by the choice it was placed with") {
    running_routes daemon;
    const auto token_of = [&](const std::string& body) {
        const auto answer = daemon.post("/v1/events", body);
        const auto parsed = core::json::parse(answer.body).value();
        return std::string(
            parsed.root().find("results").at(0).find("decision").find("token").text());
    };
    const auto with_token = [](const std::string& token, std::string_view visitor) {
        return std::string(visitor) + R"(,"consent":{"token":")" + token + "\"}";
    };
    const auto yes = token_of(event_of(1, alice, granted));
    const auto no = token_of(event_of(2, alice, denied));
    const auto opted_out = token_of(event_of(3, alice, in_us_with_gpc));
    REQUIRE_FALSE(yes.empty());
    const std::string_view in_de = R"("visitor":{"country":"DE"})";
    const auto judged = [&](const std::string& token, std::string_view visitor) {
        return rule_of(daemon.post("/v1/explain", event_of(9, bob, with_token(token, visitor))));
    };
    CHECK(judged(yes, in_de) == "explicit-grant");
    CHECK(judged(no, in_de) == "explicit-denial");
    CHECK(judged(opted_out, in_us) == "opt-out-signal");
    CHECK(judged("gp1.x.y", in_us) == "unreadable");
    CHECK(token_of(event_of(4, bob, in_us)).empty());
    SECTION("its age counts from the choice") {
        daemon.clock.advance(std::chrono::hours(24 * 395));
        CHECK(judged(yes, in_de) == "grant-expired");
        CHECK(judged(no, in_de) == "explicit-denial");
    }
    SECTION("and the registry is asked all the same") {
        REQUIRE(
            daemon
                .post("/v1/consent", R"({"marketing":"denied","user":{"email":"bob@example.com"}})")
                .status == 200);
        CHECK(judged(yes, in_de) == "withdrawn");
    }
}

TEST_CASE("token: it ends with the platform's own expiry") {
    running_routes daemon;
    const auto in_an_hour = core::to_seconds(fake_clock::start) + std::chrono::hours(1);
    const auto cookie = R"(cc_cookie={\"categories\":[\"marketing\"],\"expirationTime\":)" +
                        std::to_string(in_an_hour.time_since_epoch().count()) + "000}";
    const auto answer =
        daemon.post("/v1/explain",
                    event_of(1, alice, R"("visitor":{"country":"DE","cookie":")" + cookie + "\"}"));
    const auto parsed = core::json::parse(answer.body).value();
    const auto token =
        std::string(parsed.root().find("results").at(0).find("decision").find("token").text());
    REQUIRE_FALSE(token.empty());
    const auto later = [&] {
        return rule_of(daemon.post(
            "/v1/explain",
            event_of(2, alice,
                     R"("visitor":{"country":"DE"},"consent":{"token":")" + token + "\"}")));
    };
    CHECK(later() == "explicit-grant");
    daemon.clock.advance(std::chrono::hours(2));
    CHECK(later() == "grant-expired");
}

TEST_CASE("token: one of another controller, or without a time of choice, counts for what it is") {
    running_routes daemon(two_pixels());
    const auto post = [&](std::string_view rest) {
        const auto answer = daemon.post("/v1/explain", event_of(1, alice, rest));
        return core::json::parse(answer.body).value();
    };
    const auto decision = [](const core::json::document& answer) {
        return answer.root().find("results").at(0).find("decision");
    };
    const auto own = post(granted + R"(,"pixel":")" + first_pixel + "\"");
    const auto token = std::string(decision(own).find("token").text());
    const auto other =
        post(R"("consent":{"token":")" + token + R"("},"pixel":")" + second_pixel + "\"");
    CHECK(decision(other).find("rule").text() == "unreadable");
    const auto timeless =
        post(R"("consent":{"marketing":"granted"},"pixel":")" + std::string(first_pixel) + "\"");
    const auto second = std::string(decision(timeless).find("token").text());
    const auto later = R"("consent":{"token":")" + second + R"("},"pixel":")" + first_pixel + "\"";
    CHECK(decision(post(later)).find("rule").text() == "explicit-grant");
    CHECK_FALSE(decision(post(later)).find("token"));
    daemon.clock.advance(std::chrono::hours(24 * 396));
    CHECK(decision(post(later)).find("rule").text() == "grant-expired");
}

TEST_CASE("disclosure: a site whose strings never name the vendor is told so") {
    ingest::disclosure_watch watch;
    for (int i = 0; i < 99; ++i) {
        watch.note("p", consent::disclosure::not_disclosed);
    }
    CHECK_FALSE(watch.tallies().at("p").never_disclosed());
    watch.note("p", consent::disclosure::not_disclosed);
    CHECK(watch.tallies().at("p").never_disclosed());
    watch.note("p", consent::disclosure::unreadable);
    watch.note("p", consent::disclosure::disclosed);
    CHECK_FALSE(watch.tallies().at("p").never_disclosed());
    CHECK(watch.tallies().at("p").not_disclosed == 100);
}

TEST_CASE("audit: with record all a drop leaves a line without a visitor") {
    auto chosen = one_pixel();
    chosen.audit_drops = true;
    running_routes daemon(chosen, {}, {.record = ledger::audit_record::all});
    daemon.post("/v1/events", event_of(1, alice, denied));
    std::vector<std::string> lines;
    const auto failure =
        ledger::read_audit(daemon.directory() + "/audit", {}, [&](std::string_view line) {
            lines.emplace_back(line);
            return true;
        });
    CHECK_FALSE(failure);
    REQUIRE(lines.size() == 1);
    const auto line = core::json::parse(lines[0]).value();
    CHECK(line.root().find("outcome").text() == "dropped");
    CHECK(line.root().find("event_id").text() == "o1");
    CHECK(line.root().find("decision").find("rule").text() == "explicit-denial");
    CHECK_FALSE(line.root().find("link"));
    CHECK(lines[0].find("alice") == std::string::npos);
}
