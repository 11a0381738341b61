#include <gatepost/core/json.hpp>
#include <gatepost/sandbox/sandbox.hpp>

#include <catch2/catch.hpp>

#include <support/http_connection.hpp>
#include <thread>

using namespace gatepost;
using test::http_connection;

namespace {

constexpr auto track = "/open_api/v1.3/event/track/";
constexpr auto pixel_track = "/open_api/v1.3/pixel/track/";
constexpr auto pixel_batch = "/open_api/v1.3/pixel/batch/";
const std::string good = R"({"event_source":"web","event_source_id":"P","test_event_code":"T",
                             "data":[{"event":"a","event_time":1}]})";

// A body of 2.0 for a pixel with events of these ids.
std::string events_of(const std::string& pixel, const std::vector<std::string>& ids) {
    std::string data;
    for (const auto& id : ids) {
        data.append(data.empty() ? "" : ",")
            .append(R"({"event":"Purchase","event_time":1,"event_id":")" + id + "\"}");
    }
    return R"({"event_source":"web","event_source_id":")" + pixel + R"(","data":[)" + data + "]}";
}

// One that runs while it is there.
class running_sandbox {
  public:
    running_sandbox() : thread_([this] { context_.run(); }) {}
    ~running_sandbox() {
        context_.stop();
        thread_.join();
    }
    std::string url() const { return sandbox_.url(); }

  private:
    boost::asio::io_context context_{1};
    sandbox::sandbox sandbox_{context_, {.listen = {"127.0.0.1", 0}}};
    std::thread thread_;
};

class client {
  public:
    explicit client(const std::string& url) : connection_(url) {}

    // TikTok's code; -1 when there is no JSON.
    std::int64_t post(const std::string& body, const std::string& route = track) {
        last = connection_.post(route, body, {{"Access-Token", "t"}});
        const auto parsed = core::json::parse(last.body);
        return parsed ? parsed->root().find("code").integer().value_or(-1) : -1;
    }
    int control(const std::string& body) { return connection_.post("/_control", body).status; }
    core::json::document seen() {
        return core::json::parse(connection_.get("/_events").body).value();
    }
    // The event_ids (or names) of what was taken, in order.
    std::vector<std::string> ids() {
        std::vector<std::string> found;
        const auto shown = seen();
        shown.root().find("events").each_element([&](core::json::value one) {
            const auto event = one.find("event");
            found.emplace_back(event.find(event.find("event_id") ? "event_id" : "event").text());
        });
        return found;
    }
    core::json::document envelope() { return core::json::parse(last.body).value(); }
    http_connection& raw() { return connection_; }

    test::http_answer last;

  private:
    http_connection connection_;
};

} // namespace

TEST_CASE("sandbox: it answers as TikTok does, and shows what came") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    CHECK(upstream.post(good) == 0);
    CHECK(upstream.post("{}") == 40002);
    CHECK(upstream.last.status == 200);
    CHECK(upstream.post("no JSON") == 40002);
    const auto untold = upstream.raw().post(track, good);
    CHECK(core::json::parse(untold.body)->root().find("code").integer() == 40104);

    const auto seen = upstream.seen();
    CHECK(seen.root().find("requests").integer() == 4);
    CHECK(seen.root().find("connections").integer() == 1);
    REQUIRE(seen.root().find("events").size() == 1);
    const auto event = seen.root().find("events").at(0);
    CHECK(event.find("event_source").text() == "web");
    CHECK(event.find("event_source_id").text() == "P");
    CHECK(event.find("test_event_code").text() == "T");
    CHECK(event.find("event").find("event").text() == "a");
}

TEST_CASE("sandbox: it misbehaves for as many requests as it is told") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    REQUIRE(upstream.control(R"({"code":40100,"count":2})") == 200);
    CHECK(upstream.post(good) == 40100);
    CHECK(upstream.post(good) == 40100);
    CHECK(upstream.post(good) == 0);
    REQUIRE(upstream.control(R"({"status":502})") == 200);
    for (int i = 0; i < 3; ++i) {
        CHECK(upstream.post(good) == -1);
        CHECK(upstream.last.status == 502);
    }
    REQUIRE(upstream.control("{}") == 200);
    CHECK(upstream.post(good) == 0);
    REQUIRE(upstream.control(R"({"mode":"reset","count":1})") == 200);
    CHECK(upstream.post(good) == -1);
    CHECK(upstream.raw().closed());
    client again(sandbox.url());
    CHECK(again.post(good) == 0);
    CHECK(again.seen().root().find("events").size() == 3);
    CHECK(again.seen().root().find("connections").integer() == 2);
}

TEST_CASE("sandbox: a control that it does not understand is refused and changes nothing") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    const auto body = GENERATE(
        as<std::string>(), "no JSON", "[]", R"({"mode":"explode"})", R"({"mode":1})",
        R"({"status":99})", R"({"status":600})", R"({"code":"40002"})",
        R"({"code":50000,"delay":7})", R"({"delay_ms":-1})", R"({"count":0})", R"({"body":{}})",
        R"({"keep":"yes"})", R"({"failed_events":[0,"1"]})", R"({"failed_events":{}})",
        R"({"retry_after":"soon"})", R"({"pixel":7})", R"({"event":7})");
    CAPTURE(body);
    REQUIRE(upstream.control(R"({"code":50000})") == 200);
    CHECK(upstream.control(body) / 100 == 4);
    CHECK(upstream.post(good) == 50000);
}

TEST_CASE("sandbox: other routes and methods do not exist") {
    running_sandbox sandbox;
    CHECK(http_connection(sandbox.url()).get("/open_api/v1.3/offline/track/").status == 404);
    CHECK(http_connection(sandbox.url()).get(pixel_track).status == 405);
    const auto wrong = http_connection(sandbox.url()).get(track);
    CHECK(wrong.status == 405);
    CHECK(wrong.headers.at("allow") == "POST");
}

TEST_CASE("sandbox: Events API 1.0 is taken and shown under its pixel") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    CHECK(upstream.post(R"({"pixel_code":"P","event":"CompletePayment","event_id":"a",
                            "test_event_code":"T","timestamp":"2025-11-22T12:00:00Z"})",
                        pixel_track) == 0);
    CHECK(upstream.post(R"({"pixel_code":"Q","batch":[
                            {"type":"track","event":"Search","event_id":"b"},
                            {"type":"track","event":"Search","event_id":"c",
                             "test_event_code":"U"}]})",
                        "/open_api/v1.3/pixel/batch") == 0);
    const auto seen = upstream.seen();
    const auto events = seen.root().find("events");
    REQUIRE(events.size() == 3);
    const auto first = events.at(0);
    CHECK(first.find("api").text() == "pixel");
    CHECK(first.find("event_source").text() == "web");
    CHECK(first.find("event_source_id").text() == "P");
    CHECK(first.find("test_event_code").text() == "T");
    CHECK(first.find("event").find("timestamp").text() == "2025-11-22T12:00:00Z");
    CHECK(first.find("event").size() == 3); // neither pixel nor test code
    CHECK(events.at(1).find("event_source_id").text() == "Q");
    CHECK_FALSE(events.at(1).find("test_event_code"));
    CHECK(events.at(1).find("event").find("type").text() == "track");
    CHECK(events.at(2).find("test_event_code").text() == "U");
}

TEST_CASE("sandbox: Events API 1.0 is refused in TikTok's words, and needs the token") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    const std::string bad = R"({"pixel_code":"P","batch":[
        {"event":"Purchase","properties":{"contents":[{"content_id":7}]}}]})";
    CHECK(upstream.post(bad, pixel_batch) == 40002);
    CHECK(upstream.envelope().root().find("message").text() ==
          "Batch.0.properties.contents.0.content_id: Not a valid string.");
    const auto untold = upstream.raw().post(pixel_track, R"({"pixel_code":"P","event":"a"})");
    CHECK(core::json::parse(untold.body)->root().find("code").integer() == 40104);
    CHECK(upstream.ids().empty());
}

TEST_CASE("sandbox: a control words the answer: message, header, or another body altogether") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    REQUIRE(upstream.control(R"({"code":40002,"message":"data.3.event_id: bad","count":1})") ==
            200);
    CHECK(upstream.post(good) == 40002);
    CHECK(upstream.envelope().root().find("message").text() == "data.3.event_id: bad");
    REQUIRE(upstream.control(R"({"status":429,"retry_after":17,"count":1})") == 200);
    CHECK(upstream.post(good) == -1);
    CHECK(upstream.last.status == 429);
    CHECK(upstream.last.headers.at("retry-after") == "17");
    REQUIRE(upstream.control(R"({"body":"{}","count":1})") == 200);
    CHECK(upstream.post(good) == -1);
    CHECK(upstream.last.status == 200);
    CHECK(upstream.last.body == "{}");
    CHECK(upstream.last.headers.at("content-type") == "application/json");
    REQUIRE(upstream.control(R"({"status":504,"body":"late","content_type":"text/plain"})") == 200);
    CHECK(upstream.post(good) == -1);
    CHECK(upstream.last.status == 504);
    CHECK(upstream.last.body == "late");
    CHECK(upstream.last.headers.at("content-type") == "text/plain");
    CHECK(upstream.ids().empty());
    REQUIRE(upstream.control("{}") == 200);
    CHECK(upstream.post(good) == 0);
    CHECK_FALSE(upstream.last.headers.contains("retry-after"));
}

TEST_CASE("sandbox: each pixel has a control of its own, before the common one") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    REQUIRE(upstream.control(R"({"pixel":"A","code":40001})") == 200);
    REQUIRE(upstream.control(R"({"pixel":"B","code":40100,"count":1})") == 200);
    CHECK(upstream.post(events_of("C", {"1"})) == 0);
    CHECK(upstream.post(events_of("A", {"1"})) == 40001);
    CHECK(upstream.post(R"({"pixel_code":"A","event":"a"})", pixel_track) == 40001);
    CHECK(upstream.post(events_of("B", {"1"})) == 40100);
    CHECK(upstream.post(events_of("B", {"1"})) == 0);
    REQUIRE(upstream.control(R"({"code":50000})") == 200);
    CHECK(upstream.post(events_of("A", {"1"})) == 40001);
    CHECK(upstream.post(events_of("C", {"1"})) == 50000);
    REQUIRE(upstream.control(R"({"pixel":"A"})") == 200);
    CHECK(upstream.post(events_of("A", {"2"})) == 0);
    CHECK(upstream.post(events_of("C", {"1"})) == 50000);
    REQUIRE(upstream.control("{}") == 200);
    CHECK(upstream.post(events_of("C", {"3"})) == 0);
}

TEST_CASE("sandbox: a poison event spoils the requests that hold it, and only those") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    REQUIRE(upstream.control(R"({"event":"bad-1","code":40002,"count":2})") == 200);
    CHECK(upstream.post(events_of("P", {"a", "bad-1"})) == 40002);
    CHECK(upstream.post(events_of("P", {"a"})) == 0);
    CHECK(upstream.post(R"({"pixel_code":"P","batch":[{"event":"x","event_id":"bad-1"}]})",
                        pixel_batch) == 40002);
    CHECK(upstream.post(events_of("P", {"bad-1"})) == 0); // twice it was
    REQUIRE(upstream.control(R"({"event":"Purchase","code":40002})") == 200);
    CHECK(upstream.post(events_of("P", {"b"})) == 40002); // by its name
    CHECK(upstream.post(good) == 0);
    CHECK(upstream.ids() == std::vector<std::string>{"a", "bad-1", "a"});
}

TEST_CASE("sandbox: what was taken may be answered with an error or a reset all the same") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    REQUIRE(upstream.control(R"({"code":50000,"keep":true})") == 200);
    CHECK(upstream.post(events_of("P", {"a"})) == 50000);
    CHECK(upstream.post("{}") == 50000); // never taken
    REQUIRE(upstream.control(R"({"mode":"reset","keep":true,"count":1})") == 200);
    CHECK(upstream.post(events_of("P", {"b"})) == -1);
    client again(sandbox.url());
    REQUIRE(again.control(R"({"mode":"reset","count":1})") == 200);
    CHECK(again.post(events_of("P", {"c"})) == -1);
    CHECK(client(sandbox.url()).ids() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("sandbox: 20001 takes all but the failed events, and names those") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    REQUIRE(upstream.control(R"({"code":20001,"failed_events":[0,2],"count":1})") == 200);
    CHECK(upstream.post(events_of("P", {"a", "b", "c"})) == 20001);
    const auto answer = upstream.envelope();
    const auto failed = answer.root().find("data").find("failed_events");
    REQUIRE(failed.size() == 2);
    CHECK(failed.at(0).integer() == 0);
    CHECK(failed.at(1).integer() == 2);
    CHECK(upstream.ids() == std::vector<std::string>{"b"});
}

TEST_CASE("sandbox: tokens are never shown") {
    running_sandbox sandbox;
    client upstream(sandbox.url());
    upstream.raw().post(track, good, {{"Access-Token", "planted-4711"}});
    CHECK_THAT(upstream.raw().get("/_events").body, !Catch::Contains("planted-4711"));
}
