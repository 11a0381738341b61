#include <gatepost/sandbox/validate.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace gatepost;
using fault = std::optional<std::string>;

namespace {

fault fault_of(const std::string& body) {
    return sandbox::find_fault(core::json::parse(body).value().root());
}

std::string body(const std::string& data) {
    return R"({"event_source":"web","event_source_id":"C0EXAMPLE0PIXEL0CODE","data":)" + data + "}";
}

// A body of one good event with these members besides.
fault fault_of_event(const std::string& members) {
    return fault_of(body(R"([{"event":"Purchase","event_time":1763812800)" +
                         (members.empty() ? "" : "," + members) + "}]"));
}

const std::string hash(64, 'a');

} // namespace

TEST_CASE("sandbox: the golden bodies are taken") {
    std::size_t seen = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(GATEPOST_SOURCE_DIR "/tests/data/tiktok")) {
        const auto name = entry.path().filename().string();
        if (!name.ends_with(".body.json")) {
            continue;
        }
        CAPTURE(name);
        ++seen;
        std::ifstream in(entry.path());
        std::ostringstream text;
        text << in.rdbuf();
        const auto body = core::json::parse(std::move(text).str()).value();
        const bool is_1_0 = name.find(".pixel.") != std::string::npos;
        CHECK((is_1_0 ? sandbox::find_pixel_fault(body.root())
                      : sandbox::find_fault(body.root())) == fault());
    }
    CHECK(seen >= 10); // four sources and two generations, full and minimal
}

TEST_CASE("sandbox: TikTok's own kinds of values are taken") {
    const auto members = GENERATE_COPY(
        as<std::string>(), "", R"("event_id":"order_1")", R"("user":{})",
        R"("user":{"email":")" + hash + R"(","phone":[")" + hash + "\"]}",
        R"("user":{"ip":"::1","user_agent":"x","ttclid":"E","ttp":"t","city":"berlin"})",
        R"("page":{"url":"https://s.example/","referrer":""})",
        R"("properties":{"value":1,"currency":"USD","contents":[{"content_id":"1","price":0.5}]})",
        R"("properties":{"any_custom":{"key":[1]},"content_ids":["a","b"]})",
        R"("limited_data_use":true)", R"("app":{"app_id":"1"})",
        R"("user":{"idfa":"6D92078A-8246-4BA4-AE5B-76104861E7DC","att_status":"DENIED"})",
        R"("user":{"gaid":"6d92078a-8246-4ba4-ae5b-76104861e7dc"})",
        R"("user":{"idfa":")" + hash + R"(","gaid":")" + hash + "\"}",
        R"("ad":{"callback":"c","attributed":true,"attribution_provider":"x"})",
        R"("device":{"mobile":false,"platform":"Android","browser_version_list":[]})");
    CAPTURE(members);
    CHECK(fault_of_event(members) == fault());
}

TEST_CASE("sandbox: each required field that is missing is named") {
    const auto [text, named] = GENERATE_COPY(table<std::string, std::string>({
        {R"({"event_source_id":"P","data":[{}]})", "event_source: "},
        {R"({"event_source":"web","data":[{}]})", "event_source_id: "},
        {R"({"event_source":"web","event_source_id":"P"})", "data: "},
        {R"({"event_source":"web","event_source_id":"","data":[{}]})", "event_source_id: "},
        {body(R"([{"event_time":1}])"), "data.0.event: "},
        {body(R"([{"event":"","event_time":1}])"), "data.0.event: "},
        {body(R"([{"event":"a"}])"), "data.0.event_time: "},
        {body(R"([{"event":"a","event_time":1},{"event":"b"}])"), "data.1.event_time: "},
    }));
    CAPTURE(text);
    REQUIRE(fault_of(text));
    CHECK_THAT(*fault_of(text), Catch::StartsWith(named));
    CHECK_THAT(*fault_of(text), Catch::Contains("Missing data"));
}

TEST_CASE("sandbox: a value of a wrong type is named by its path") {
    const auto [members, path] = GENERATE_COPY(table<std::string, std::string>({
        {R"("event_id":100234)", "event_id"},
        {R"("event_id":null)", "event_id"},
        {R"("user":[])", "user"},
        {R"("user":{"email":"alice@example.com"})", "user.email"},
        {R"("user":{"email":[]})", "user.email"},
        {R"("user":{"email":[")" + hash + R"(",7]})", "user.email"},
        {R"("user":{"phone":"+12133734253"})", "user.phone"},
        {R"("user":{"external_id":")" + std::string(64, 'A') + "\"}", "user.external_id"},
        {R"("user":{"first_name":"alice"})", "user.first_name"},
        {R"("user":{"ip":1})", "user.ip"},
        {R"("page":"https://s.example")", "page"},
        {R"("page":{"url":7})", "page.url"},
        {R"("properties":[])", "properties"},
        {R"("properties":{"value":"46.0"})", "properties.value"},
        {R"("properties":{"order_id":100234})", "properties.order_id"},
        {R"("properties":{"num_items":1.5})", "properties.num_items"},
        {R"("properties":{"contents":{}})", "properties.contents"},
        {R"("properties":{"contents":[7]})", "properties.contents.0"},
        {R"("properties":{"contents":[{},{"content_id":1}]})", "properties.contents.1.content_id"},
        {R"("properties":{"contents":[{"price":"8"}]})", "properties.contents.0.price"},
        {R"("properties":{"contents":[{"quantity":1.5}]})", "properties.contents.0.quantity"},
        {R"("properties":{"content_ids":[1]})", "properties.content_ids"},
        {R"("limited_data_use":1)", "limited_data_use"},
        {R"("user":{"last_name":["a"]})", "user.last_name"},
        {R"("user":{"zip_code":"94107"})", "user.zip_code"},
        {R"("user":{"country":1})", "user.country"},
        {R"("user":{"locale":["en-US"]})", "user.locale"},
        {R"("user":{"idfv":1})", "user.idfv"},
        {R"("user":{"idfa":"6d92078a-8246-4ba4-ae5b-76104861e7dc"})", "user.idfa"},
        {R"("user":{"idfa":""})", "user.idfa"},
        {R"("user":{"idfa":")" + std::string(64, 'A') + "\"}", "user.idfa"},
        {R"("user":{"gaid":"6D92078A-8246-4BA4-AE5B-76104861E7DC"})", "user.gaid"},
        {R"("user":{"att_status":"authorized"})", "user.att_status"},
        {R"("app":{"app_id":343200656})", "app.app_id"},
        {R"("app":{"app_version":1.0})", "app.app_version"},
        {R"("ad":{"campaign_id":1})", "ad.campaign_id"},
        {R"("ad":{"is_retargeting":"true"})", "ad.is_retargeting"},
        {R"("lead":{"lead_id":7})", "lead.lead_id"},
        {R"("device":{"mobile":"?0"})", "device.mobile"},
        {R"("device":{"browser_version_list":"x"})", "device.browser_version_list"},
        {R"("properties":{"predicted_ltv":"1"})", "properties.predicted_ltv"},
    }));
    CAPTURE(members);
    REQUIRE(fault_of_event(members));
    CHECK_THAT(*fault_of_event(members), Catch::StartsWith("data.0." + path + ": Not a valid "));
}

TEST_CASE("sandbox: event_time is an integer in seconds") {
    const auto time = GENERATE(as<std::string>(), "\"1763812800\"", "1.5", "null", "[]");
    const auto found = fault_of(body(R"([{"event":"a","event_time":)" + time + "}]"));
    CHECK(found == "data.0.event_time: Not a valid integer.");
}

TEST_CASE("sandbox: fields that nobody knows are named, but for properties") {
    CHECK(fault_of_event(R"("visitor":{})") == "data.0.visitor: Unknown field.");
    CHECK(fault_of_event(R"("user":{"emial":"x"})") == "data.0.user.emial: Unknown field.");
    CHECK(fault_of_event(R"("page":{"title":"x"})") == "data.0.page.title: Unknown field.");
    CHECK(fault_of_event(R"("app":{"id":"x"})") == "data.0.app.id: Unknown field.");
    CHECK(fault_of_event(R"("ad":{"id":"x"})") == "data.0.ad.id: Unknown field.");
    CHECK(fault_of_event(R"("lead":{"id":"x"})") == "data.0.lead.id: Unknown field.");
    CHECK(fault_of_event(R"("device":{"id":"x"})") == "data.0.device.id: Unknown field.");
    CHECK(fault_of(R"({"event_source":"web","event_source_id":"P","data":[],"x":1})") ==
          "x: Unknown field.");
}

TEST_CASE("sandbox: what is no body of events at all is a fault") {
    const auto text = GENERATE_COPY(as<std::string>(), "[]", "7", "null", "{}",
                                    R"({"event_source":"tv","event_source_id":"P","data":[{}]})",
                                    R"({"event_source":"web","event_source_id":7,"data":[{}]})",
                                    body("{}"), body("[7]"), body("null"));
    CAPTURE(text);
    CHECK(fault_of(text));
}

TEST_CASE("sandbox: a batch holds from 1 to 1000 events") {
    const auto events = [](std::size_t count) {
        std::string list;
        for (std::size_t i = 0; i < count; ++i) {
            list.append(i == 0 ? "" : ",").append(R"({"event":"a","event_time":1})");
        }
        return fault_of(body("[" + list + "]"));
    };
    CHECK(events(1) == fault());
    CHECK(events(1000) == fault());
    CHECK(events(0) == "data: Length must be between 1 and 1000.");
    CHECK(events(1001) == events(0));
}

TEST_CASE("sandbox: each source has what it cannot do without") {
    const auto from = [](const std::string& source, const std::string& members) {
        return fault_of(R"({"event_source":")" + source + R"(","event_source_id":"7","data":[)" +
                        R"({"event":"Lead","event_time":1)" + members + "}]}");
    };
    CHECK(from("web", "") == fault());
    CHECK(from("offline", "") == fault());
    CHECK(from("app", "") == "data.0.app.app_id: Missing data for required field.");
    CHECK(from("app", R"(,"app":{"app_id":""})") ==
          "data.0.app.app_id: Missing data for required field.");
    CHECK(from("app", R"(,"app":{"app_id":"343200656"})") == fault());
    CHECK(from("crm", R"(,"lead":{"lead_event_source":"HubSpot"})") ==
          "data.0.lead.lead_id: Missing data for required field.");
    CHECK(from("crm", R"(,"lead":{"lead_id":"7100000000000000001"})") == fault());
}
