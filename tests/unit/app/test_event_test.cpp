#include "test_event.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::app;

namespace {

ingest::pixel pixel_of(event::source from, const std::string& id = "C1",
                       const std::string& code = "") {
    ingest::pixel made;
    made.id = id;
    made.source = from;
    made.test_event_code = code;
    return made;
}

} // namespace

TEST_CASE("send-test: the pixel is the named one, the only one, or the only one with a test code") {
    const std::vector one{pixel_of(event::source::web, "A")};
    CHECK(test_pixel(one, "")->id == "A");
    CHECK(test_pixel(one, "B") == nullptr);
    std::vector several{pixel_of(event::source::web, "A"),
                        pixel_of(event::source::web, "B", "TEST1"),
                        pixel_of(event::source::web, "C")};
    CHECK(test_pixel(several, "")->id == "B");
    CHECK(test_pixel(several, "C")->id == "C");
    several[2].test_event_code = "TEST2";
    CHECK(test_pixel(several, "") == nullptr);
    several[1].test_event_code = several[2].test_event_code = "";
    CHECK(test_pixel(several, "") == nullptr);
}

TEST_CASE("send-test: sources say what they need beyond a name") {
    test_event_arguments given;
    CHECK(missing_for_test(event::source::web, given).empty());
    CHECK(missing_for_test(event::source::app, given).find("--app-id") != std::string::npos);
    CHECK(missing_for_test(event::source::offline, given).find("--email") != std::string::npos);
    CHECK(missing_for_test(event::source::crm, given).find("--lead-id") != std::string::npos);
    given.app_id = given.lead_id = given.phone = "1";
    for (const auto from : {event::source::app, event::source::offline, event::source::crm}) {
        CHECK(missing_for_test(from, given).empty());
    }
}

TEST_CASE("send-test: the event holds nobody real, a grant, and another id each time") {
    const auto to = pixel_of(event::source::web);
    const auto first = core::json::parse(test_event(to, {})).value();
    const auto second = core::json::parse(test_event(to, {})).value();
    const auto root = first.root();
    CHECK(root.find("event").text() == "ViewContent");
    CHECK(root.find("event_id").text() != second.root().find("event_id").text());
    CHECK(root.find("consent").find("marketing").text() == "granted");
    CHECK_FALSE(root.find("user").find("email"));
    CHECK_FALSE(root.find("user").find("phone"));
    // RFC 5737 and RFC 2606
    CHECK(root.find("visitor").find("ip").text().substr(0, 10) == "203.0.113.");
    CHECK(root.find("page").find("url").text() == "https://www.example.com/");
}

TEST_CASE("send-test: arguments stand where an application would put them") {
    const test_event_arguments given{.config_file = "",
                                     .pixel = "",
                                     .test_event_code = "",
                                     .event = "Contact",
                                     .email = "a@b.example",
                                     .phone = "+12133734253",
                                     .external_id = "7",
                                     .ttclid = "E.C.P.x",
                                     .ip = "198.51.100.7",
                                     .user_agent = "browser",
                                     .url = "https://shop.example/",
                                     .app_id = "42",
                                     .lead_id = "99"};
    const auto made = core::json::parse(test_event(pixel_of(event::source::app), given)).value();
    const auto root = made.root();
    CHECK(root.find("event").text() == "Contact");
    CHECK(root.find("pixel").text() == "C1");
    CHECK(root.find("user").find("email").text() == "a@b.example");
    CHECK(root.find("user").find("phone").text() == "+12133734253");
    CHECK(root.find("user").find("external_id").text() == "7");
    CHECK(root.find("user").find("ttclid").text() == "E.C.P.x");
    CHECK(root.find("visitor").find("ip").text() == "198.51.100.7");
    CHECK(root.find("visitor").find("user_agent").text() == "browser");
    CHECK(root.find("page").find("url").text() == "https://shop.example/");
    CHECK(root.find("app").find("app_id").text() == "42");
    CHECK(root.find("lead").find("lead_id").text() == "99");
}
