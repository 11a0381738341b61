// TikTok's own routes, for code that talks to TikTok today: its bodies are taken as they are and
// answered in TikTok's shape.

#include "json_line.hpp"
#include "rows.hpp"

#include <algorithm>
#include <support/command.hpp>
#include <utility>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using headers = http_connection::headers;
const headers granted{{"X-Consent-Marketing", "granted"}, {"Access-Token", "of-the-caller"}};
const headers denied{{"X-Consent-Marketing", "denied"}};
const std::string yes = R"("consent":{"marketing":"granted"})";
const std::string no = R"("consent":{"marketing":"denied"})";

stage::script script(const std::string& spool = "") {
    return {.more = pixels_of(1), .spool = spool, .relay = at_once, .tls = false};
}

// {"event":"Purchase","event_id":ID,MEMBERS}, in either generation.
std::string event(const std::string& id, const std::string& members = "") {
    return event_with(id, members);
}

std::string with_pixel(const std::string& event) {
    return R"({"pixel_code":")" + pixel_of(0) + "\"," + event.substr(1);
}

std::string event_track(const std::string& events) {
    return R"({"event_source":"web","event_source_id":")" + pixel_of(0) + R"(","data":[)" + events +
           "]}";
}

std::string pixel_batch(const std::string& events) {
    return R"({"pixel_code":")" + pixel_of(0) + R"(","batch":[)" + events + "]}";
}

std::string so_many(int count) {
    std::string list = event("many", yes);
    for (int i = 1; i < count; ++i) {
        list += "," + event("many", yes);
    }
    return list;
}

// What an answer in TikTok's shape says.
struct tiktok_answer {
    int status = 0;
    std::int64_t code = -1;
    std::string message;
    std::int64_t dropped = 0;
    std::vector<std::string> reasons;
};

tiktok_answer read(const http_answer& answer) {
    INFO(answer.body);
    const auto body = parsed(answer.body);
    const auto root = body.root();
    CHECK(root.size() == 4);
    CHECK_FALSE(root.find("request_id").text().empty());
    CHECK(root.find("data").is_object());
    tiktok_answer said{.status = answer.status,
                       .code = root.find("code").integer().value_or(-1),
                       .message = std::string(root.find("message").text()),
                       .dropped = root.find("data").find("dropped").integer().value_or(0)};
    root.find("data").find("reasons").each_element(
        [&](core::json::value each) { said.reasons.emplace_back(each.text()); });
    return said;
}

// `body` takes one event, or for the routes of lists several with commas between them.
struct route {
    const char* path;
    std::string (*body)(const std::string& event);
};
const std::vector<route> routes{{"/open_api/v1.3/event/track", event_track},
                                {"/open_api/v1.3/pixel/track", with_pixel},
                                {"/open_api/v1.3/pixel/batch", pixel_batch}};

} // namespace

TEST_CASE("drop-in: each route takes its body, with and without a slash, plain and compressed") {
    stage at(script());
    std::size_t posted = 0;
    for (const auto& route : routes) {
        for (const std::string slash : {"/", ""}) {
            for (const bool compressed : {false, true}) {
                const auto path = route.path + slash;
                CAPTURE(path, compressed);
                auto body = route.body(event("e" + std::to_string(posted++)));
                auto with = granted;
                if (compressed) {
                    body = output_of("gzip -c", body);
                    with.emplace_back("Content-Encoding", "gzip");
                }
                const auto answer = at.post(path, body, with);
                const auto said = read(answer);
                CHECK(said.status == 200);
                CHECK(said.code == 0);
                CHECK(said.message == "OK");
                CHECK(said.dropped == 0);
                CHECK(answer.body.ends_with(R"("data":{}})"));
            }
        }
    }
    REQUIRE(at.settles());
    const auto times = at.times_arrived();
    CHECK(times.size() == posted);
    CHECK(std::ranges::all_of(times, [](const auto& each) { return each.second == 1; }));
}

TEST_CASE("drop-in: an event sent again is OK, and goes out once") {
    stage at(script());
    for (const auto& route : routes) {
        for (int i = 0; i < 3; ++i) {
            CHECK(read(at.post(route.path, route.body(event("same")), granted)).code == 0);
        }
    }
    REQUIRE(at.settles());
    CHECK(at.times_arrived() == std::map<std::string, int>{{"same", 1}});
}

TEST_CASE("drop-in: what the gate drops is OK, and said") {
    stage at(script());
    for (const auto& route : routes) {
        CAPTURE(route.path);
        const auto refused = read(at.post(route.path, route.body(event("no")), denied));
        CHECK(refused.status == 200);
        CHECK(refused.code == 0);
        CHECK(refused.dropped == 1);
        CHECK(refused.reasons == std::vector<std::string>{"explicit-denial"});
        const auto silent = read(at.post(route.path, route.body(event("silent"))));
        CHECK(silent.reasons == std::vector<std::string>{"opt-in-default"});
    }
    for (const auto& route : {routes[0], routes[2]}) {
        CAPTURE(route.path);
        const std::string run = route.path;
        const auto events =
            event(run + "-yes", yes) + "," + event(run + "-no", no) + "," + event(run + "-silent");
        // The headers of a list grant nothing to anybody.
        const auto mixed = read(at.post(route.path, route.body(events), granted));
        CHECK(mixed.code == 0);
        CHECK(mixed.dropped == 2);
        CHECK(mixed.reasons == std::vector<std::string>{"explicit-denial", "opt-in-default"});
        const auto all = read(at.post(route.path, route.body(events), denied));
        CHECK(all.dropped == 3);
    }
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == 2);
    CHECK(at.dead_letters() == 0);
}

TEST_CASE("drop-in: what is wrong is answered as TikTok would, with its place and not its value") {
    stage at(script());
    const std::string unknown = R"({"pixel_code":"CSECRET","event":"Purchase"})";
    struct row {
        const char* path;
        std::string body;
        std::int64_t code;
        const char* message; // how it begins
    };
    const std::string elsewhere = R"({"event_source":"web","event_source_id":"CSECRET","data":[)";
    const auto* const event_path = "/open_api/v1.3/event/track/";
    const auto* const track_path = "/open_api/v1.3/pixel/track/";
    const auto* const batch_path = "/open_api/v1.3/pixel/batch/";
    const std::vector<row> table{
        {event_path, elsewhere + event("x", yes) + "]}", 40001, "/events/0/pixel: "},
        {track_path, unknown, 40001, "/events/0/pixel: "},
        {event_path, "{", 40002, ""},
        {track_path, "[]", 40002, ""},
        {batch_path, R"("SECRET")", 40002, ""},
        {event_path, event_track(""), 40002, "/data: "},
        {batch_path, pixel_batch(""), 40002, "/batch: "},
        {event_path, R"({"event_source":"web","data":"SECRET"})", 40002, "/data: "},
        {event_path, event_track(so_many(1001)), 40002, "/data: "},
        {batch_path, pixel_batch(so_many(51)), 40002, "/batch: "},
        {event_path, event_track(event("x", yes) + R"(,{"event":"SECRET name!"})"), 40002,
         "/events/1/event: "},
        {event_path, event_track(R"({"event":"Purchase","event_time":"SECRET"})"), 40002,
         "/events/0/event_time: "},
        {event_path, event_track(event("x", R"("event_time":1500000000)")), 40002,
         "/events/0/event_time: "},
        {track_path, with_pixel(event("x", R"("timestamp":"SECRET")")), 40002,
         "/events/0/timestamp: "},
        {batch_path, pixel_batch(event("x", yes) + "," + event("y", R"("type":"SECRET")")), 40002,
         "/events/1/type: "},
        {event_path, event_track(event("x", R"("properties":{"value":"SECRET"})")), 40002,
         "/events/0/properties/value: "},
    };
    for (const auto& row : table) {
        CAPTURE(row.path, row.body.substr(0, 100));
        const auto answer = at.post(row.path, row.body, granted);
        const auto said = read(answer);
        CHECK(said.status == 200);
        CHECK(said.code == row.code);
        CHECK(said.message.starts_with(row.message));
        CHECK_FALSE(said.message.empty());
        CHECK(answer.body.find("SECRET") == std::string::npos);
    }
    // A batch is all or nothing: no valid event of these lists was kept.
    CHECK(at.gatepost().unsettled() == 0);
    CHECK(at.times_arrived().empty());
}

TEST_CASE("drop-in: methods and types are refused in TikTok's shape") {
    stage at(script());
    for (const auto& route : routes) {
        const auto read_only = http_get(at.gatepost().ingest(), route.path);
        CHECK(read(read_only).status == 405);
        CHECK(read_only.headers.at("allow").find("POST") != std::string::npos);
        const auto form = at.post(route.path, "event=Purchase",
                                  {{"Content-Type", "application/x-www-form-urlencoded"}});
        CHECK(read(form).status == 415);
    }
    CHECK(at.post("/open_api/v1.3/app/track/", event_track(event("x")), granted).status == 404);
}

TEST_CASE("drop-in: a full spool is 503, and nothing of the batch is kept") {
    stage at(script("max_bytes: 1MiB"));
    at.upstream().control(R"({"mode":"hang"})");
    const auto large = yes + R"(,"properties":{"description":")" + std::string(20'000, 'x') + "\"}";
    int taken = 0;
    // Pairs first: what a pair leaves may be room for a single one.
    for (const auto& [route, size] : std::vector<std::pair<struct route, int>>{
             {routes[0], 2}, {routes[2], 2}, {routes[1], 1}}) {
        CAPTURE(route.path);
        http_answer answer;
        do {
            auto events = event("e" + std::to_string(taken), large);
            if (size == 2) {
                events += "," + event("e" + std::to_string(taken + 1), large);
            }
            answer = at.post(route.path, route.body(events));
            taken += answer.status == 200 ? size : 0;
        } while (answer.status == 200 && taken < 200);
        const auto said = read(answer);
        CHECK(said.status == 503);
        CHECK(said.code == 50000);
        CHECK(answer.headers.contains("retry-after"));
        CHECK(at.gatepost().unsettled() == taken);
    }
}

TEST_CASE("drop-in: a pixel whose events never say anything is named once in the log") {
    stage at(script());
    for (int i = 0; i < 60; ++i) {
        at.post("/open_api/v1.3/pixel/track/", with_pixel(event("e" + std::to_string(i))));
    }
    const auto log = read_file(at.gatepost().log_file());
    const std::string words = "nothing told whether the visitor consented";
    const auto found = log.find(words);
    REQUIRE(found != std::string::npos);
    CHECK(log.find(words, found + 1) == std::string::npos);
    CHECK(log.find(pixel_of(0)) != std::string::npos);
}
