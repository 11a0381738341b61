#include "running_routes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <future>

using namespace gatepost;
using namespace gatepost::test;
using headers = std::vector<net::header>;

namespace {

constexpr auto event_track = "/open_api/v1.3/event/track";
constexpr auto pixel_track = "/open_api/v1.3/pixel/track";
constexpr auto pixel_batch = "/open_api/v1.3/pixel/batch";

struct answer {
    unsigned status = 0;
    core::json::document document;

    core::json::value body() const { return document.root(); }
    std::int64_t code() const { return body().find("code").integer().value(); }
    std::string message() const { return std::string(body().find("message").text()); }
    core::json::value data() const { return body().find("data"); }
};

answer post(running_routes& to, const std::string& path, const std::string& body,
            headers given = {}) {
    auto got = to.post(path, body, std::move(given));
    answer result{got.status, core::json::parse(std::move(got.body)).value()};
    CHECK(result.body().find("request_id").text().size() == 32);
    CHECK(result.data().is_object());
    return result;
}

std::string track(const std::string& events) {
    return std::string(R"({"event_source":"web","event_source_id":")") + first_pixel +
           R"(","data":[)" + events + "]}";
}

std::string old_event(const std::string& members) {
    return std::string(R"({"pixel_code":")") + first_pixel + R"(",)" + members + "}";
}

const std::string granted = R"("consent":{"marketing":"granted"})";

std::string purchase(const std::string& id, const std::string& more = granted) {
    return R"({"event":"Purchase","event_id":")" + id + R"(",)" + more + "}";
}

// Headers are views: the text outlives every test.
const std::string granting_cookie = consent_cookie('1');
const headers with_cookie{{"Cookie", granting_cookie}};

std::vector<std::string> reasons(const answer& from) {
    std::vector<std::string> found;
    from.data().find("reasons").each_element(
        [&](core::json::value reason) { found.emplace_back(reason.text()); });
    return found;
}

} // namespace

TEST_CASE("TikTok's routes: what the visitor granted is queued, by cookie or in the event") {
    running_routes subject;
    const auto by_cookie =
        post(subject, event_track, track(purchase("1", R"("user":{})")), with_cookie);
    CHECK(by_cookie.status == 200);
    CHECK(by_cookie.code() == 0);
    CHECK(by_cookie.message() == "OK");
    CHECK(by_cookie.data().size() == 0);
    CHECK(post(subject, event_track, track(purchase("2"))).code() == 0);
    CHECK(post(subject, pixel_track, old_event(R"("event":"Purchase","event_id":"3",)" + granted))
              .code() == 0);
    CHECK(post(subject, pixel_batch,
               old_event(R"("batch":[{"type":"track","event":"Purchase","event_id":"4",)" +
                         granted + "}]"))
              .code() == 0);
    CHECK(subject.waiting() == 4);
}

TEST_CASE("TikTok's routes: a drop is code 0 with how many and why") {
    running_routes subject;
    const auto silent = post(subject, event_track, track(purchase("1", R"("user":{})")));
    CHECK(silent.code() == 0);
    CHECK(silent.data().find("dropped").integer() == 1);
    CHECK(reasons(silent) == std::vector<std::string>{"opt-in-default"});

    const auto mixed = post(subject, event_track,
                            track(purchase("1", R"("consent":{"marketing":"denied"})") + "," +
                                  purchase("2") + "," + purchase("3", R"("user":{})")));
    CHECK(mixed.code() == 0);
    CHECK(mixed.data().find("dropped").integer() == 2);
    CHECK(reasons(mixed) == std::vector<std::string>{"explicit-denial", "opt-in-default"});
    CHECK(subject.waiting() == 1);
}

TEST_CASE("TikTok's routes: the cookies of a request that carries a list grant nothing") {
    running_routes subject;
    const auto listed = post(
        subject, event_track,
        track(purchase("1", R"("user":{})") + "," + purchase("2", R"("user":{})")), with_cookie);
    CHECK(listed.data().find("dropped").integer() == 2);
    CHECK(subject.waiting() == 0);
}

TEST_CASE("TikTok's routes: a batch with an invalid event queues nothing and names its path") {
    running_routes subject;
    const auto refused =
        post(subject, event_track,
             track(purchase("1") + "," + purchase("2", R"("event_time":"SECRET",)" + granted)));
    CHECK(refused.status == 200);
    CHECK(refused.code() == 40002);
    CHECK(refused.message().find("/events/1/event_time: ") == 0);
    CHECK(refused.message().find("SECRET") == std::string::npos);
    CHECK(subject.waiting() == 0);
    CHECK(subject.metrics().find(std::string(R"(gatepost_events_total{outcome="queued",pixel=")") +
                                 first_pixel + "\"} 1") == std::string::npos);
    CHECK(subject.metrics().find("gatepost_decisions_total{") == std::string::npos);
    CHECK(post(subject, event_track, track(purchase("1"))).code() == 0);
    CHECK(subject.waiting() == 1); // its id was never taken
}

TEST_CASE("TikTok's routes: a pixel that is not configured is 40001") {
    running_routes subject(two_pixels());
    const auto stranger =
        post(subject, event_track,
             R"({"event_source":"web","event_source_id":"SECRET","data":[)" + purchase("1") + "]}");
    CHECK(stranger.status == 200);
    CHECK(stranger.code() == 40001);
    CHECK(stranger.message().find("SECRET") == std::string::npos);
}

TEST_CASE("TikTok's routes: a body that cannot be taken is 40002") {
    running_routes subject;
    const auto body =
        GENERATE(as<std::string>(), "", "{", "[]", "7", "{}", R"({"data":[]})", R"({"data":{}})");
    CAPTURE(body);
    const auto refused = post(subject, event_track, body);
    CHECK(refused.status == 200);
    CHECK(refused.code() == 40002);
    CHECK(subject.waiting() == 0);
}

TEST_CASE("TikTok's routes: 1.0 takes 50 events and 2.0 a thousand") {
    running_routes subject;
    const auto list = [](std::size_t count) {
        std::string events;
        for (std::size_t i = 0; i < count; ++i) {
            events += (i == 0 ? "" : ",") + purchase(std::to_string(i));
        }
        return events;
    };
    CHECK(post(subject, pixel_batch, old_event(R"("batch":[)" + list(51) + "]")).code() == 40002);
    CHECK(post(subject, event_track, track(list(1001))).code() == 40002);
    CHECK(subject.waiting() == 0);
    CHECK(post(subject, pixel_batch, old_event(R"("batch":[)" + list(50) + "]")).code() == 0);
    CHECK(subject.waiting() == 50);
    CHECK(post(subject, event_track, track(list(1000))).code() == 0);
    CHECK(subject.waiting() == 1000); // 50 of them were there
}

TEST_CASE("TikTok's routes: a used up quota is 429 with 40100, and the same by Gatepost's own") {
    running_routes subject(one_pixel(), {}, {.record = ledger::audit_record::none},
                           {{first_pixel, core::byte_size{1}}});
    const auto refused = post(subject, event_track, track(purchase("1")));
    CHECK(refused.status == 429);
    CHECK(refused.code() == 40100);
    const auto own = subject.post("/v1/events", purchase("1"));
    CHECK(own.status == 429);
    CHECK(own.body.find(R"("code":"pixel_quota")") != std::string::npos);
    CHECK(std::ranges::any_of(own.headers,
                              [](const auto& each) { return each.first == "Retry-After"; }));
    CHECK(subject.waiting() == 0);
}

TEST_CASE("TikTok's routes: a spool that is closed is 503 with 50000") {
    running_routes subject;
    subject.queue().close();
    const auto refused = post(subject, event_track, track(purchase("1")));
    CHECK(refused.status == 503);
    CHECK(refused.code() == 50000);
}

TEST_CASE("TikTok's routes: a denial in a refused batch still takes back what waits") {
    running_routes subject;
    const auto alice = R"("user":{"email":"alice@example.com"},)";
    CHECK(post(subject, event_track, track(purchase("1", alice + granted))).code() == 0);
    const auto refused =
        post(subject, event_track,
             track(purchase("2", std::string(alice) + R"("consent":{"marketing":"denied"})") + "," +
                   R"({"event":7})"));
    CHECK(refused.code() == 40002);
    std::promise<void> swept;
    subject.queue().walk([](const spool::held_record&) { return false; },
                         [&](core::error_code) { swept.set_value(); });
    swept.get_future().wait();
    CHECK(subject.waiting() == 0);
}

TEST_CASE("TikTok's routes: other methods and types are refused in TikTok's shape") {
    running_routes subject;
    net::request_head head;
    head.method = "GET";
    head.target = "/open_api/v1.3/pixel/track/";
    head.headers = {{"Host", "localhost"}};
    const auto by_get = subject.refuse(head);
    REQUIRE(by_get);
    CHECK(by_get->status == 405);
    CHECK(core::json::parse(by_get->body).value().root().find("code").integer() == 40002);
    head.method = "POST";
    const auto type = GENERATE("text/plain", "application/x-ndjson");
    head.headers.push_back({"Content-Type", type});
    const auto by_type = subject.refuse(head);
    REQUIRE(by_type);
    CHECK(by_type->status == 415);
    CHECK(core::json::parse(by_type->body).value().root().find("code").integer() == 40002);
}
