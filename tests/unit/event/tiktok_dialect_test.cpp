#include "dialects.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using test::form;
using test::read;
using texts = std::vector<std::string_view>;
using strings = std::vector<std::string>;

namespace {

event::batch track(std::string body) {
    return event::decode_event_track(std::move(body)).value();
}

event::batch pixel(std::string body) {
    return event::decode_pixel_track(std::move(body)).value();
}

event::batch pixels(std::string body) {
    return event::decode_pixel_batch(std::move(body)).value();
}

} // namespace

TEST_CASE("event/track: TikTok's documented web purchase arrives whole") {
    const auto batch = track(R"({
      "event_source": "web", "event_source_id": "C0EXAMPLE0PIXEL0CODE", "partner_name": "ExampleRelay",
      "data": [{
        "event": "Purchase", "event_time": 1763812800, "event_id": "order-100234",
        "user": {"ttclid": "E.C.P.v3fQ2RHacdkf", "ttp": "2F7h37YkS1j57AYSKTI7IHhJPYH",
          "email": ["848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f"],
          "phone": ["9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd"],
          "external_id": "user_123", "zip_code": "94107", "city": "sanfrancisco", "state": "ca",
          "country": "us", "ip": "203.0.113.10", "user_agent": "Mozilla/5.0", "locale": "en-US"},
        "page": {"url": "https://shop.example.com/thank-you?order=1", "referrer": "https://shop.example.com/"},
        "properties": {"currency": "USD", "value": 46.0, "contents": [{"content_id": "SKU-1"}]},
        "limited_data_use": true}]})");
    CHECK(batch.warnings.empty());
    REQUIRE(batch.events.size() == 1);
    const auto& event = batch.events[0].value();
    CHECK(event.source == event::source::web);
    CHECK(event.pixel == "C0EXAMPLE0PIXEL0CODE");
    CHECK(event.name == "Purchase");
    CHECK(event.id == "order-100234");
    CHECK(event.time->time_since_epoch().count() == 1763812800);
    CHECK(event.who.ttclid == "E.C.P.v3fQ2RHacdkf");
    CHECK(event.who.ttp == "2F7h37YkS1j57AYSKTI7IHhJPYH");
    CHECK(event.who.emails ==
          texts{"848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f"});
    CHECK(event.who.phones ==
          texts{"9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd"});
    CHECK(event.who.external_ids == texts{"user_123"});
    CHECK(event.who.zip_code == "94107");
    CHECK(event.who.country == "us");
    CHECK(event.who.ip == "203.0.113.10");
    CHECK(event.who.user_agent == "Mozilla/5.0");
    CHECK(event.who.locale == "en-US");
    CHECK(event.where.url == "https://shop.example.com/thank-you?order=1");
    CHECK(event.where.referrer == "https://shop.example.com/");
    CHECK(event.properties.find("contents").at(0).find("content_id").text() == "SKU-1");
    CHECK(event.limited_data_use);
    // The address and the browser of TikTok's own body are not said to be the visitor's consent
    // signals: those stand in `visitor`.
    CHECK(event.from.ip.empty());
    CHECK_FALSE(event.from.cookie_given);
}

TEST_CASE("event/track: the body's source, id and test code are those of every event") {
    const auto batch = track(R"({"event_source":"crm","event_source_id":"7654321098765432109",
        "test_event_code":"TEST123","data":[
        {"event":"Lead","lead":{"lead_id":"71","lead_event_source":"HubSpot"}},
        {"event":"Lead","event_source":"crm","event_source_id":"7654321098765432109",
         "pixel":"7654321098765432109","test_event_code":"TEST123"}]})");
    CHECK(batch.warnings.empty());
    REQUIRE(batch.events.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& event = batch.events[i].value();
        CHECK(event.index == i);
        CHECK(event.source == event::source::crm);
        CHECK(event.pixel == "7654321098765432109");
        CHECK(event.test_event_code == "TEST123");
    }
    CHECK(batch.events[0]->lead.id == "71");
    CHECK(batch.events[0]->lead.source == "HubSpot");
}

TEST_CASE("event/track: what the body does not say, an event may say for itself alone") {
    const auto batch = track(R"({"test_event_code":"","data":[
        {"event":"a","event_source":"app","pixel":"P","test_event_code":"T"},{"event":"b"}]})");
    CHECK(batch.events.at(0)->source == event::source::app);
    CHECK(batch.events.at(0)->pixel == "P");
    CHECK(batch.events.at(0)->test_event_code == "T");
    CHECK_FALSE(batch.events.at(1)->source);
    CHECK(batch.events.at(1)->pixel.empty());
    CHECK(batch.events.at(1)->test_event_code.empty());
}

TEST_CASE("pixel/batch: TikTok's documented purchase arrives whole") {
    const auto batch = pixels(R"({
      "pixel_code": "C0EXAMPLE0PIXEL0CODE", "partner_name": "ExampleRelay",
      "batch": [{
        "type": "track", "event": "CompletePayment", "event_id": "order-100234",
        "timestamp": "2025-11-22T12:00:00Z",
        "context": {
          "ad": {"callback": "E.C.P.abc"},
          "page": {"url": "https://shop.example.com/thank-you", "referrer": "https://shop.example.com/"},
          "user": {"email": "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f",
                   "phone_number": "+12133734253", "external_id": "user_123",
                   "ttp": "2F7h37YkS1j57AYSKTI7IHhJPYH", "locale": "en-US"},
          "ip": "203.0.113.10", "user_agent": "Mozilla/5.0"},
        "properties": {"currency": "USD", "value": 46.0, "query": "socks", "contents":
          [{"content_type": "product", "content_id": "SKU-1", "price": 8.0, "quantity": 2}]},
        "limited_data_use": true, "test_event_code": "TEST1"}]})");
    CHECK(batch.warnings.empty());
    REQUIRE(batch.events.size() == 1);
    const auto& event = batch.events[0].value();
    CHECK(event.source == event::source::web);
    CHECK(event.pixel == "C0EXAMPLE0PIXEL0CODE");
    CHECK(event.name == "CompletePayment");
    CHECK(event.id == "order-100234");
    CHECK(event.time->time_since_epoch().count() == 1763812800);
    CHECK(event.who.ttclid == "E.C.P.abc");
    CHECK(event.where.url == "https://shop.example.com/thank-you");
    CHECK(event.where.referrer == "https://shop.example.com/");
    CHECK(event.who.emails ==
          texts{"848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f"});
    CHECK(event.who.phones == texts{"+12133734253"});
    CHECK(event.who.external_ids == texts{"user_123"});
    CHECK(event.who.ttp == "2F7h37YkS1j57AYSKTI7IHhJPYH");
    CHECK(event.who.locale == "en-US");
    CHECK(event.who.ip == "203.0.113.10");
    CHECK(event.who.user_agent == "Mozilla/5.0");
    CHECK(event.properties.find("query").text() == "socks");
    CHECK(event.properties.find("contents").at(0).find("content_type").text() == "product");
    CHECK(event.limited_data_use);
    CHECK(event.test_event_code == "TEST1");
}

TEST_CASE("pixel/track: one event with its pixel, of which only the name is needed") {
    const auto batch = pixel(R"({"pixel_code":"C0EXAMPLE0PIXEL0CODE","event":"ViewContent"})");
    CHECK(batch.warnings.empty());
    REQUIRE(batch.events.size() == 1);
    const auto& event = batch.events[0].value();
    CHECK(event.index == 0);
    CHECK(event.source == event::source::web);
    CHECK(event.pixel == "C0EXAMPLE0PIXEL0CODE");
    CHECK(event.name == "ViewContent");
    CHECK_FALSE(event.time);
    CHECK(event.id.empty());
    CHECK_FALSE(event.properties);
    CHECK_FALSE(event.limited_data_use);
}

TEST_CASE("pixel/track: the time is ISO 8601, and absent means none") {
    const auto [timestamp, seconds] = GENERATE(table<std::string, std::int64_t>({
        {"2020-09-17T19:49:27Z", 1600372167}, // the SDK's example
        {"2026-11-22T18:00:00.123Z", 1795370400},
        {"2026-11-22T19:00:00+01:00", 1795370400},
    }));
    const auto time = pixel(R"({"event":"a","timestamp":")" + timestamp + "\"}").events.at(0)->time;
    REQUIRE(time);
    CHECK(time->time_since_epoch().count() == seconds);
    CHECK_FALSE(pixel(R"({"event":"a","timestamp":null})").events.at(0)->time);
}

TEST_CASE("pixel/track: several identifiers of a kind, and ids as numbers") {
    const auto batch = pixel(R"({"event":"a","event_id":7,"context":{"user":{
        "email":["a@b.example","c@d.example"],"phone_number":["+12133734253",442071838750],
        "external_id":[42,"x"]}}})");
    CHECK(batch.warnings.empty());
    const auto& event = batch.events.at(0).value();
    CHECK(event.id == "7");
    CHECK(event.who.emails == texts{"a@b.example", "c@d.example"});
    CHECK(event.who.phones == texts{"+12133734253", "442071838750"});
    CHECK(event.who.external_ids == texts{"42", "x"});
}

TEST_CASE("pixel/track: the click id of context.ad goes before that of context.user") {
    const auto [context, ttclid] = GENERATE(table<std::string, std::string>({
        {R"("ad":{"callback":"A"})", "A"},
        {R"("user":{"ttclid":"U"})", "U"},
        {R"("ad":{"callback":"A"},"user":{"ttclid":"U"})", "A"},
        {R"("user":{"ttclid":"U"},"ad":{"callback":"A"})", "A"},
        {R"("user":{"ttclid":"U"},"ad":{"callback":""})", "U"},
        {R"("ad":{"callback":"undefined"},"user":{"ttclid":"U"})", "U"},
        {R"("ad":{"callback":null},"user":{"ttclid":"U"})", "U"},
        {R"("ad":{"callback":7},"user":{"ttclid":"U"})", "U"},
    }));
    CAPTURE(context);
    CHECK(pixel(R"({"event":"a","context":{)" + context + "}}").events.at(0)->who.ttclid == ttclid);
}

TEST_CASE("TikTok's bodies: visitor and consent stand in each event as in Gatepost's own") {
    const std::string said = R"("visitor":{"cookie":"euconsent-v2=C","country":"DE","minor":true},
        "consent":{"marketing":"granted","at":1795340000,"tcf":7})";
    const auto [dialect, body] = GENERATE_COPY(table<form, std::string>({
        {form::event_track, R"({"data":[{"event":"a",)" + said + "}]}"},
        {form::pixel_track, R"({"event":"a",)" + said + "}"},
        {form::pixel_batch, R"({"batch":[{"event":"a",)" + said + "}]}"},
    }));
    CAPTURE(body);
    const auto batch = read(dialect, body).value();
    const auto& event = batch.events.at(0).value();
    CHECK(event.from.cookie == "euconsent-v2=C");
    CHECK(event.from.country == "DE");
    CHECK(event.from.minor);
    using claim = std::pair<std::string_view, std::string_view>;
    CHECK(event.consent.fields == std::vector<claim>{{"marketing", "granted"}, {"tcf", ""}});
    CHECK(event.consent.unreadable == texts{"tcf"});
    CHECK(event.consent.at->time_since_epoch().count() == 1795340000);
    CHECK(batch.warnings == strings{"/events/0/consent/tcf: not a string; unreadable"});
}

TEST_CASE("TikTok's bodies: null is absent, as clients write what they do not set") {
    const auto batch = pixels(R"({"pixel_code":"P","partner_name":null,"test_event_code":null,
        "secret":null,"batch":[{"type":null,"event":"a","event_id":null,"timestamp":null,
        "properties":null,"limited_data_use":null,"pixel_code":null,"visitor":null,"consent":null,
        "context":{"ad":null,"page":null,"ip":null,"user_agent":null,
        "user":{"email":null,"phone_number":[null],"external_id":null,"ttp":null,"ttclid":null}}},
        {"event":"a","context":{"ad":{"callback":null},"page":{"url":null,"referrer":null},
        "user":null}},{"event":"a","context":null}]})");
    CHECK(batch.warnings.empty());
    REQUIRE(batch.events.size() == 3);
    for (const auto& event : batch.events) {
        REQUIRE(event.has_value());
        CHECK(event->pixel == "P");
        CHECK(event->who.phones.empty());
        CHECK_FALSE(event->time);
    }
    CHECK(track(R"({"event_source":null,"event_source_id":null,"test_event_code":null,
        "partner_name":null,"data":[{"event":"a"}]})")
              .warnings.empty());
}

TEST_CASE("TikTok's bodies: the views still hold when the batch has been moved") {
    auto read = pixels(R"({"pixel_code":"P","batch":[{"event":"a","event_id":1234567890123456}]})");
    const auto moved = std::move(read);
    CHECK(moved.events.at(0)->id == "1234567890123456");
    CHECK(moved.events.at(0)->pixel == "P");
}
