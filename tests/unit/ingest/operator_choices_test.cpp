// What the operator decides beside consent: modes, events and properties that are not sent, names.

#include "trial.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatepost;
using namespace gatepost::test;
using ingest::outcome;
using strings = std::vector<std::string>;

namespace {

std::string event_named(const std::string& name, const std::string& more = "") {
    return R"({"event":")" + name + R"(","event_id":"1","consent":{"marketing":"granted"})" + more +
           "}";
}

core::json::document sent(const ingest::judgement& judged) {
    return core::json::parse(judged.records.at(0)->payload).value();
}

strings kinds_of(const ingest::judgement& judged) {
    strings kinds;
    judged.verdicts[0].identifiers.each([&](std::string_view kind) { kinds.emplace_back(kind); });
    return kinds;
}

} // namespace

TEST_CASE("observe: an event is decided about and nothing of it is kept") {
    auto chosen = one_pixel();
    chosen.pixels[0].observes = true;
    trial subject(chosen);
    const auto granted = subject.judge(event_named("Purchase"));
    CHECK(granted.verdicts[0].outcome == outcome::observed);
    CHECK(granted.verdicts[0].decision->action == consent::action::send);
    CHECK(granted.records.empty());
    const auto silent = subject.judge(R"({"event":"Purchase","event_id":"1"})");
    CHECK(silent.verdicts[0].outcome == outcome::observed);
    CHECK(silent.verdicts[0].decision->action == consent::action::drop);
    CHECK(silent.records.empty());
}

TEST_CASE("deny_events: such an event is dropped, but what its visitor said comes first") {
    auto chosen = one_pixel();
    chosen.pixels[0].deny_events = {"Search"};
    trial subject(chosen);
    const auto kept_back = subject.judge(event_named("Search"));
    CHECK(kept_back.verdicts[0].outcome == outcome::dropped);
    CHECK(kept_back.verdicts[0].decision->rule == consent::rule::denied_event);
    CHECK(kept_back.verdicts[0].decision->source == "none");
    CHECK(kept_back.records.empty());
    const auto refused =
        subject.judge(R"({"event":"Search","event_id":"1","consent":{"marketing":"denied"}})");
    CHECK(refused.verdicts[0].decision->rule == consent::rule::explicit_denial);
    CHECK(subject.judge(event_named("Purchase")).verdicts[0].outcome == outcome::queued);
}

TEST_CASE("deny_events: a mapped event is meant by either of its names") {
    auto chosen = one_pixel();
    chosen.map_names = true;
    chosen.pixels[0].deny_events = {GENERATE(as<std::string>(), "search", "Search")};
    trial subject(chosen);
    CHECK(subject.judge(event_named("search")).verdicts[0].outcome == outcome::dropped);
}

TEST_CASE("names: they are kept, or those of others become TikTok's") {
    auto chosen = one_pixel();
    chosen.map_names = true;
    trial mapping(chosen);
    const auto mapped = mapping.judge(event_named("begin_checkout"));
    CHECK(mapped.records.at(0)->event == "InitiateCheckout");
    CHECK(sent(mapped).root().find("event").text() == "InitiateCheckout");
    CHECK(mapping.judge(event_named("Order Completed")).records.at(0)->event == "Purchase");

    trial keeping;
    CHECK(keeping.judge(event_named("begin_checkout")).records.at(0)->event == "begin_checkout");
    CHECK(keeping.judge(event_named("Order Completed")).verdicts[0].outcome == outcome::rejected);
}

TEST_CASE(
    "names: when they are mapped, page views of other tools are not relayed, TikTok's own is") {
    auto chosen = one_pixel();
    chosen.map_names = true;
    trial mapping(chosen);
    const auto viewed = mapping.judge(event_named("page_view"));
    CHECK(viewed.verdicts[0].outcome == outcome::dropped);
    CHECK(viewed.verdicts[0].decision->rule == consent::rule::denied_event);
    CHECK(mapping.judge(event_named("Pageview")).verdicts[0].outcome == outcome::queued);
    trial keeping;
    CHECK(keeping.judge(event_named("PageView")).verdicts[0].outcome == outcome::queued);
}

TEST_CASE("minimisation: properties and the address that the operator does not send stay here") {
    auto chosen = one_pixel();
    chosen.pixels[0].deny_properties = {"query", "content_name"};
    chosen.pixels[0].send_ip = false;
    trial subject(chosen);
    const auto judged =
        subject.judge(event_named("Search", R"(,"visitor":{"ip":"203.0.113.10","user_agent":"UA"},
                     "properties":{"query":"shoes","value":1,"currency":"EUR",
                                   "contents":[{"content_id":"1","content_name":"Shoe"}]})"));
    const auto payload = sent(judged);
    CHECK_FALSE(payload.root().find("properties").find("query"));
    CHECK(payload.root().find("properties").find("value"));
    CHECK_FALSE(payload.root().find("properties").find("contents").at(0).find("content_name"));
    CHECK(payload.root().find("properties").find("contents").at(0).find("content_id"));
    CHECK_FALSE(payload.root().find("user").find("ip"));
    CHECK(kinds_of(judged) == strings{"user_agent"});
}

TEST_CASE("test code: an event's own one makes another variant of its record") {
    trial subject;
    CHECK(subject.judge(event_named("Purchase")).records.at(0)->variant == "web/");
    const auto judged = subject.judge(event_named("Purchase", R"(,"test_event_code":"TEST1")"));
    CHECK(judged.records.at(0)->variant == "web/TEST1");
    CHECK(judged.records.at(0)->payload.find("TEST1") == std::string::npos);
}

TEST_CASE("identifiers: the kinds that a queued event carries are known, and none of others") {
    trial subject;
    const auto judged = subject.judge(event_named(
        "Purchase",
        R"(,"user":{"email":["a@b.example","c@d.example"],"phone":"+12133734253","external_id":" ",
                    "first_name":"Ada","ttclid":"E.C.P.x","idfv":"6d92078a-8246-4ba4-ae5b-76104861e7dc"},
            "visitor":{"ip":"203.0.113.10"})"));
    CHECK(kinds_of(judged) == strings{"email", "phone", "ttclid", "ip", "first_name", "idfv"});
    CHECK(kinds_of(subject.judge(R"({"event":"a","user":{"email":"a@b.example"}})")).empty());

    auto old = one_pixel();
    old.pixels[0].api = tiktok::api::pixel;
    trial by_old(old);
    CHECK(kinds_of(by_old.judge(
              event_named("Purchase", R"(,"user":{"email":"a@b.example","first_name":"Ada"})"))) ==
          strings{"email"});
}
