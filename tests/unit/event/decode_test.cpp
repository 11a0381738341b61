#include <gatepost/event/decode.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using event::body_format;
using strings = std::vector<std::string>;

namespace {

event::batch decode(std::string body, body_format format = body_format::json) {
    return event::decode_body(std::move(body), format).value();
}

core::input_error refusal(std::string body, body_format format = body_format::json) {
    const auto result = event::decode_body(std::move(body), format);
    REQUIRE(result.has_error());
    return result.error();
}

std::string many(std::size_t events, std::string_view separator) {
    std::string list;
    for (std::size_t i = 0; i < events; ++i) {
        list.append(i == 0 ? "" : separator).append(R"({"event":"Purchase"})");
    }
    return list;
}

} // namespace

TEST_CASE("decode: one event, a list and lines make the same events") {
    const std::string one = R"({"event":"Purchase","event_id":"a"})";
    const std::string two = R"({"event":"Search","event_id":"b"})";
    CHECK(decode(one).events.at(0)->name == "Purchase");

    const auto batch = GENERATE_COPY(values<std::pair<std::string, body_format>>(
        {{"[" + one + "," + two + "]", body_format::json},
         {R"({"events":[)" + one + "," + two + "]}", body_format::json},
         {one + "\n" + two, body_format::ndjson},
         {"\n" + one + "\r\n  \n\r\n" + two + "\n\n", body_format::ndjson}}));
    CAPTURE(batch.first);
    const auto decoded = decode(batch.first, batch.second);
    REQUIRE(decoded.events.size() == 2);
    CHECK(decoded.warnings.empty());
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(decoded.events[i]->index == i);
        CHECK(decoded.events[i]->name == (i == 0 ? "Purchase" : "Search"));
        CHECK(decoded.events[i]->id == (i == 0 ? "a" : "b"));
    }
}

TEST_CASE("decode: a body that is not JSON, or no list of events, is refused as a whole") {
    struct row {
        std::string body;
        body_format format;
        std::string code;
        std::string path;
    };
    const auto json = body_format::json;
    const auto lines = body_format::ndjson;
    const auto [body, format, code, path] = GENERATE_COPY(values<row>({
        {"", json, "invalid_json", ""},
        {"{", json, "invalid_json", ""},
        {R"({"event":"a","event":"b"})", json, "invalid_json", ""},
        {R"({"event":"a"} {"event":"b"})", json, "invalid_json", ""},
        {"\"Purchase\"", json, "invalid_body", ""},
        {"null", json, "invalid_body", ""},
        {"7", json, "invalid_body", ""},
        {R"({"events":{"event":"a"}})", json, "invalid_body", "/events"},
        {R"({"events":[{"event":"a"}],"consent":{"marketing":"denied"}})", json, "invalid_body",
         "/consent"},
        {R"({"visitor":{"minor":true},"events":[{"event":"a"}]})", json, "invalid_body",
         "/visitor"},
        {"[]", json, "empty_list", ""},
        {R"({"events":[]})", json, "empty_list", ""},
        {"", lines, "empty_list", ""},
        {"\n \r\n", lines, "empty_list", ""},
        {"{\"event\":\"a\"}\n{\"event\":}", lines, "invalid_json", ""},
    }));
    CAPTURE(body);
    const auto error = refusal(body, format);
    CHECK(error.code == code);
    CHECK(error.path == path);
}

TEST_CASE("decode: a bad line is named by its number, blank lines counted") {
    const auto error = refusal("{\"event\":\"a\"}\n\n{\"event\":secret}\n", body_format::ndjson);
    CHECK(error.message.starts_with("line 3: "));
    CHECK(error.message.find("secret") == std::string::npos);
}

TEST_CASE("decode: 1,000 events are taken and 1,001 are not") {
    CHECK(decode("[" + many(1000, ",") + "]").events.size() == 1000);
    CHECK(decode(many(1000, "\n"), body_format::ndjson).events.size() == 1000);
    CHECK(refusal("[" + many(1001, ",") + "]").code == "too_many_events");
    CHECK(refusal(R"({"events":[)" + many(1001, ",") + "]}").code == "too_many_events");
    CHECK(refusal(many(1001, "\n"), body_format::ndjson).code == "too_many_events");
}

TEST_CASE("decode: an event that is not valid names the place and leaves the others alone") {
    struct row {
        std::string body;
        std::string path;
    };
    const auto [body, path] = GENERATE(values<row>({
        {R"(7)", ""},
        {R"([{"event":"a"}])", ""},
        {R"({})", "/event"},
        {R"({"event":null})", "/event"},
        {R"({"event":""})", "/event"},
        {R"({"event":"  "})", "/event"},
        {R"({"event":7})", "/event"},
        {R"({"event":"a","event_id":1.5})", "/event_id"},
        {R"({"event":"a","event_id":true})", "/event_id"},
        {R"({"event":"a","event_time":"1795350000"})", "/event_time"},
        {R"({"event":"a","event_time":1795350000.5})", "/event_time"},
        {R"({"event":"a","event_time":1795350000000})", "/event_time"},
        {R"({"event":"a","event_time":-1})", "/event_time"},
        {R"({"event":"a","event_source":"email"})", "/event_source"},
        {R"({"event":"a","event_source":1})", "/event_source"},
        {R"({"event":"a","pixel":1})", "/pixel"},
        {R"({"event":"a","pixel":"A","event_source_id":"B"})", "/event_source_id"},
        {R"({"event":"a","user":"alice"})", "/user"},
        {R"({"event":"a","app":"343200656"})", "/app"},
        {R"({"event":"a","lead":7})", "/lead"},
        {R"({"event":"a","page":"https://shop.example"})", "/page"},
        {R"({"event":"a","properties":[1]})", "/properties"},
        {R"({"event":"a","properties":"x"})", "/properties"},
        {R"({"event":"a","limited_data_use":"true"})", "/limited_data_use"},
        {R"({"event":"a","consent":"granted"})", "/consent"},
        {R"({"event":"a","visitor":[]})", "/visitor"},
        {R"({"event":"a","visitor":{"cookie":{"a":"b"}}})", "/visitor/cookie"},
        {R"({"event":"a","visitor":{"minor":"yes"}})", "/visitor/minor"},
        {R"({"event":"a","visitor":{"age":"17"}})", "/visitor/age"},
        {R"({"event":"a","visitor":{"age":-1}})", "/visitor/age"},
        {R"({"event":"a","visitor":{"country":49}})", "/visitor/country"},
        {R"({"event":"a","visitor":{"headers":"sec-gpc: 1"}})", "/visitor/headers"},
        {R"({"event":"a","visitor":{"headers":{"sec-gpc":true}}})", "/visitor/headers"},
    }));
    CAPTURE(body);
    const auto batch = decode(R"([{"event":"before"},)" + body + R"(,{"event":"after"}])");
    REQUIRE(batch.events.size() == 3);
    CHECK(batch.events[0]->name == "before");
    REQUIRE(batch.events[1].has_error());
    CHECK(batch.events[1].error().code == "invalid_event");
    CHECK(batch.events[1].error().path == "/events/1" + path);
    CHECK(batch.events[2]->name == "after");
}

TEST_CASE("decode: the path of a single event begins with /events/0 too") {
    CHECK(decode(R"({"event_id":"x"})").events.at(0).error().path == "/events/0/event");
    CHECK(decode("\n{}\n", body_format::ndjson).events.at(0).error().path == "/events/0/event");
}

TEST_CASE("decode: names and ids of 256 bytes are taken, longer ones are not") {
    const auto field = GENERATE(as<std::string>(), "event", "event_id", "pixel");
    const auto with = [&](std::size_t length) {
        const auto body = R"({")" + field + R"(":")" + std::string(length, 'x') + '"' +
                          (field == "event" ? "}" : R"(,"event":"a"})");
        return decode(body).events.at(0);
    };
    CHECK(with(256).has_value());
    REQUIRE(with(257).has_error());
    CHECK(with(257).error().path == "/events/0/" + field);
}

TEST_CASE("decode: the event of the documentation arrives whole") {
    const auto batch = decode(R"json({
      "event": "Purchase", "event_id": "order-100234", "event_time": 1795350000,
      "event_source": "web", "pixel": "C0EXAMPLE0PIXEL0CODE",
      "user": {"email": " Alice@Example.com", "phone": "+1 (213) 373-4253", "external_id": "user_123"},
      "page": {"url": "https://shop.example/thanks?ttclid=E.C.P.abc", "referrer": "https://shop.example/cart"},
      "properties": {"value": 46.0, "currency": "USD", "contents": [{"content_id": "SKU-1"}]},
      "visitor": {"cookie": "_ttp=x", "ip": "203.0.113.10", "user_agent": "Mozilla/5.0",
                  "country": "DE", "region": "BE", "headers": {"sec-gpc": "1"}, "minor": true, "age": 17},
      "consent": {"marketing": "granted", "at": 1795340000, "token": "t", "tcf": "C", "gpp": "D",
                  "gpp_sid": [7, 8], "us_privacy": "1YNN", "gcs": "G111", "gcd": "g", "ac": "2~1"},
      "limited_data_use": true})json");
    CHECK(batch.warnings.empty());
    const auto& event = batch.events.at(0).value();
    CHECK(event.id == "order-100234");
    CHECK(event.time->time_since_epoch().count() == 1795350000);
    CHECK(event.source == event::source::web);
    CHECK(event.pixel == "C0EXAMPLE0PIXEL0CODE");
    CHECK(event.who.emails == std::vector<std::string_view>{" Alice@Example.com"});
    CHECK(event.who.phones == std::vector<std::string_view>{"+1 (213) 373-4253"});
    CHECK(event.who.external_ids == std::vector<std::string_view>{"user_123"});
    CHECK(event.where.url == "https://shop.example/thanks?ttclid=E.C.P.abc");
    CHECK(event.where.referrer == "https://shop.example/cart");
    CHECK(event.properties.find("value").number() == 46.0);
    CHECK(event.from.cookie == "_ttp=x");
    CHECK(event.from.ip == "203.0.113.10");
    CHECK(event.from.user_agent == "Mozilla/5.0");
    CHECK(event.from.country == "DE");
    CHECK(event.from.region == "BE");
    REQUIRE(event.from.headers.size() == 1);
    CHECK(event.from.headers[0].first == "sec-gpc");
    CHECK(event.from.headers[0].second == "1");
    CHECK(event.from.minor);
    CHECK(event.from.age == 17);
    using claim = std::pair<std::string_view, std::string_view>;
    CHECK(event.consent.fields == std::vector<claim>{{"marketing", "granted"},
                                                     {"token", "t"},
                                                     {"tcf", "C"},
                                                     {"gpp", "D"},
                                                     {"us_privacy", "1YNN"},
                                                     {"gcs", "G111"},
                                                     {"gcd", "g"},
                                                     {"ac", "2~1"}});
    CHECK(event.consent.unreadable.empty());
    CHECK(event.consent.at->time_since_epoch().count() == 1795340000);
    CHECK(event.consent.gpp_sid == std::vector<std::int64_t>{7, 8});
    CHECK(event.limited_data_use);
}

TEST_CASE("decode: ids given as numbers become strings") {
    const auto batch = decode(R"({"event":"a","event_id":9007199254740993,
        "user":{"external_id":[42,"b"],"phone":12133734253},
        "visitor":{"headers":{"Sec-GPC":1,"dnt":["0","1"]}}})");
    const auto& event = batch.events.at(0).value();
    CHECK(event.id == "9007199254740993");
    CHECK(event.who.external_ids == std::vector<std::string_view>{"42", "b"});
    CHECK(event.who.phones == std::vector<std::string_view>{"12133734253"});
    using header = std::pair<std::string_view, std::string_view>;
    CHECK(event.from.headers == std::vector<header>{{"Sec-GPC", "1"}, {"dnt", "0"}, {"dnt", "1"}});
}

TEST_CASE("decode: the pixel may come under TikTok's name") {
    CHECK(decode(R"({"event":"a","event_source_id":"P"})").events.at(0)->pixel == "P");
    CHECK(decode(R"({"event":"a","pixel":"P","event_source_id":"P"})").events.at(0)->pixel == "P");
    CHECK(decode(R"({"event":"a","pixel":"","event_source_id":"P"})").events.at(0)->pixel == "P");
}

TEST_CASE("decode: null is absent everywhere") {
    const auto batch = decode(R"({"event":"a","event_id":null,"event_time":null,"pixel":null,
        "event_source":null,"properties":null,"page":null,"app":null,"ad":null,"lead":null,"device":null,"test_event_code":null,"nonsense":null,"events":null,
        "limited_data_use":null,
        "user":{"email":null,"phone":[null],"first_name":null},"visitor":{"cookie":null,"age":null,
        "headers":{"x":null}},"consent":{"marketing":null,"at":null,"gpp_sid":null}})");
    CHECK(batch.warnings.empty());
    const auto& event = batch.events.at(0).value();
    CHECK(event.id.empty());
    CHECK_FALSE(event.time);
    CHECK(event.who.phones.empty());
    CHECK(event.consent.fields.empty());
    CHECK(event.consent.unreadable.empty());
    CHECK(event.from.headers.empty());
}

TEST_CASE("decode: what is left out is said, without the text that was sent") {
    const auto batch = decode(R"([{"event":"a"},{"event":"a","alice@example.com":1,"b":2,
        "user":{"emial":"alice@example.com","email":["x@y",7,{"a":1}],
        "external_id":1.5,"ttclid":3},"page":{"url":[],"alice":"x"},
        "properties":{"anything":"goes"},"visitor":{"alice":1},"consent":{"alice":1}}])");
    CHECK(batch.events.at(1)->who.emails == std::vector<std::string_view>{"x@y"});
    CHECK(batch.warnings == strings{"/events/1/user/email: not a string; left out",
                                    "/events/1/user/email: not a string; left out",
                                    "/events/1/user/external_id: not a string; left out",
                                    "/events/1/user/ttclid: not a string; left out",
                                    "/events/1/user: 1 unknown key; left out",
                                    "/events/1/page/url: not a string; left out",
                                    "/events/1/page: 1 unknown key; left out",
                                    "/events/1/visitor: 1 unknown key; left out",
                                    "/events/1/consent: 1 unknown key; left out",
                                    "/events/1: 2 unknown keys; left out"});
    CHECK(decode(R"({"events":[{"event":"a"}],"alice":1})").warnings ==
          strings{"/events: unknown keys beside the list; left out"});
}

TEST_CASE("decode: consent that cannot be read is kept as unreadable, not left out") {
    struct row {
        std::string consent;
        std::string_view name;
        bool is_field;
    };
    const auto [consent, name, is_field] = GENERATE(values<row>({
        {R"("marketing":true)", "marketing", true},
        {R"("tcf":7)", "tcf", true},
        {R"("gpp":["x"])", "gpp", true},
        {R"("us_privacy":{})", "us_privacy", true},
        {R"("gcs":1)", "gcs", true},
        {R"("gcd":1)", "gcd", true},
        {R"("ac":1)", "ac", true},
        {R"("token":1)", "token", true},
        {R"("at":"2026-11-22")", "at", false},
        {R"("at":1795340000000)", "at", false},
        {R"("at":-1)", "at", false},
        {R"("gpp_sid":7)", "gpp_sid", false},
        {R"("gpp_sid":["7"])", "gpp_sid", false},
    }));
    CAPTURE(consent);
    const auto batch = decode(R"({"event":"a","consent":{)" + consent + "}}");
    const auto& claims = batch.events.at(0)->consent;
    CHECK(claims.unreadable == std::vector<std::string_view>{name});
    CHECK(batch.warnings.size() == 1);
    CHECK_FALSE(claims.at);
    if (is_field) {
        REQUIRE(claims.fields.size() == 1);
        CHECK(claims.fields[0].first == name);
        CHECK(claims.fields[0].second.empty());
    } else {
        CHECK(claims.fields.empty());
    }
}

TEST_CASE("decode: att_status is text; anything else could hide a refusal and is not taken") {
    CHECK(decode(R"({"event":"a","user":{"att_status":"DENIED"}})").events[0]->who.att_status ==
          "DENIED");
    const auto number = decode(R"({"event":"a","user":{"att_status":2}})");
    REQUIRE(number.events[0].has_error());
    CHECK(number.events[0].error().code == "invalid_event");
    CHECK(number.events[0].error().path == "/events/0/user/att_status");
}
