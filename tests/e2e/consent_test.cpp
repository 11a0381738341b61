// What each kind of visitor is answered and what of it arrives, over real sockets.

#include "signals.hpp"
#include "visits.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <tuple>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using headers = http_connection::headers;

} // namespace

TEST_CASE("consent: of 71 visitors each is answered by its rule, and exactly the sends arrive") {
    stage play({.more = configuration_of_visits()});
    const auto visits = all_visits();
    for (const auto& one : visits) {
        CAPTURE(one.id);
        const auto said = play.event(body_of(one), one.request);
        CHECK(said.rule == one.rule);
        CHECK(said.action == one.action);
        CHECK(said.source == one.source);
        CHECK(said.outcome == (std::string(one.action) == "drop" ? "dropped" : "queued"));
    }
    REQUIRE(play.settles());
    const auto arrived = play.arrivals();
    std::size_t sent = 0;
    for (const auto& one : visits) {
        CAPTURE(one.id);
        const std::string action = one.action;
        const auto found = arrived.find(one.id);
        CHECK((found != arrived.end()) == (action != "drop"));
        if (found != arrived.end()) {
            CHECK(found->second.pixel == one.pixel);
            CHECK(found->second.limited == (action == "send_limited"));
            ++sent;
        }
    }
    CHECK(sent == arrived.size());
    CHECK(visits.size() == 71);
}

TEST_CASE("consent: in a list the request grants nothing, and what it denies it denies to all") {
    stage play({.more = configuration_of_visits()});
    const auto named = std::string("\"pixel\":\"") + pixel_code + "\",";
    const auto post_three = [&](const std::string& about, const headers& extra) {
        const auto list =
            "[" + event_with(about + "-bare", named + R"("visitor":{"country":"DE"})") + "," +
            event_with(about + "-granted",
                       named + R"("visitor":{"country":"DE"},)" + says("marketing", "granted")) +
            "," + event_with(about + "-american", named + R"("visitor":{"country":"US"})") + "]";
        std::vector<std::string> rules;
        for (const auto& each : verdicts(play.post("/v1/events", list, extra))) {
            rules.push_back(each.rule);
        }
        return rules;
    };
    using rules = std::vector<std::string>;
    const rules each_alone{"opt-in-default", "explicit-grant", "opt-out-default"};
    CHECK(post_three("plain", {}) == each_alone);
    CHECK(post_three("cookie", {{"Cookie", klaro}}) == each_alone);
    CHECK(post_three("header", {{"X-Consent-Marketing", "granted"}}) == each_alone);
    CHECK(post_three("place", {{"CF-IPCountry", "US"}, {"X-Forwarded-For", "203.0.113.9"}}) ==
          each_alone);
    CHECK(post_three("gpc", {{"Sec-GPC", "1"}}) ==
          rules{"opt-out-signal", "explicit-grant", "opt-out-signal"});
    CHECK(post_three("no", {{"Cookie", cookiebot_no}}) == rules(3, "explicit-denial"));
    CHECK(post_three("sale", {{"Cookie", "usprivacy=1YYN"}}) == rules(3, "opt-out-signal"));
    REQUIRE(play.settles());
    CHECK(play.arrived_ids() ==
          std::vector<std::string>{"cookie-american", "cookie-granted", "gpc-granted",
                                   "header-american", "header-granted", "place-american",
                                   "place-granted", "plain-american", "plain-granted"});
}

TEST_CASE("consent: a word that is neither granted nor denied is told, without being repeated") {
    stage play;
    const auto answer = play.post("/v1/events", event_with("e1", R"("visitor":{"country":"US"},)" +
                                                                     says("marketing", "oui")));
    CHECK(verdicts(answer).front().rule == "unreadable");
    CHECK(answer.body.find("/events/0/consent/marketing: neither granted nor denied") !=
          std::string::npos);
    CHECK(answer.body.find("oui") == std::string::npos);
}

TEST_CASE("consent: the page script is the file of the tree, and the door stands before it") {
    stage play({.more = "listen: {http: 127.0.0.1:0, allowed_origins: [https://shop.example]}\n"});
    const auto file = read_file(GATEPOST_SOURCE_DIR "/config/consent-relay.js");
    REQUIRE_FALSE(file.empty());
    CHECK(file.size() < 2048);
    http_connection over(play.gatepost().ingest());
    const auto whole = over.get("/consent-relay.js");
    CHECK(whole.status == 200);
    CHECK(whole.body == file);
    CHECK(whole.headers.at("content-type") == "text/javascript; charset=utf-8");
    const auto head = over.request("HEAD", "/consent-relay.js", {}, "");
    CHECK(head.status == 200);
    CHECK(head.headers.at("content-length") == std::to_string(file.size()));
    CHECK(over.get("/consent-relay.js/").body == file); // no byte of a body was left before it
    CHECK(over.request("GET", "/consent-relay.js", {{"Origin", "https://shop.example"}}, "").body ==
          file);
    CHECK(over.request("DELETE", "/consent-relay.js", {}, "").status == 405);
    const auto refused =
        http_connection(play.gatepost().ingest())
            .request("GET", "/consent-relay.js", {{"Origin", "https://evil.example"}}, "");
    CHECK(refused.status == 403);
    CHECK(refused.body.find("origin_not_allowed") != std::string::npos);
}

TEST_CASE("consent: a site whose TC strings never disclose the vendor is named once") {
    stage play;
    const auto post_strings = [&](const std::string& string, int count) {
        std::string list;
        for (int i = 0; i < count; ++i) {
            list += (i == 0 ? "[" : ",") +
                    event_with("", R"("visitor":{"country":"DE"},)" + says("tcf", string));
        }
        CHECK(play.post("/v1/events", list + "]").status == 200);
    };
    // The whole `tcf` of the only pixel.
    const auto tallied = [&] {
        const auto status =
            core::json::parse(http_get(play.gatepost().admin(), "/v1/status").body).value();
        const auto tcf = status.root().find("pixels").at(0).find("tcf");
        return std::tuple(
            tcf.find("disclosed").integer().value(), tcf.find("not_disclosed").integer().value(),
            tcf.find("unreadable").integer().value(), static_cast<bool>(tcf.find("warning")));
    };
    const auto log_lines = [&] {
        const auto log = read_file(play.gatepost().log_file());
        const std::string_view about = "no TC string discloses the vendor";
        std::size_t count = 0;
        for (auto at = log.find(about); at != std::string::npos; at = log.find(about, at + 1)) {
            ++count;
        }
        return count;
    };
    post_strings("garbage", 2);
    post_strings(tc_not_disclosed, 99);
    CHECK(tallied() == std::tuple(0, 99, 2, false));
    CHECK(log_lines() == 0);
    post_strings(tc_not_disclosed, 51);
    CHECK(tallied() == std::tuple(0, 150, 2, true));
    CHECK(log_lines() == 1);
    CHECK(play.gatepost().metric(std::string("gatepost_tcf_strings_total{pixel=\"") + pixel_code +
                                 "\",vendor=\"not_disclosed\"}") == 150);
    // One that does, even if it refuses, shows that the vendor is asked for.
    post_strings(tc_vendor_refused, 1);
    CHECK(tallied() == std::tuple(1, 150, 2, false));
}
