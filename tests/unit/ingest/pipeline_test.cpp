#include "trial.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatepost;
using namespace gatepost::test;
using Catch::Matchers::StartsWith;
using consent::rule;
using ingest::outcome;
using strings = std::vector<std::string>;

namespace {

const std::string grant = R"("consent":{"marketing":"granted"})";

std::string granted(const std::string& members) {
    return "{" + members + (members.empty() ? "" : ",") + grant + "}";
}

std::string made_id_warning(std::size_t index) {
    return "/events/" + std::to_string(index) +
           "/event_id: absent; one was made, give it to the pixel for deduplication";
}

} // namespace

TEST_CASE("pipeline: each event has its verdict, and one that is rejected stops no other") {
    trial subject(two_pixels());
    const auto pixel = std::string(R"("event_id":"x","pixel":")") + first_pixel + "\"";
    const auto judged =
        subject.judge("[" + granted(R"("event":"a",)" + pixel) + R"(,{"event":7},{"event":"b",)" +
                      pixel + "}," + granted(R"("event":"c","event_time":1,)" + pixel) + "," +
                      granted(R"("event":"d",)" + pixel) + "]");
    std::vector<outcome> outcomes;
    std::vector<std::optional<std::size_t>> places;
    for (const auto& each : judged.verdicts) {
        outcomes.push_back(each.outcome);
        places.push_back(each.record);
    }
    CHECK(outcomes == std::vector{outcome::queued, outcome::rejected, outcome::dropped,
                                  outcome::rejected, outcome::queued});
    CHECK(places == std::vector<std::optional<std::size_t>>{0, {}, {}, {}, 1});
    REQUIRE(judged.records.size() == 2);
    CHECK(judged.records[0]->event == "a");
    CHECK(judged.records[1]->event == "d");
    CHECK(judged.verdicts[1].error->path == "/events/1/event");
    CHECK(judged.verdicts[3].error->path == "/events/3/event_time");
    for (const auto& each : judged.verdicts) {
        CHECK(each.decision.has_value() == (each.outcome != outcome::rejected));
        CHECK(each.error.has_value() == (each.outcome == outcome::rejected));
    }
}

TEST_CASE("pipeline: a queued event carries who decided what, and nothing in the clear") {
    trial subject(two_pixels());
    const auto judged = subject.judge(granted(
        std::string(
            R"("event":"a","event_id":"1","user":{"email":"alice@example.com"},"pixel":")") +
        second_pixel + "\""));
    const auto& record = *judged.records.at(0);
    CHECK(record.pixel == second_pixel);
    CHECK(record.controller == "brand");
    CHECK(record.received == fake_clock::start);
    CHECK(record.event_time == core::to_seconds(fake_clock::start));
    CHECK(record.subjects.size() == 1);
    const auto evidence = core::json::parse(record.evidence).value();
    CHECK(evidence.root().find("decision").find("rule").text() == "explicit-grant");
    CHECK(evidence.root().find("findings").at(0).find("source").text() == "body:consent.marketing");
    CHECK(evidence.root().find("jurisdiction").find("regime").text() == "opt_in");
    CHECK((record.payload + record.evidence).find("alice") == std::string::npos);
}

TEST_CASE("pipeline: of a dropped event nothing is kept") {
    trial subject;
    const auto judged = subject.judge(R"({"event":"a","user":{"email":"alice@example.com"}})");
    CHECK(judged.verdicts[0].outcome == outcome::dropped);
    CHECK_FALSE(judged.verdicts[0].record);
    CHECK(judged.records.empty());
}

TEST_CASE("pipeline: a denial counts in an event that is rejected for another reason") {
    ingest::arrivals order;
    trial subject;
    const auto body = GENERATE(
        as<std::string>(),
        R"({"event":"no name","user":{"email":"a@b.example"},"consent":{"marketing":"denied"}})",
        R"({"event":"a","event_time":1,"user":{"email":"a@b.example"},"consent":{"marketing":"denied"}})");
    const auto judged = subject.judge(body, {}, &order);
    CHECK(judged.verdicts[0].outcome == outcome::rejected);
    CHECK_FALSE(judged.verdicts[0].decision);
    REQUIRE(judged.reactions.size() == 1);
    CHECK(judged.reactions[0].what == ingest::reaction::kind::withdraw_waiting);
}

TEST_CASE("pipeline: the pixel is the one named, else the only one, else the event is rejected") {
    trial one;
    trial two(two_pixels());
    CHECK(one.judge(granted(R"("event":"a")")).verdicts[0].pixel == first_pixel);
    const auto named = std::string(R"("event":"a","pixel":")") + second_pixel + "\"";
    CHECK(two.judge(granted(named)).verdicts[0].pixel == second_pixel);

    const auto unnamed = two.judge(granted(R"("event":"a","event_id":"e")")).verdicts[0];
    const auto unknown =
        one.judge(granted(R"("event":"a","event_id":"e","pixel":"SECRET")")).verdicts[0];
    for (const auto& each : {unnamed, unknown}) {
        CHECK(each.outcome == outcome::rejected);
        CHECK(each.event_id == "e");
        CHECK(each.pixel.empty());
        CHECK(each.error->code == "unknown_pixel");
        CHECK(each.error->path == "/events/0/pixel");
        CHECK(each.error->message.find("SECRET") == std::string::npos);
    }
}

TEST_CASE("pipeline: an event without an id gets one, and is told so") {
    trial subject;
    const auto judged = subject.judge("[" + granted(R"("event":"a")") + "," +
                                      granted(R"("event":"b","event_id":"own")") + "," +
                                      granted(R"("event":"c","event_id":"")") + "]");
    const auto& made = judged.verdicts[0].event_id;
    CHECK(made.size() == 32);
    CHECK(made.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(judged.records[0]->event_id == made);
    CHECK(judged.verdicts[1].event_id == "own");
    CHECK(judged.verdicts[2].event_id.size() == 32);
    CHECK(judged.verdicts[2].event_id != made);
    CHECK(judged.warnings == strings{made_id_warning(0), made_id_warning(2)});
}

TEST_CASE("pipeline: with an Idempotency-Key the made ids are the same each time") {
    trial subject;
    trial after_restart;
    const auto list = "[" + granted(R"("event":"a")") + "," + granted(R"("event":"a")") + "]";
    ingest::caller by;
    by.idempotency_key = "order-1";
    const auto first = subject.judge(list, by);
    const auto again = after_restart.judge(list, by);
    by.idempotency_key = "order-2";
    const auto other = subject.judge(list, by);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(first.verdicts[i].event_id == again.verdicts[i].event_id);
        CHECK(first.records[i]->duplicate_key == again.records[i]->duplicate_key);
        CHECK(first.verdicts[i].event_id != other.verdicts[i].event_id);
    }
    CHECK(first.verdicts[0].event_id != first.verdicts[1].event_id);
    CHECK(subject.judge(list).verdicts[0].event_id != subject.judge(list).verdicts[0].event_id);
}

TEST_CASE("pipeline: warnings of every stage name the event and never what was sent") {
    trial subject;
    const auto judged = subject.judge(
        "[" + granted(R"("event":"a","event_id":"1")") + "," +
        granted(R"("event":"b","alice@example.com":1,"user":{"phone":"5550100","email":"alice"})") +
        "]");
    CHECK(judged.warnings.size() == 4);
    for (const auto& warning : judged.warnings) {
        CHECK_THAT(warning, StartsWith("/events/1"));
        CHECK(warning.find("alice") == std::string::npos);
        CHECK(warning.find("5550100") == std::string::npos);
    }
}

TEST_CASE("pipeline: consent that is neither granted nor denied drops, with a warning") {
    trial subject;
    const auto said =
        subject.judge(R"({"event":"a","event_id":"1","consent":{"marketing":"SECRET"}})");
    CHECK(said.verdicts[0].decision->rule == rule::unreadable);
    CHECK(said.warnings ==
          strings{"/events/0/consent/marketing: neither granted nor denied; unreadable"});

    ingest::caller by;
    by.headers = {{"X-Consent-Marketing", "SECRET"}};
    const auto by_header = subject.judge(R"({"event":"a","event_id":"1"})", by);
    CHECK(by_header.verdicts[0].decision->rule == rule::unreadable);
    CHECK(by_header.warnings ==
          strings{"/events/0/visitor/headers: header:x-consent-marketing is neither granted nor "
                  "denied; unreadable"});
    // What is no text at all is warned about once, by the decoder.
    CHECK(subject.judge(R"({"event":"a","event_id":"1","consent":{"marketing":true}})")
              .warnings.size() == 1);
}

TEST_CASE("pipeline: a grant whose time cannot be read is no grant, a denial stays one") {
    trial subject;
    const auto at = GENERATE(as<std::string>(), R"("garbage")", "1795340000000", "-1", "1.5", "{}");
    CAPTURE(at);
    const auto decide = [&](const std::string& marketing) {
        return *subject
                    .judge(R"({"event":"a","event_id":"1","visitor":{"country":"DE"},
                               "consent":{"marketing":")" +
                           marketing + R"(","at":)" + at + "}}")
                    .verdicts[0]
                    .decision;
    };
    CHECK(decide("granted").rule == rule::unreadable);
    CHECK(decide("granted").action == consent::action::drop);
    CHECK(decide("denied").rule == rule::explicit_denial);
    // No time at all is accepted.
    CHECK(subject.judge(granted(R"("event":"a")")).verdicts[0].outcome == outcome::queued);
}

TEST_CASE("pipeline: where only limited use is allowed the event says so") {
    consent::options limited;
    limited.us_opt_out_limited = true;
    trial subject(one_pixel(), limited);
    ingest::caller by;
    by.headers = {{"Sec-GPC", "1"}};
    const auto judged =
        subject.judge(R"({"event":"a","event_id":"1","visitor":{"country":"US"}})", by);
    CHECK(judged.verdicts[0].decision->action == consent::action::send_limited);
    const auto payload = core::json::parse(judged.records.at(0)->payload).value();
    CHECK(payload.root().find("limited_data_use").boolean() == true);
}

TEST_CASE("pipeline: times a little ahead become now, others too far off are rejected") {
    trial subject;
    const auto now = core::to_seconds(fake_clock::start).time_since_epoch().count();
    const auto at = [&](std::int64_t time) {
        return subject.judge(
            granted(R"("event":"a","event_id":"1","event_time":)" + std::to_string(time)));
    };
    CHECK(at(now + 300).records.at(0)->event_time.time_since_epoch().count() == now);
    CHECK(at(now - 7 * 86'400).verdicts[0].outcome == outcome::queued);
    for (const auto wrong : {now + 301, now - 7 * 86'400 - 1}) {
        CHECK(at(wrong).verdicts[0].error->path == "/events/0/event_time");
    }
}
