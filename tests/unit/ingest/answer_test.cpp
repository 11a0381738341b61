// The answers as applications read them, and who a request says its visitor is.

#include "running_routes.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string granted =
    R"({"event":"a","event_id":"1","visitor":{"country":"DE"},"consent":{"marketing":"granted"}})";
const std::string list = "[" + granted + R"(,{"event":"b","event_id":"2"},{"event":7}])";

// The `user` object of what an event would send, for a request with these headers.
std::string explained_user(const std::vector<net::header>& headers,
                           const std::vector<std::string>& proxies) {
    auto chosen = one_pixel();
    for (const auto& proxy : proxies) {
        REQUIRE(chosen.trusted_proxies.add(proxy));
    }
    running_routes routes(chosen);
    const auto answer = routes.post("/v1/explain", granted, headers);
    REQUIRE(answer.status == 200);
    const auto body = core::json::parse(answer.body).value();
    core::json::writer out;
    const auto payload = body.root().find("results").at(0).find("payload");
    out.copy(payload.find("data").at(0).find("user"));
    return out.take();
}

} // namespace

TEST_CASE("answer: results in the events' order, members without a value absent") {
    trial subject;
    auto judged = subject.judge(list);
    CHECK(judged.verdicts[0].token.starts_with("gp1."));
    CHECK(judged.verdicts[1].token.empty()); // nobody said anything
    judged.verdicts[0].token = "gp1.x.y";
    CHECK(ingest::write_answer(judged) ==
          R"({"results":[)"
          R"({"event_id":"1","outcome":"queued","decision":{"action":"send",)"
          R"("rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in",)"
          R"("country":"DE","token":"gp1.x.y"}},)"
          R"({"event_id":"2","outcome":"dropped","decision":{"action":"drop",)"
          R"("rule":"opt-in-default","source":"none","regime":"opt_in"}},)"
          R"({"outcome":"rejected","error":{"code":"invalid_event",)"
          R"("message":"must be a string that is not blank","path":"/events/2/event"}}],)"
          R"("warnings":[]})");
}

TEST_CASE("answer: an explanation adds findings, jurisdiction and the exact body to send") {
    auto chosen = one_pixel();
    chosen.pixels[0].test_event_code = "TEST1";
    trial subject(chosen);
    const auto judged = subject.judge(list);
    const auto document = core::json::parse(ingest::write_explanation(judged, chosen)).value();
    const auto results = document.root().find("results");
    REQUIRE(results.size() == 3);
    const auto sent = results.at(0);
    CHECK(sent.find("findings").at(0).find("state").text() == "granted");
    CHECK(sent.find("jurisdiction").find("country").text() == "DE");
    CHECK(sent.find("jurisdiction").find("source").text() == "visitor");
    CHECK(sent.find("payload").find("test_event_code").text() == "TEST1");
    CHECK(sent.find("payload").find("data").at(0).find("event_id").text() == "1");
    const auto dropped = results.at(1);
    CHECK(dropped.find("findings").size() == 0);
    CHECK(dropped.find("findings").is_array());
    CHECK_FALSE(dropped.find("payload"));
    CHECK_FALSE(results.at(2).find("findings"));
    CHECK(document.root().find("warnings").is_array());
}

TEST_CASE("answer: a single explained event is one object") {
    trial subject;
    const auto judged = subject.judge(granted);
    const auto document =
        core::json::parse(ingest::write_explained_event(judged, one_pixel())).value();
    CHECK(document.root().find("outcome").text() == "queued");
    CHECK(document.root().find("payload").is_object());
    CHECK(document.root().find("warnings").size() == 0);
}

TEST_CASE("caller: address and user agent count only beside an X-Forwarded-For") {
    using headers = std::vector<net::header>;
    const net::header agent{"User-Agent", "Mozilla/5.0"};
    const auto [given, user] = GENERATE_COPY(table<headers, std::string>({
        {{agent}, "{}"},
        {{agent, {"X-Real-IP", "203.0.113.10"}, {"Forwarded", "for=203.0.113.10"}}, "{}"},
        {{agent, {"X-Forwarded-For", "203.0.113.10"}},
         R"({"ip":"203.0.113.10","user_agent":"Mozilla/5.0"})"},
        {{{"x-forwarded-for", "198.51.100.1, 203.0.113.10, 10.0.0.9"}}, R"({"ip":"203.0.113.10"})"},
        // Several headers are one list.
        {{{"X-Forwarded-For", "198.51.100.1"}, {"X-Forwarded-For", "203.0.113.10"}},
         R"({"ip":"203.0.113.10"})"},
        {{{"X-Forwarded-For", "203.0.113.10"}, {"X-Forwarded-For", "10.0.0.9, 10.0.0.8"}},
         R"({"ip":"203.0.113.10"})"},
        {{agent, {"X-Forwarded-For", "10.0.0.9"}}, R"({"user_agent":"Mozilla/5.0"})"},
        {{{"X-Forwarded-For", "203.0.113.10, garbage"}}, "{}"},
    }));
    CHECK(explained_user(given, {"10.0.0.0/8"}) == user);
}
