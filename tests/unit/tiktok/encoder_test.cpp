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

std::string properties_of(const std::string& properties) {
    const auto payload = payload_of(R"({"event":"a","properties":)" + properties + "}");
    core::json::writer out;
    out.copy(payload.root().find("properties"));
    return out.take();
}

} // namespace

TEST_CASE("encoder: golden events become golden bodies, byte for byte") {
    const auto [name, test_code] =
        GENERATE(table<std::string, std::string>({{"minimal", ""}, {"full", "TEST1"}}));
    CAPTURE(name);
    const auto made = encode(file(name + ".event.json"));
    const std::string_view payload = made.record.payload;
    const auto body =
        tiktok::batch_body({.id = test::pixel, .test_event_code = test_code}, {&payload, 1});
    CHECK(body + "\n" == file(name + ".body.json"));
}

TEST_CASE("encoder: the record says what the spool and the relay need to know") {
    const auto made = encode(file("full.event.json")).record;
    CHECK(made.pixel == test::pixel);
    CHECK(made.event == "Purchase");
    CHECK(made.event_id == "100234");
    CHECK(made.controller == "default");
    CHECK(made.evidence == "{}");
    CHECK(made.event_time.time_since_epoch().count() == 1'763'812'800);
    CHECK(made.received == test::fake_clock::start);
    // E-mail (given twice), phone, external id, ttp, ttclid (given, and another in page.url).
    using kind = core::subject_key::kind;
    std::vector<kind> kinds;
    for (const auto& subject : made.subjects) {
        kinds.push_back(subject.type);
    }
    CHECK(kinds == std::vector{kind::email, kind::phone, kind::external_id, kind::ttp, kind::ttclid,
                               kind::ttclid});
}

TEST_CASE("encoder: nothing in the record holds an identifier in the clear") {
    const auto made = encode(file("full.event.json")).record;
    const auto all = made.payload + made.evidence + made.event_id;
    for (const auto* planted : {"ALICE", "alice", "gmail", "2133734253", "user_123", "secret"}) {
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
               consent::action::send, {"ttclid"});
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
    const auto payload = core::json::parse(encode(event, action).record.payload).value();
    CHECK(payload.root().find("limited_data_use").boolean() ==
          (limited ? std::optional(true) : std::nullopt));
}

TEST_CASE("encoder: ids given as numbers become strings, digit by digit") {
    CHECK(properties_of(R"({"order_id":1,"shop_id":-2,"content_id":12345678901234567890,
                            "content_ids":[1,"b",3],"contents":[{"content_id":4}],"value":1})") ==
          R"({"order_id":"1","shop_id":"-2","content_id":"12345678901234567890",)"
          R"("content_ids":["1","b","3"],"contents":[{"content_id":"4"}],"value":1})");
}

TEST_CASE("encoder: a value that is absent is the sum of price times quantity") {
    const auto [contents, value] = GENERATE(table<std::string, std::string>({
        {R"([{"price":8,"quantity":2},{"price":30}])", "46.0"},
        {R"([{"price":0.1},{"price":0.2}])", "0.3"},
        {R"([{"price":19.99,"quantity":3}])", "59.97"},
        {R"([{"price":0}])", "0.0"},
        {R"([{"price":5,"quantity":null}])", "5.0"},
    }));
    CAPTURE(contents);
    CHECK(properties_of(R"({"contents":)" + contents + "}").ends_with("\"value\":" + value + "}"));
    CHECK(properties_of(R"({"value":null,"contents":)" + contents + "}")
              .ends_with("\"value\":" + value + "}"));
}

TEST_CASE("encoder: a value that is given stands, and one that is not known is not made up") {
    CHECK(properties_of(R"({"value":1.5,"contents":[{"price":8}]})") ==
          R"({"value":1.5,"contents":[{"price":8}]})");
    CHECK(properties_of(R"({"value":0,"contents":[{"price":8}]})").starts_with(R"({"value":0,)"));
    const auto contents =
        GENERATE(as<std::string>(), "[]", R"([{"quantity":2}])", R"([{"price":8},{"quantity":1}])",
                 R"([{"price":"8"}])", R"([{"price":8,"quantity":"2"}])", "[7]", R"("none")");
    CAPTURE(contents);
    CHECK(properties_of(R"({"contents":)" + contents + "}").find("value") == std::string::npos);
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
