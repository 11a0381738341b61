// One event, said in each dialect, is one event: whatever parts of it are there.
#include "shown.hpp"

#include <gatepost/event/tiktok_dialect.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace gatepost;

namespace {

// A part of an event: its place in Gatepost's dialect and Events API 2.0, that in Events API 1.0
// ("" where there is none), and its JSON.
struct part {
    std::string place;
    std::string pixel_place;
    std::string json;
};

const std::vector<part>& all_parts() {
    static const std::vector<part> parts{
        {"event_id", "event_id", R"("order-1")"},
        {"event_time", "timestamp", "1795350000"},
        {"user/email", "context/user/email", R"(["a@b.example"," C@d.example"])"},
        {"user/phone", "context/user/phone_number", R"(12133734253)"},
        {"user/external_id", "context/user/external_id", R"(["x",7,null])"},
        {"user/ttclid", "context/ad/callback", R"("E.C.P.abc")"},
        {"user/ttp", "context/user/ttp", R"("2F7h37Y")"},
        {"user/locale", "context/user/locale", R"("en-US")"},
        {"user/ip", "context/ip", R"("203.0.113.10")"},
        {"user/user_agent", "context/user_agent", R"("Mozilla/5.0")"},
        {"page/url", "context/page/url", R"("https://shop.example/?ttclid=q")"},
        {"page/referrer", "context/page/referrer", R"("https://shop.example/")"},
        {"properties", "properties", R"({"value":46.0,"contents":[{"content_id":1}]})"},
        {"limited_data_use", "limited_data_use", "true"},
        {"test_event_code", "test_event_code", R"("TEST1")"},
        {"visitor/cookie", "visitor/cookie", R"("euconsent-v2=C")"},
        {"visitor/headers", "visitor/headers", R"({"sec-gpc":1})"},
        {"visitor/age", "visitor/age", "17"},
        {"consent/marketing", "consent/marketing", R"("granted")"},
        {"consent/at", "consent/at", "1795340000"},
        {"consent/gpp_sid", "consent/gpp_sid", "[7,8]"},
        {"user/first_name", "", R"("Alice")"},
        {"user/zip_code", "", "94107"},
        {"user/country", "", R"("us")"},
        {"user/idfa", "", R"("ABCD")"},
        {"user/att_status", "", R"("DENIED")"},
        {"user/lead_id", "", R"("71")"},
        {"app/app_id", "", "343200656"},
        {"lead/lead_event_source", "", R"("HubSpot")"},
        {"ad", "", R"({"callback":"c"})"},
        {"device", "", R"({"mobile":true})"},
    };
    return parts;
}

// Members by their place, written as the object they make.
std::string object_of(const std::map<std::string, std::string>& members) {
    std::map<std::string, std::string> here;
    std::map<std::string, std::map<std::string, std::string>> inside;
    for (const auto& [place, json] : members) {
        const auto slash = place.find('/');
        if (slash == std::string::npos) {
            here[place] = json;
        } else {
            inside[place.substr(0, slash)][place.substr(slash + 1)] = json;
        }
    }
    for (const auto& [name, deeper] : inside) {
        here[name] = object_of(deeper);
    }
    std::string text;
    for (const auto& [name, json] : here) {
        text.append(text.empty() ? "" : ",").append("\"" + name + "\":" + json);
    }
    return "{" + text + "}";
}

// The one event of a body, which nothing was wrong with.
std::string only_event(const core::input_result<event::batch>& read) {
    REQUIRE(read.has_value());
    CHECK(read->warnings.empty());
    REQUIRE(read->events.size() == 1);
    REQUIRE(read->events[0].has_value());
    return test::shown(*read->events[0]);
}

// Each part is there or not, by chance, but the same chance every time.
std::vector<part> some_parts(std::mt19937& chance, bool in_pixel_dialect) {
    std::vector<part> chosen;
    for (const auto& one : all_parts()) {
        if (chance() % 2 == 0 && !(in_pixel_dialect && one.pixel_place.empty())) {
            chosen.push_back(one);
        }
    }
    return chosen;
}

} // namespace

TEST_CASE("dialects: an event is the same in Gatepost's own body and in Events API 2.0's") {
    std::mt19937 chance(20261122);
    for (int round = 0; round < 200; ++round) {
        std::map<std::string, std::string> members{{"event", R"("Purchase")"}};
        for (const auto& one : some_parts(chance, false)) {
            members[one.place] = one.json;
        }
        const auto in_list =
            R"({"event_source":"app","event_source_id":"P","data":[)" + object_of(members) + "]}";
        members["event_source"] = R"("app")";
        members["pixel"] = R"("P")";
        const auto own = object_of(members);
        CAPTURE(own);
        CHECK(only_event(event::decode_event_track(in_list)) ==
              only_event(event::decode_body(own, event::body_format::json)));
    }
}

TEST_CASE("dialects: an event is the same in Events API 1.0 as in 2.0, alone and in a batch") {
    std::mt19937 chance(20261122);
    for (int round = 0; round < 200; ++round) {
        std::map<std::string, std::string> members{{"event", R"("Purchase")"}};
        std::map<std::string, std::string> pixel_members = members;
        for (const auto& one : some_parts(chance, true)) {
            members[one.place] = one.json;
            pixel_members[one.pixel_place] =
                one.pixel_place == "timestamp" ? R"("2026-11-22T12:20:00Z")" : one.json;
        }
        const auto expected = only_event(event::decode_event_track(
            R"({"event_source":"web","event_source_id":"P","data":[)" + object_of(members) + "]}"));
        const auto in_batch = object_of(pixel_members);
        CAPTURE(in_batch);
        CHECK(only_event(event::decode_pixel_batch(R"({"pixel_code":"P","batch":[)" + in_batch +
                                                   "]}")) == expected);
        pixel_members["pixel_code"] = R"("P")";
        CHECK(only_event(event::decode_pixel_track(object_of(pixel_members))) == expected);
    }
}
