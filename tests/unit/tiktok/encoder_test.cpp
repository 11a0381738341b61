#include "encoding.hpp"

#include <gatepost/tiktok/protocol.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <support/command.hpp>

using namespace gatepost;
using test::encode;

namespace {

std::string file(const std::string& name) {
    std::ifstream in(std::string(GATEPOST_SOURCE_DIR) + "/tests/data/tiktok/" + name);
    std::ostringstream text;
    text << in.rdbuf();
    REQUIRE(in);
    return std::move(text).str();
}

// The payload, to look into.
core::json::document payload_of(const std::string& event) {
    return core::json::parse(encode(event).record.payload).value();
}

} // namespace

TEST_CASE("encoder: the record says what the spool and the relay need to know") {
    const auto made = encode(file("web.event.full.event.json")).record;
    CHECK(made.pixel == test::pixel);
    CHECK(made.event == "Purchase");
    CHECK(made.event_id == "100234");
    CHECK(made.controller == "default");
    CHECK(made.variant == "web/TEST1");
    CHECK(made.evidence == "{}");
    CHECK(made.event_time.time_since_epoch().count() == 1'763'812'800);
    CHECK(made.received == test::fake_clock::start);
    // Two e-mail addresses (one of them given twice) and phones, external id, ttp, ttclid (in
    // page.url, and another in a cookie).
    using kind = core::subject_key::kind;
    std::vector<kind> kinds;
    for (const auto& subject : made.subjects) {
        kinds.push_back(subject.type);
    }
    CHECK(kinds == std::vector{kind::email, kind::email, kind::phone, kind::phone,
                               kind::external_id, kind::ttp, kind::ttclid, kind::ttclid});
}

TEST_CASE("encoder: nothing in the record holds an identifier in the clear") {
    const auto made = encode(file("web.event.full.event.json")).record;
    const auto all = made.payload + made.evidence + made.event_id;
    for (const auto* planted : {"ALICE", "alice", "gmail", "Bob", "bob", "2133734253", "71838750",
                                "user_123", "zoë", "Zoë", "Neil", "SW1A", "sw1a", "secret"}) {
        CAPTURE(planted);
        CHECK(all.find(planted) == std::string::npos);
    }
}

TEST_CASE("encoder: hashes are those of sha256sum") {
    const auto email = payload_of(R"({"event":"a","user":{"email":" Bob@Example.COM "}})");
    CHECK(std::string(email.root().find("user").find("email").at(0).text()) + "  -\n" ==
          test::output_of("sha256sum", "bob@example.com"));
}

TEST_CASE("encoder: what cannot be hashed is left out, with a warning that does not repeat it") {
    const auto made = encode(R"({"event":"a","user":{"email":"alice","phone":"5551234",
                                 "external_id":" "}})");
    CHECK(made.record.payload.find("\"user\":{}") != std::string::npos);
    CHECK(made.record.subjects.empty());
    REQUIRE(made.warnings.size() == 2);
    CHECK(made.warnings[0].starts_with("/events/0/user/email: "));
    CHECK(made.warnings[1].starts_with("/events/0/user/phone: "));
    for (const auto& warning : made.warnings) {
        CHECK(warning.find("alice") == std::string::npos);
        CHECK(warning.find("5551234") == std::string::npos);
    }
}

TEST_CASE("encoder: a click id in page.url is captured before the URL is cleaned") {
    const auto made =
        encode(R"({"event":"a","page":{"url":"https://s.example/?ttclid=E.C.P%2E1"}})",
               {.cleaning = {{"ttclid"}, true}});
    CHECK(made.record.payload ==
          R"({"event":"a","event_time":1763812800,"event_id":"made-id",)"
          R"("user":{"ttclid":"E.C.P.1"},"page":{"url":"https://s.example/"}})");
}

TEST_CASE("encoder: query parameters that hold identifiers are stripped from both URLs") {
    const auto payload = payload_of(
        R"({"event":"a","page":{"url":"https://s.example/a|b?EMAIL=x&q=ü&e%2Dmail=y&phone=1",
            "referrer":"https://s.example/?name=n&token=t"}})");
    CHECK(payload.root().find("page").find("url").text() == "https://s.example/a|b?q=ü");
    CHECK(payload.root().find("page").find("referrer").text() == "https://s.example/");
}

TEST_CASE("encoder: an e-mail address in a URL goes unless that is turned off") {
    const std::string event =
        R"({"event":"a","page":{"url":"https://s.example/?to=alice%40gmail.com&q=1"}})";
    const auto url = [&](bool strip_emails) {
        const auto made = encode(event, {.cleaning = {{}, strip_emails}});
        const auto payload = core::json::parse(made.record.payload).value();
        return std::string(payload.root().find("page").find("url").text());
    };
    CHECK(url(true) == "https://s.example/?q=1");
    CHECK(url(false) == "https://s.example/?to=alice%40gmail.com&q=1");
}

TEST_CASE("encoder: the visitor's address goes only where the pixel sends it") {
    const std::string event = R"({"event":"a","user":{"ip":"203.0.113.10","user_agent":"ua"}})";
    CHECK(encode(event).record.payload.find(R"("user":{"ip":"203.0.113.10","user_agent":"ua"})") !=
          std::string::npos);
    CHECK(encode(event, {.send_ip = false}).record.payload.find(R"("user":{"user_agent":"ua"})") !=
          std::string::npos);
}

TEST_CASE("encoder: denied properties are not there, and with nothing left no properties at all") {
    const auto after = [](std::vector<std::string> denied) {
        const auto made = encode(
            R"({"event":"a","properties":{"query":"x","contents":[{"content_id":"1","brand":"b"}]}})",
            {.deny_properties = std::move(denied)});
        return made.record.payload.substr(made.record.payload.find("\"user\""));
    };
    CHECK(after({}) ==
          R"("user":{},"properties":{"query":"x","contents":[{"content_id":"1","brand":"b"}]}})");
    CHECK(after({"query", "brand"}) ==
          R"("user":{},"properties":{"contents":[{"content_id":"1"}]}})");
    CHECK(after({"query", "contents"}) == R"("user":{}})");
}

TEST_CASE("encoder: of an app, a lead, an ad and a device goes what TikTok documents") {
    const auto [given, written] = GENERATE(table<std::string, std::string>({
        {R"("app":{"app_id":7,"app_version":"1.0"})",
         R"(,"app":{"app_id":"7","app_version":"1.0"})"},
        {R"("app":{"app_name":""})", ""},
        {R"("lead":{"lead_event_source":"HubSpot"})", R"(,"lead":{"lead_event_source":"HubSpot"})"},
        {R"("lead":{})", ""},
        {R"("ad":{"ad_id":1790000000000000002,"callback":"c"})",
         R"(,"ad":{"callback":"c","ad_id":"1790000000000000002"})"},
        {R"("ad":{"is_retargeting":false,"attributed":true})",
         R"(,"ad":{"is_retargeting":false,"attributed":true})"},
        {R"("ad":{"is_retargeting":"true","attributed":1,"campaign_id":true})", ""},
        {R"("ad":{"callback":" ","ad_id":"undefined","creative_id":null,"email":"a@b.example"})",
         ""},
        {R"("device":{"mobile":true,"bitness":64})", R"(,"device":{"bitness":"64","mobile":true})"},
        {R"("device":{"browser_version_list":[{"brand":"b","version":"1"}],"wow64":true})",
         R"(,"device":{"browser_version_list":[{"brand":"b","version":"1"}]})"},
        {R"("device":{"browser_version_list":[],"model":"","platform":{}})", ""},
    }));
    CAPTURE(given);
    CHECK(encode(R"({"event":"a",)" + given + "}").record.payload ==
          R"({"event":"a","event_time":1763812800,"event_id":"made-id","user":{})" + written + "}");
}

TEST_CASE("encoder: limited data use is set by either, lowered by none, and absent otherwise") {
    const auto [event, action, limited] = GENERATE(table<std::string, consent::action, bool>({
        {R"({"event":"a"})", consent::action::send, false},
        {R"({"event":"a","limited_data_use":false})", consent::action::send, false},
        {R"({"event":"a","limited_data_use":true})", consent::action::send, true},
        {R"({"event":"a"})", consent::action::send_limited, true},
        {R"({"event":"a","limited_data_use":false})", consent::action::send_limited, true},
        {R"({"event":"a","limited_data_use":true})", consent::action::send_limited, true},
    }));
    CAPTURE(event, limited);
    const auto payload =
        core::json::parse(encode(event, {.action = action}).record.payload).value();
    CHECK(payload.root().find("limited_data_use").boolean() ==
          (limited ? std::optional(true) : std::nullopt));
}

TEST_CASE("encoder: the duplicate key is of pixel, event and event_id alone") {
    const auto key = [](const std::string& event) { return encode(event).record.duplicate_key; };
    const auto first = key(R"({"event":"a","event_id":"1","user":{"email":"x@y.example"}})");
    CHECK(first == key(R"({"event":"a","event_id":"1","event_time":5})"));
    CHECK(first == key(R"({"event":"a","event_id":1})"));
    CHECK(first != key(R"({"event":"a","event_id":"2"})"));
    CHECK(first != key(R"({"event":"b","event_id":"1"})"));
    CHECK(first != key(R"({"event":"A","event_id":"1"})"));
}

TEST_CASE("encoder: two events never share a duplicate key by how name and id are split") {
    const auto key = [](const std::string& event) { return encode(event).record.duplicate_key; };
    CHECK(key(R"({"event":"ab","event_id":"c"})") != key(R"({"event":"a","event_id":"bc"})"));
    CHECK(key(R"({"event":"a\u0000b","event_id":"c"})") !=
          key(R"({"event":"a","event_id":"b\u0000c"})"));
}

TEST_CASE("variant: an event stays of the source it was written for, and old records have none") {
    using event::source;
    CHECK(tiktok::to_text({source::offline, ""}) == "offline/");
    const auto offline = tiktok::read_variant("offline/TEST/1");
    CHECK(offline.source == source::offline);
    CHECK(offline.test_event_code == "TEST/1");
    for (const auto* old : {"", "TEST1", "web", "of/TEST"}) {
        CAPTURE(old);
        CHECK_FALSE(tiktok::read_variant(old).source);
        CHECK(tiktok::read_variant(old).test_event_code == old);
    }
}
