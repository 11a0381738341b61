#include "dialects.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using test::form;
using test::read;
using strings = std::vector<std::string>;

namespace {

std::string list_of(std::size_t events) {
    std::string list;
    for (std::size_t i = 0; i < events; ++i) {
        list.append(i == 0 ? "" : ",").append(R"({"event":"Purchase"})");
    }
    return "[" + list + "]";
}

} // namespace

TEST_CASE("TikTok's bodies: an event that contradicts its body is refused, at its own place") {
    const auto [dialect, body, path] = GENERATE(table<form, std::string, std::string>({
        {form::event_track,
         R"({"event_source":"web","data":[{"event":"a"},{"event":"a","event_source":"app"}]})",
         "/event_source"},
        {form::event_track,
         R"({"event_source_id":"A","data":[{"event":"a"},{"event":"a","event_source_id":"B"}]})",
         "/event_source_id"},
        {form::event_track,
         R"({"event_source_id":"A","data":[{"event":"a"},{"event":"a","pixel":"B"}]})", "/pixel"},
        {form::event_track,
         R"({"test_event_code":"A","data":[{"event":"a"},{"event":"a","test_event_code":"B"}]})",
         "/test_event_code"},
        {form::pixel_batch,
         R"({"pixel_code":"A","batch":[{"event":"a"},{"event":"a","pixel_code":"B"}]})",
         "/pixel_code"},
        {form::pixel_batch,
         R"({"test_event_code":"A","batch":[{"event":"a"},{"event":"a","test_event_code":"B"}]})",
         "/test_event_code"},
    }));
    CAPTURE(body);
    const auto batch = read(dialect, body).value();
    REQUIRE(batch.events.size() == 2);
    CHECK(batch.events[0].has_value());
    REQUIRE(batch.events[1].has_error());
    CHECK(batch.events[1].error().code == "invalid_event");
    CHECK(batch.events[1].error().path == "/events/1" + path);
}

TEST_CASE("TikTok's bodies: what is no body of the dialect is refused as a whole") {
    struct row {
        form dialect;
        std::string body;
        std::string code;
        std::string path;
    };
    const auto [dialect, body, code, path] = GENERATE(values<row>({
        {form::event_track, "", "invalid_json", ""},
        {form::event_track, "{\"data\":[secret]}", "invalid_json", ""},
        {form::event_track, R"({"data":[{"event":"a","event":"b"}]})", "invalid_json", ""},
        {form::event_track, "[]", "invalid_body", ""},
        {form::event_track, R"([{"event":"a"}])", "invalid_body", ""},
        {form::event_track, "\"secret\"", "invalid_body", ""},
        {form::event_track, "null", "invalid_body", ""},
        {form::event_track, "{}", "invalid_body", "/data"},
        {form::event_track, R"({"event":"a"})", "invalid_body", "/data"},
        {form::event_track, R"({"data":null})", "invalid_body", "/data"},
        {form::event_track, R"({"data":{"event":"a"}})", "invalid_body", "/data"},
        {form::event_track, R"({"data":"secret"})", "invalid_body", "/data"},
        {form::event_track, R"({"data":[]})", "empty_list", "/data"},
        {form::event_track, R"({"event_source":"secret","data":[{"event":"a"}]})", "invalid_body",
         "/event_source"},
        {form::event_track, R"({"event_source":1,"data":[{"event":"a"}]})", "invalid_body",
         "/event_source"},
        {form::event_track, R"({"event_source_id":7654321098765432109,"data":[{"event":"a"}]})",
         "invalid_body", "/event_source_id"},
        {form::event_track, R"({"test_event_code":true,"data":[{"event":"a"}]})", "invalid_body",
         "/test_event_code"},
        {form::event_track, R"({"consent":{"marketing":"denied"},"data":[{"event":"a"}]})",
         "invalid_body", "/consent"},
        {form::event_track, R"({"data":[{"event":"a"}],"visitor":{"headers":{"sec-gpc":"1"}}})",
         "invalid_body", "/visitor"},
        {form::pixel_batch, R"({"consent":"denied","batch":[{"event":"a"}]})", "invalid_body",
         "/consent"},
        {form::pixel_batch, R"({"batch":[{"event":"a"}],"visitor":{}})", "invalid_body",
         "/visitor"},
        {form::pixel_track, "", "invalid_json", ""},
        {form::pixel_track, "{\"event\":secret}", "invalid_json", ""},
        {form::pixel_track, "[]", "invalid_body", ""},
        {form::pixel_track, R"([{"event":"a"}])", "invalid_body", ""},
        {form::pixel_track, "7", "invalid_body", ""},
        {form::pixel_batch, "", "invalid_json", ""},
        {form::pixel_batch, "[]", "invalid_body", ""},
        {form::pixel_batch, "{}", "invalid_body", "/batch"},
        {form::pixel_batch, R"({"batch":{"event":"a"}})", "invalid_body", "/batch"},
        {form::pixel_batch, R"({"batch":[]})", "empty_list", "/batch"},
        {form::pixel_batch, R"({"pixel_code":["secret"],"batch":[{"event":"a"}]})", "invalid_body",
         "/pixel_code"},
    }));
    CAPTURE(body);
    const auto refused = read(dialect, body);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == code);
    CHECK(refused.error().path == path);
    CHECK(refused.error().message.find("secret") == std::string::npos);
}

TEST_CASE("TikTok's bodies: the greatest number of events is TikTok's, and one more is too many") {
    const auto [dialect, before, most, path] =
        GENERATE(table<form, std::string, std::size_t, std::string>({
            {form::event_track, R"({"data":)", 1000, "/data"},
            {form::pixel_batch, R"({"batch":)", 50, "/batch"},
        }));
    const auto all = read(dialect, before + list_of(most) + "}");
    REQUIRE(all.has_value());
    CHECK(all->events.size() == most);
    CHECK(all->events.back()->index == most - 1);
    const auto more = read(dialect, before + list_of(most + 1) + "}");
    REQUIRE(more.has_error());
    CHECK(more.error().code == "too_many_events");
    CHECK(more.error().path == path);
    CHECK(more.error().message == "more than " + std::to_string(most) + " events");
}

TEST_CASE("TikTok's bodies: an event that is not valid names the place, the others stand") {
    const auto [dialect, event, path] = GENERATE(table<form, std::string, std::string>({
        {form::event_track, "7", ""},
        {form::event_track, "null", ""},
        {form::event_track, "{}", "/event"},
        {form::event_track, R"({"event":" "})", "/event"},
        {form::event_track, R"({"event":"a","event_time":"2026-11-22T18:00:00Z"})", "/event_time"},
        {form::event_track, R"({"event":"a","event_time":1795350000000})", "/event_time"},
        {form::event_track, R"({"event":"a","event_id":{}})", "/event_id"},
        {form::event_track, R"({"event":"a","limited_data_use":1})", "/limited_data_use"},
        {form::event_track, R"({"event":"a","visitor":{"cookie":7}})", "/visitor/cookie"},
        {form::pixel_batch, "7", ""},
        {form::pixel_batch, "null", ""},
        {form::pixel_batch, "{}", "/event"},
        {form::pixel_batch, R"({"event":7})", "/event"},
        {form::pixel_batch, R"({"event":"a","event_id":true})", "/event_id"},
        {form::pixel_batch, R"({"event":"a","timestamp":1795350000})", "/timestamp"},
        {form::pixel_batch, R"({"event":"a","timestamp":"1795350000"})", "/timestamp"},
        {form::pixel_batch, R"({"event":"a","timestamp":""})", "/timestamp"},
        {form::pixel_batch, R"({"event":"a","timestamp":"yesterday"})", "/timestamp"},
        {form::pixel_batch, R"({"event":"a","type":"identify"})", "/type"},
        {form::pixel_batch, R"({"event":"a","type":1})", "/type"},
        {form::pixel_batch, R"({"event":"a","pixel_code":1})", "/pixel_code"},
        {form::pixel_batch, R"({"event":"a","test_event_code":1})", "/test_event_code"},
        {form::pixel_batch, R"({"event":"a","context":"secret"})", "/context"},
        {form::pixel_batch, R"({"event":"a","context":{"user":"secret"}})", "/context/user"},
        {form::pixel_batch, R"({"event":"a","context":{"ad":"secret"}})", "/context/ad"},
        {form::pixel_batch, R"({"event":"a","context":{"page":"secret"}})", "/context/page"},
        {form::pixel_batch, R"({"event":"a","properties":"secret"})", "/properties"},
        {form::pixel_batch, R"({"event":"a","limited_data_use":"true"})", "/limited_data_use"},
        {form::pixel_batch, R"({"event":"a","visitor":[]})", "/visitor"},
        {form::pixel_batch, R"({"event":"a","consent":"granted"})", "/consent"},
    }));
    CAPTURE(event);
    const auto name = std::string(dialect == form::event_track ? "data" : "batch");
    const auto list = R"([{"event":"before"},)" + event + R"(,{"event":"after"}])";
    const auto batch = read(dialect, "{\"" + name + "\":" + list + "}").value();
    REQUIRE(batch.events.size() == 3);
    CHECK(batch.events[0]->name == "before");
    REQUIRE(batch.events[1].has_error());
    CHECK(batch.events[1].error().code == "invalid_event");
    CHECK(batch.events[1].error().path == "/events/1" + path);
    CHECK(batch.events[1].error().message.find("secret") == std::string::npos);
    CHECK(batch.events[2]->name == "after");
}

TEST_CASE("TikTok's bodies: what is left out is said, without the text that was sent") {
    const auto [dialect, body, warnings] = GENERATE(table<form, std::string, strings>({
        {form::event_track,
         R"({"secret":1,"secret2":2,"data":[{"event":"a"}]})",
         {"2 unknown keys; left out"}},
        {form::event_track,
         R"({"data":[{"event":"a"},{"event":"a","secret":1,"user":{"phone_number":"1"}}]})",
         {"/events/1/user: 1 unknown key; left out", "/events/1: 1 unknown key; left out"}},
        {form::pixel_track,
         R"({"event":"a","event_time":1,"context":{"secret":1}})",
         {"/events/0/context: 1 unknown key; left out", "/events/0: 1 unknown key; left out"}},
        {form::pixel_track,
         R"({"event":"a","context":{"ip":1,"user_agent":[],"ad":{"callback":1,
            "secret":1},"page":{"url":1},"user":{"email":1,"phone_number":true,"external_id":[{}],
            "ttp":1,"ttclid":1,"locale":1,"secret":1}}})",
         {"/events/0/context/ip: not a string; left out",
          "/events/0/context/user_agent: not a string; left out",
          "/events/0/context/ad/callback: not a string; left out",
          "/events/0/context/ad: 1 unknown key; left out",
          "/events/0/context/page/url: not a string; left out",
          "/events/0/context/user/email: not a string; left out",
          "/events/0/context/user/phone_number: not a string; left out",
          "/events/0/context/user/external_id: not a string; left out",
          "/events/0/context/user/ttp: not a string; left out",
          "/events/0/context/user/ttclid: not a string; left out",
          "/events/0/context/user/locale: not a string; left out",
          "/events/0/context/user: 1 unknown key; left out"}},
        {form::pixel_batch, R"({"secret":1,"batch":[{"event":"a"}]})", {"1 unknown key; left out"}},
    }));
    CAPTURE(body);
    const auto batch = read(dialect, body).value();
    CHECK(batch.warnings == warnings);
    for (const auto& event : batch.events) {
        CHECK(event.has_value());
    }
}
