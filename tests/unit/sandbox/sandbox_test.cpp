#include <gatepost/core/json.hpp>
#include <gatepost/sandbox/sandbox.hpp>

#include <catch2/catch.hpp>

#include <support/http_connection.hpp>
#include <thread>

using namespace gatepost;
using test::http_connection;

namespace {

constexpr auto track = "/open_api/v1.3/event/track/";
const std::string good = R"({"event_source":"web","event_source_id":"P","test_event_code":"T",
                             "data":[{"event":"a","event_time":1}]})";

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
    std::int64_t post(const std::string& body) {
        last = connection_.post(track, body, {{"Access-Token", "t"}});
        const auto parsed = core::json::parse(last.body);
        return parsed ? parsed->root().find("code").integer().value_or(-1) : -1;
    }
    int control(const std::string& body) { return connection_.post("/_control", body).status; }
    core::json::document seen() {
        return core::json::parse(connection_.get("/_events").body).value();
    }
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
    const auto body = GENERATE(as<std::string>(), "no JSON", "[]", R"({"mode":"explode"})",
                               R"({"status":99})", R"({"status":600})");
    CAPTURE(body);
    CHECK(upstream.control(body) / 100 == 4);
    CHECK(upstream.post(good) == 0);
}

TEST_CASE("sandbox: other routes and methods do not exist") {
    running_sandbox sandbox;
    CHECK(http_connection(sandbox.url()).get("/open_api/v1.3/pixel/track/").status == 404);
    const auto wrong = http_connection(sandbox.url()).get(track);
    CHECK(wrong.status == 405);
    CHECK(wrong.headers.at("allow") == "POST");
}
