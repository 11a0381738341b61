// Decision tokens: events of an order without a browser, over real sockets.

#include "alice_and_bob.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using strings = std::vector<std::string>;

TEST_CASE("token: what the checkout was allowed, the order's later events are, until withdrawn") {
    stage play;
    const auto checkout =
        play.event(silent("checkout", alice), {{"Cookie", "tarteaucitron=!gtag=true!tiktok=true"}});
    REQUIRE(checkout.outcome == "queued");
    REQUIRE_FALSE(checkout.token.empty());
    const auto later = [&](const std::string& id, const std::string& token) {
        return event_with(id, alice + R"(,"consent":{"token":")" + token + "\"}," + german);
    };
    CHECK(play.event(silent("without", alice)).rule == "opt-in-default");
    const auto paid = play.event(later("paid", checkout.token));
    CHECK(paid.outcome == "queued");
    CHECK(paid.rule == "explicit-grant");
    CHECK(paid.source == "token");

    // One character is enough, wherever it stands.
    for (const std::size_t place :
         {std::size_t{0}, checkout.token.size() / 2, checkout.token.size() - 1}) {
        auto flipped = checkout.token;
        flipped[place] = flipped[place] == 'A' ? 'B' : 'A';
        CAPTURE(place);
        const auto forged = play.event(later("forged-" + std::to_string(place), flipped));
        CHECK(forged.rule == "unreadable");
        CHECK(forged.source == "token");
    }
    REQUIRE(play.settles()); // a denial takes back what waits
    // A denial has a token, too.
    const auto refusal =
        play.event(event_with("refusal", R"("consent":{"marketing":"denied"},)" + german));
    REQUIRE_FALSE(refusal.token.empty());
    CHECK(play.event(later("of-a-refusal", refusal.token)).rule == "explicit-denial");

    play.kill_and_start();
    CHECK(play.event(later("shipped", checkout.token)).outcome == "queued");
    REQUIRE(play.settles());
    play.ask("/v1/consent", withdrawal(alice));
    CHECK(play.event(later("refund", checkout.token)).rule == "withdrawn");
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() == strings{"checkout", "paid", "shipped"});
}
