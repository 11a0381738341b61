// The fields that sources other than web have, and those that only TikTok's matching reads.
#include <gatepost/event/decode.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using strings = std::vector<std::string>;
using event::body_format;

namespace {

event::batch decode(std::string body) {
    return event::decode_body(std::move(body), body_format::json).value();
}

} // namespace

TEST_CASE("decode: the source is one of TikTok's four, by its name") {
    const auto [name, source] = GENERATE(table<std::string, event::source>({
        {"web", event::source::web},
        {"app", event::source::app},
        {"offline", event::source::offline},
        {"crm", event::source::crm},
    }));
    CHECK(event::to_string(source) == name);
    CHECK(event::source_named(name) == source);
    const auto batch = decode(R"({"event":"a","event_source":")" + name + "\"}");
    CHECK(batch.events.at(0)->source == source);
    CHECK(batch.warnings.empty());
}

TEST_CASE("decode: no source is none, and other words are no source") {
    CHECK_FALSE(decode(R"({"event":"a"})").events.at(0)->source);
    for (const auto* name : {"", "Web", "WEB", "web ", "email", "undefined"}) {
        CAPTURE(name);
        CHECK_FALSE(event::source_named(name));
    }
}

TEST_CASE("decode: every text of the user arrives as it came") {
    const auto [name, member] = GENERATE(table<std::string, std::string_view event::user::*>({
        {"phone_region", &event::user::phone_region},
        {"ttclid", &event::user::ttclid},
        {"ttp", &event::user::ttp},
        {"ip", &event::user::ip},
        {"user_agent", &event::user::user_agent},
        {"att_status", &event::user::att_status},
        {"first_name", &event::user::first_name},
        {"last_name", &event::user::last_name},
        {"zip_code", &event::user::zip_code},
        {"city", &event::user::city},
        {"state", &event::user::state},
        {"country", &event::user::country},
        {"locale", &event::user::locale},
        {"idfa", &event::user::idfa},
        {"idfv", &event::user::idfv},
        {"gaid", &event::user::gaid},
    }));
    CAPTURE(name);
    const auto batch = decode(R"({"event":"a","user":{")" + name + R"(":" M\u00fcnchen-1 "}})");
    CHECK(batch.events.at(0)->who.*member == " München-1 ");
    CHECK(batch.warnings.empty());
}

TEST_CASE("decode: zip codes and ids given as whole numbers become text") {
    const auto batch = decode(R"({"event":"a","user":{"zip_code":94107,"idfa":1,"idfv":2,"gaid":3},
        "app":{"app_id":343200656,"app_name":"Demo","app_version":2},
        "lead":{"lead_id":7100000000000000001,"lead_event_source":"HubSpot"}})");
    CHECK(batch.warnings.empty());
    const auto& event = batch.events.at(0).value();
    CHECK(event.who.zip_code == "94107");
    CHECK(event.who.idfa == "1");
    CHECK(event.who.idfv == "2");
    CHECK(event.who.gaid == "3");
    CHECK(event.app.id == "343200656");
    CHECK(event.app.name == "Demo");
    CHECK(event.app.version == "2");
    CHECK(event.lead.id == "7100000000000000001");
    CHECK(event.lead.source == "HubSpot");
}

TEST_CASE("decode: ad and device are kept as they are") {
    const auto batch = decode(R"({"event":"a","ad":{"callback":"c","is_retargeting":true,"x":1},
        "device":{"mobile":false,"browser_version_list":[{"brand":"b"}]}})");
    CHECK(batch.warnings.empty());
    const auto& event = batch.events.at(0).value();
    CHECK(event.ad.find("callback").text() == "c");
    CHECK(event.ad.find("is_retargeting").boolean() == true);
    CHECK(event.ad.size() == 3);
    CHECK(event.device.find("mobile").boolean() == false);
    CHECK(event.device.find("browser_version_list").at(0).find("brand").text() == "b");
}

TEST_CASE("decode: a lead is known by lead.lead_id, or else by user.lead_id") {
    const auto [members, id] = GENERATE(table<std::string, std::string>({
        {R"("user":{"lead_id":"u"})", "u"},
        {R"("user":{"lead_id":71})", "71"},
        {R"("lead":{"lead_id":"l"})", "l"},
        {R"("user":{"lead_id":"u"},"lead":{"lead_id":"l"})", "l"},
        {R"("lead":{"lead_id":"l"},"user":{"lead_id":"u"})", "l"},
        {R"("user":{"lead_id":"u"},"lead":{"lead_event_source":"HubSpot"})", "u"},
        {R"("lead":{"lead_event_source":"HubSpot"},"user":{"lead_id":"u"})", "u"},
        {R"("lead":{"lead_id":""},"user":{"lead_id":"u"})", "u"},
        {R"("user":{"lead_id":"u"},"lead":{"lead_id":null})", "u"},
    }));
    CAPTURE(members);
    const auto batch = decode(R"({"event":"a",)" + members + "}");
    CHECK(batch.events.at(0)->lead.id == id);
    CHECK(batch.warnings.empty());
}

TEST_CASE("decode: a test event code is kept, and one that is no text is not taken for none") {
    CHECK(decode(R"({"event":"a","test_event_code":"TEST1"})").events.at(0)->test_event_code ==
          "TEST1");
    CHECK(decode(R"({"event":"a","test_event_code":""})").events.at(0)->test_event_code.empty());
    const auto code = GENERATE(as<std::string>(), "1", "true", "[\"TEST1\"]",
                               "\"" + std::string(257, 'T') + "\"");
    const auto batch = decode(R"({"event":"a","test_event_code":)" + code + "}");
    REQUIRE(batch.events.at(0).has_error());
    CHECK(batch.events.at(0).error().code == "invalid_event");
    CHECK(batch.events.at(0).error().path == "/events/0/test_event_code");
}

TEST_CASE("decode: a matching field of the wrong type is left out, and the event goes on") {
    const auto [member, warning] = GENERATE(table<std::string, std::string>({
        {R"("user":{"first_name":7})", "/user/first_name: not a string; left out"},
        {R"("user":{"last_name":["a"]})", "/user/last_name: not a string; left out"},
        {R"("user":{"zip_code":94107.5})", "/user/zip_code: not a string; left out"},
        {R"("user":{"city":{}})", "/user/city: not a string; left out"},
        {R"("user":{"state":1})", "/user/state: not a string; left out"},
        {R"("user":{"country":49})", "/user/country: not a string; left out"},
        {R"("user":{"locale":true})", "/user/locale: not a string; left out"},
        {R"("user":{"idfa":false})", "/user/idfa: not a string; left out"},
        {R"("user":{"idfv":[]})", "/user/idfv: not a string; left out"},
        {R"("user":{"gaid":1e3})", "/user/gaid: not a string; left out"},
        {R"("user":{"lead_id":[1]})", "/user/lead_id: not a string; left out"},
        {R"("app":{"app_id":[1]})", "/app/app_id: not a string; left out"},
        {R"("app":{"app_name":1})", "/app/app_name: not a string; left out"},
        {R"("app":{"app_version":1.5})", "/app/app_version: not a string; left out"},
        {R"("app":{"secret":1})", "/app: 1 unknown key; left out"},
        {R"("lead":{"lead_id":true})", "/lead/lead_id: not a string; left out"},
        {R"("lead":{"lead_event_source":1})", "/lead/lead_event_source: not a string; left out"},
        {R"("lead":{"secret":1,"secret2":2})", "/lead: 2 unknown keys; left out"},
        {R"("ad":"secret")", "/ad: not an object; left out"},
        {R"("device":["secret"])", "/device: not an object; left out"},
    }));
    CAPTURE(member);
    const auto batch = decode(R"([{"event":"a"},{"event":"b",)" + member + "}]");
    CHECK(batch.events.at(1)->name == "b");
    CHECK(batch.warnings == strings{"/events/1" + warning});
    const auto& event = batch.events.at(1).value();
    CHECK_FALSE(event.ad);
    CHECK_FALSE(event.device);
}

TEST_CASE(
    "decode: more than 100 values of an identifier refuse the event, for any of them may count") {
    const auto of = [](std::size_t count) {
        std::string list;
        for (std::size_t i = 0; i < count; ++i) {
            list += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
        }
        return R"({"event":"a","user":{"external_id":[)" + list + "]}}";
    };
    const auto most = decode(of(100));
    REQUIRE(most.events[0].has_value());
    CHECK(most.events[0]->who.external_ids.size() == 100);
    const auto more = decode(of(101));
    REQUIRE(more.events[0].has_error());
    CHECK(more.events[0].error().path == "/events/0/user/external_id");
}

TEST_CASE("decode: an event id that says nothing is none") {
    const auto id = GENERATE(as<std::string>(), "", "  ", "null", "undefined", "NULL");
    const auto read = decode(R"({"event":"a","event_id":")" + id + "\"}");
    CHECK(read.events[0].value().id.empty());
}
