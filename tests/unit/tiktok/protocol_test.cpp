#include <gatepost/core/json.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using namespace gatepost;
using tiktok::api;

namespace {

const tiktok::event_set to_event_api{.id = "PIXEL"};
const tiktok::event_set to_pixel_api{.id = "PIXEL", .api = api::pixel};

constexpr std::string_view plain = R"({"event":"a","event_time":1763812800,"event_id":"1"})";

std::string body(const tiktok::event_set& to, const std::vector<std::string_view>& payloads) {
    return tiktok::batch_body(to, payloads);
}

std::string target(const tiktok::event_set& to, const std::vector<std::string_view>& payloads) {
    return tiktok::batch_request(to, core::secret_string("t0ken"), payloads).target;
}

// What pixel/track says of `members` (JSON) beside what every event has.
std::string said_by_pixel(const std::string& members) {
    const auto payload = R"({"event":"a","event_time":1763812800,)" + members + "}";
    const auto said = body(to_pixel_api, {payload});
    const std::string_view start =
        R"({"pixel_code":"PIXEL","event":"a","timestamp":"2025-11-22T12:00:00Z")";
    REQUIRE(said.starts_with(start));
    return said.substr(start.size(), said.size() - start.size() - 1);
}

} // namespace

TEST_CASE("protocol: a batch holds its events in their order") {
    const std::vector<std::string_view> payloads{R"({"event":"a"})", R"({"event":"b"})",
                                                 R"({"event":"c"})"};
    CHECK(body(to_event_api, payloads) == R"({"event_source":"web","event_source_id":"PIXEL",)"
                                          R"("data":[{"event":"a"},{"event":"b"},{"event":"c"}]})");
    CHECK(body(to_event_api, {payloads.front()}).ends_with(R"("data":[{"event":"a"}]})"));
}

TEST_CASE("protocol: the source is named as TikTok names it") {
    const auto [source, name] = GENERATE(table<event::source, std::string>({
        {event::source::web, "web"},
        {event::source::app, "app"},
        {event::source::offline, "offline"},
        {event::source::crm, "crm"},
    }));
    CHECK(body({.source = source, .id = "7"}, {plain})
              .starts_with(R"({"event_source":")" + name + R"(","event_source_id":"7","data":[)"));
}

TEST_CASE("protocol: the test event code stands at the top, escaped like all else") {
    const auto written =
        core::json::parse(body({.id = "P\"1", .test_event_code = "T\\1"}, {plain})).value();
    CHECK(written.root().find("event_source_id").text() == "P\"1");
    CHECK(written.root().find("test_event_code").text() == "T\\1");
    CHECK(written.root().find("data").size() == 1);
}

TEST_CASE("protocol: the request has TikTok's path with its slash, the token and JSON") {
    const auto to = GENERATE(from_range(std::vector{to_event_api, to_pixel_api}));
    const auto request =
        tiktok::batch_request(to, core::secret_string("t0ken"), std::vector{plain});
    CHECK(request.target ==
          (to.api == api::pixel ? "/open_api/v1.3/pixel/track/" : "/open_api/v1.3/event/track/"));
    const auto has = [&](std::string_view name, std::string_view value) {
        return std::ranges::count_if(request.headers, [&](const core::upstream_header& each) {
            return each.name == name && each.value.reveal() == value;
        });
    };
    CHECK(has("Access-Token", "t0ken") == 1);
    CHECK(has("Content-Type", "application/json") == 1);
    CHECK(request.body.find("t0ken") == std::string::npos);
    CHECK(request.body == body(to, {plain}));
}

TEST_CASE("protocol: the most events in a request are those of each generation") {
    CHECK(tiktok::most_events(api::event) == 1000);
    CHECK(tiktok::most_events(api::pixel) == 50);
}

TEST_CASE("protocol: limited data use means something in events of web and app alone") {
    using event::source;
    CHECK(tiktok::knows_limited_data_use(source::web));
    CHECK(tiktok::knows_limited_data_use(source::app));
    CHECK_FALSE(tiktok::knows_limited_data_use(source::offline));
    CHECK_FALSE(tiktok::knows_limited_data_use(source::crm));
}

TEST_CASE("pixel api: one event goes to pixel/track, several go to pixel/batch as tracks") {
    CHECK(target(to_pixel_api, {plain}) == "/open_api/v1.3/pixel/track/");
    CHECK(
        body(to_pixel_api, {plain}) ==
        R"({"pixel_code":"PIXEL","event":"a","event_id":"1","timestamp":"2025-11-22T12:00:00Z"})");
    CHECK(target(to_pixel_api, {plain, plain}) == "/open_api/v1.3/pixel/batch/");
    CHECK(body(to_pixel_api, {plain, R"({"event":"b","event_time":0,"user":{"ttp":"t"}})"}) ==
          R"({"pixel_code":"PIXEL","batch":[)"
          R"({"type":"track","event":"a","event_id":"1","timestamp":"2025-11-22T12:00:00Z"},)"
          R"({"type":"track","event":"b","timestamp":"1970-01-01T00:00:00Z",)"
          R"("context":{"user":{"ttp":"t"}}}]})");
}

TEST_CASE("pixel api: a test event code stands in every event") {
    auto to = to_pixel_api;
    to.test_event_code = "T\"1";
    CHECK(body(to, {plain}) ==
          R"({"pixel_code":"PIXEL","event":"a","event_id":"1","timestamp":"2025-11-22T12:00:00Z",)"
          R"("test_event_code":"T\"1"})");
    const auto batch = core::json::parse(body(to, {plain, plain})).value();
    CHECK_FALSE(batch.root().find("test_event_code"));
    REQUIRE(batch.root().find("batch").size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(batch.root().find("batch").at(i).find("test_event_code").text() == "T\"1");
    }
}

TEST_CASE("pixel api: who the visitor is stands where 1.0 has it, one value of each") {
    const auto [given, said] = GENERATE(table<std::string, std::string>({
        {R"("user":{})", ""},
        {R"("user":{"ttclid":"E.C.P"})", R"(,"context":{"ad":{"callback":"E.C.P"}})"},
        {R"("user":{"email":["e1","e2"],"phone":["p1","p2"],"external_id":["x1"]})",
         R"(,"context":{"user":{"email":"e1","phone_number":"p1","external_id":"x1"}})"},
        {R"("user":{"email":"e1","phone":[],"external_id":""})",
         R"(,"context":{"user":{"email":"e1"}})"},
        {R"("user":{"ip":"::1","user_agent":"ua","locale":"de"})",
         R"(,"context":{"user":{"locale":"de"},"ip":"::1","user_agent":"ua"})"},
        {R"("user":{"first_name":"f","zip_code":"z","city":"c","idfa":"i"},"device":{"mobile":true})",
         ""},
        {R"("page":{"referrer":"r"})", R"(,"context":{"page":{"referrer":"r"}})"},
    }));
    CAPTURE(given);
    CHECK(said_by_pixel(given) == said);
}

TEST_CASE("pixel api: properties are said in the words of 1.0, custom ones as they are") {
    const auto [given, said] = GENERATE(table<std::string, std::string>({
        {R"({})", ""},
        {R"({"value":0,"custom":[{"a":null}]})", R"({"value":0,"custom":[{"a":null}]})"},
        {R"({"search_string":"s"})", R"({"query":"s"})"},
        {R"({"search_string":"s","query":"q"})", R"({"search_string":"s","query":"q"})"},
        {R"({"query":null,"search_string":"s"})", R"({"query":"s"})"},
        {R"({"content_type":"product"})", R"({"content_type":"product"})"},
        {R"({"content_type":"product","contents":[{"content_id":"1"},{"content_type":"x"}]})",
         R"({"contents":[{"content_type":"product","content_id":"1"},{"content_type":"x"}]})"},
        {R"({"contents":[{"content_id":"1","brand":null}]})",
         R"({"contents":[{"content_id":"1"}]})"},
        {R"({"content_ids":["1","2"],"content_type":"product"})",
         R"({"contents":[{"content_type":"product","content_id":"1"},)"
         R"({"content_type":"product","content_id":"2"}]})"},
        {R"({"content_ids":"1"})", R"({"contents":[{"content_id":"1"}]})"},
        {R"({"contents":[],"content_ids":["1"]})", R"({"contents":[{"content_id":"1"}]})"},
        {R"({"content_ids":["1"],"contents":[{"content_id":"2"}]})",
         R"({"content_ids":["1"],"contents":[{"content_id":"2"}]})"},
        {R"({"content_ids":[]})", R"({"content_ids":[]})"},
        {R"({"contents":"none","content_type":"t"})", R"({"contents":"none","content_type":"t"})"},
        {R"({"contents":[7],"content_ids":{}})", R"({"contents":[7],"content_ids":{}})"},
    }));
    CAPTURE(given);
    CHECK(said_by_pixel(R"("properties":)" + given) ==
          (said.empty() ? "" : R"(,"properties":)" + said));
}

TEST_CASE("pixel api: an event that must be limited never goes by 1.0, nor does its batch") {
    const auto limited =
        GENERATE(as<std::string>(), R"({"event":"a","event_time":1,"limited_data_use":true})",
                 R"({"event":"a","event_time":1,"limited_data_use":"true"})",
                 R"({"event":"a","event_time":1,"limited_data_use":1})");
    CAPTURE(limited);
    CHECK(target(to_pixel_api, {limited}) == "/open_api/v1.3/event/track/");
    CHECK(body(to_pixel_api, {limited}) == body(to_event_api, {limited}));
    CHECK(target(to_pixel_api, {plain, limited, plain}) == "/open_api/v1.3/event/track/");
    CHECK(body(to_pixel_api, {plain, limited, plain}) ==
          body(to_event_api, {plain, limited, plain}));
}

TEST_CASE("pixel api: an event that says it is not limited goes by 1.0") {
    CHECK(said_by_pixel(R"("limited_data_use":false)") == "");
}

TEST_CASE("pixel api: 1.0 is of the web alone") {
    const auto source = GENERATE(event::source::app, event::source::offline, event::source::crm);
    auto to = to_pixel_api;
    to.source = source;
    CHECK(target(to, {plain}) == "/open_api/v1.3/event/track/");
    CHECK(body(to, {plain}) == body({.source = source, .id = "PIXEL"}, {plain}));
}

TEST_CASE("pixel api: what is no event that 1.0 can say goes by 2.0 as it is") {
    const auto odd = GENERATE(
        as<std::string>(), "", "{", "null", "[]", "7", R"("text")", "{}", R"({"event":"a"})",
        R"({"event":"a","event_time":"1763812800"})", R"({"event":"a","event_time":1.5})",
        R"({"event":"a","event_time":-1})", R"({"event":"a","event_time":253402300800})",
        R"({"event":"a","event_time":9223372036854775807})", R"({"event":"","event_time":1})",
        R"({"event":7,"event_time":1})", R"({"event_time":1})",
        R"({"event":"a","event_time":1,"event_time":2})", "{\"event\":\"\xff\",\"event_time\":1}");
    CAPTURE(odd);
    CHECK(target(to_pixel_api, {odd}) == "/open_api/v1.3/event/track/");
    CHECK(body(to_pixel_api, {odd}) == body(to_event_api, {odd}));
    CHECK(body(to_pixel_api, {plain, odd}) == body(to_event_api, {plain, odd}));
}

TEST_CASE("pixel api: members of another type than ours are left out of the context") {
    CHECK(said_by_pixel(R"("event_id":7,"user":[1],"page":"p","properties":"q")") == "");
    CHECK(said_by_pixel(
              R"("user":{"email":[7],"phone":{"a":1},"ttclid":null,"ip":4},"page":{"url":[]})") ==
          "");
}
