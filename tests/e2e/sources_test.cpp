// Every source and both generations of the Events API through the real program: what an application
// posts arrives as the golden files say, and TikTok's own bodies arrive as they were.

#include "json_line.hpp"
#include "rows.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto old_time = "1763812800";
constexpr auto old_timestamp = "2025-11-22T12:00:00Z";
const http_connection::headers granted{{"X-Consent-Marketing", "granted"}};

std::string pixel(const char* id, const char* more) {
    return std::string("{id: ") + id + ", access_token_env: TEST_ACCESS_TOKEN, " + more + "}";
}

stage::script script_of(const char* api) {
    return {.more = "pixels: [" +
                    pixel(pixel_code, (std::string("source: web, api: ") + api).c_str()) + ", " +
                    pixel("7654321098765432101", "source: app") + ", " +
                    pixel("7654321098765432102", "source: offline") + ", " +
                    pixel("7654321098765432109", "source: crm") + "]",
            .relay = at_once,
            .tls = false};
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        text.replace(at, what.size(), with);
        at += with.size();
    }
}

// A file of tests/data/tiktok, whose events happen now.
std::string file(const std::string& name) {
    auto text = read_file(std::filesystem::path(GATEPOST_SOURCE_DIR) / "tests/data/tiktok" / name);
    REQUIRE_FALSE(text.empty());
    static const auto now = std::time(nullptr);
    char timestamp[32];
    std::strftime(timestamp, sizeof(timestamp), "%FT%TZ", std::gmtime(&now));
    replace_all(text, old_time, std::to_string(now));
    replace_all(text, old_timestamp, timestamp);
    return text;
}

bool same(core::json::value left, core::json::value right) {
    return left && right && *left.raw() == *right.raw();
}

// What arrived is the event of a body of Events API 2.0, told of the same pixel.
void check_arrived(core::json::value arrived, core::json::value body) {
    CHECK(arrived.find("api").text() == "event");
    for (const auto* const name : {"event_source", "event_source_id", "test_event_code"}) {
        CAPTURE(name);
        CHECK(arrived.find(name).text() == body.find(name).text());
    }
    CHECK(same(arrived.find("event"), body.find("data").at(0)));
}

// The same of 1.0, in whose body of a single event everything stands side by side.
void check_arrived_by_pixel(core::json::value arrived, core::json::value body) {
    CHECK(arrived.find("api").text() == "pixel");
    CHECK(arrived.find("event_source_id").text() == body.find("pixel_code").text());
    CHECK(arrived.find("test_event_code").text() == body.find("test_event_code").text());
    std::size_t members = 0;
    body.each_member([&](std::string_view name, core::json::value given) {
        if (name != "pixel_code" && name != "test_event_code") {
            CAPTURE(std::string(name));
            CHECK(same(arrived.find("event").find(name), given));
            ++members;
        }
    });
    CHECK(arrived.find("event").size() == members);
}

} // namespace

TEST_CASE("sources: an event of each source arrives as its golden file says") {
    stage at(script_of("event"));
    const std::vector<std::string> sources{"web", "app", "offline", "crm"};
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto posted = file(source + ".event.full.event.json");
        REQUIRE(at.event(posted, granted).outcome == "queued");
        REQUIRE(at.settles());
        const auto shown = at.upstream().events();
        const auto events = shown.root().find("events");
        const auto golden = parsed(file(source + ".event.full.body.json"));
        check_arrived(events.at(events.size() - 1), golden.root());
    }
    // The least that an event of each source may say is taken by the sandbox as well.
    for (const auto& source : sources) {
        CAPTURE(source);
        auto posted = file(source + ".event.minimal.event.json");
        if (source == "web") {
            posted.insert(1, std::string(R"("pixel":")") + pixel_code + "\",");
        }
        REQUIRE(at.event(posted, granted).outcome == "queued");
    }
    REQUIRE(at.settles());
    CHECK(at.upstream().events().root().find("events").size() == 2 * sources.size());
    CHECK(at.dead_letters() == 0);
}

TEST_CASE("sources: an event of a pixel with api: pixel leaves as Events API 1.0") {
    stage at(script_of("pixel"));
    REQUIRE(at.event(file("web.pixel.full.event.json"), granted).outcome == "queued");
    REQUIRE(at.settles());
    const auto shown = at.upstream().events();
    const auto golden = parsed(file("web.pixel.full.body.json"));
    check_arrived_by_pixel(shown.root().find("events").at(0), golden.root());
}

TEST_CASE("sources: TikTok's own bodies, hashed as they are, arrive as they were") {
    stage at(script_of("event"));
    for (const std::string source : {"web", "app", "offline", "crm"}) {
        CAPTURE(source);
        const auto body = file(source + ".event.full.body.json");
        const auto answer = at.post("/open_api/v1.3/event/track/", body, granted);
        CHECK(answer.status == 200);
        const auto said = parsed(answer.body);
        CHECK(said.root().find("code").integer() == 0);
        CHECK_FALSE(said.root().find("data").find("dropped"));
        REQUIRE(at.settles());
        const auto shown = at.upstream().events();
        const auto events = shown.root().find("events");
        check_arrived(events.at(events.size() - 1), parsed(body).root());
    }
}

TEST_CASE("sources: a body of Events API 1.0 arrives as it was, or as 2.0 would say it") {
    const auto body = file("web.pixel.full.body.json");
    {
        stage at(script_of("pixel"));
        CHECK(at.post("/open_api/v1.3/pixel/track/", body, granted).status == 200);
        REQUIRE(at.settles());
        const auto shown = at.upstream().events();
        check_arrived_by_pixel(shown.root().find("events").at(0), parsed(body).root());
    }
    stage at(script_of("event"));
    CHECK(at.post("/open_api/v1.3/pixel/track/", body, granted).status == 200);
    REQUIRE(at.settles());
    const auto shown = at.upstream().events();
    const auto arrived = shown.root().find("events").at(0);
    CHECK(arrived.find("api").text() == "event");
    CHECK(arrived.find("event_source").text() == "web");
    CHECK(arrived.find("test_event_code").text() == "TEST1");
    const auto event = arrived.find("event");
    const auto said = parsed(body);
    const auto context = said.root().find("context");
    CHECK(event.find("event").text() == "CompletePayment");
    CHECK(std::abs(event.find("event_time").integer().value() - std::time(nullptr)) < 60);
    CHECK(same(event.find("page"), context.find("page")));
    const auto user = event.find("user");
    CHECK(user.find("ttclid").text() == context.find("ad").find("callback").text());
    CHECK(same(user.find("email").at(0), context.find("user").find("email")));
    CHECK(same(user.find("phone").at(0), context.find("user").find("phone_number")));
    CHECK(same(user.find("external_id").at(0), context.find("user").find("external_id")));
    for (const auto* const name : {"ttp", "locale"}) {
        CHECK(same(user.find(name), context.find("user").find(name)));
    }
    for (const auto* const name : {"ip", "user_agent"}) {
        CHECK(same(user.find(name), context.find(name)));
    }
}

TEST_CASE("sources: 1.0 takes 50 events at a time, and what it cannot say goes by 2.0") {
    stage at(script_of("pixel"));
    REQUIRE(at.post("/v1/events", list_of(pixel_code, "e", 120)).status == 202);
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == 120);
    CHECK(at.upstream().events().root().find("requests").integer() == 3);
    REQUIRE(at.event(event_of(pixel_code, "limited", R"(,"limited_data_use":true)")).outcome ==
            "queued");
    REQUIRE(at.settles());
    const auto shown = at.upstream().events();
    const auto events = shown.root().find("events");
    CHECK(events.at(0).find("api").text() == "pixel");
    const auto last = events.at(events.size() - 1);
    CHECK(last.find("api").text() == "event");
    CHECK(last.find("event").find("limited_data_use").boolean() == true);
}
