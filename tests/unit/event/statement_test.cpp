#include <gatepost/event/statement.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using strings = std::vector<std::string>;

namespace {

event::statement decode(std::string body) {
    return event::decode_statement(std::move(body)).value();
}

} // namespace

TEST_CASE("statement: who it is about is read as in events, and what is said as it came") {
    const auto said = decode(R"({
        "marketing": "denied", "at": 1795340000, "pixel": "C0EXAMPLE0PIXEL0CODE",
        "visitor": {"cookie": "_ttp=abc", "headers": {"Cookie": "ttclid=E.C.P.x"}},
        "user": {"email": " Alice@Example.com", "phone": 12133734253, "phone_region": "US",
                 "external_id": ["a", 7], "ttclid": "E.C.P.abc", "att_status": "DENIED"}})");
    CHECK(said.warnings.empty());
    CHECK(said.marketing == "denied");
    CHECK(said.at == std::chrono::sys_seconds(std::chrono::seconds(1'795'340'000)));
    CHECK(said.about.pixel == "C0EXAMPLE0PIXEL0CODE");
    CHECK(said.about.from.cookie == "_ttp=abc");
    CHECK(said.about.from.cookie_given);
    REQUIRE(said.about.from.headers.size() == 1);
    CHECK(said.about.from.headers[0].second == "ttclid=E.C.P.x");
    CHECK(said.about.who.emails == std::vector<std::string_view>{" Alice@Example.com"});
    CHECK(said.about.who.phones == std::vector<std::string_view>{"12133734253"});
    CHECK(said.about.who.external_ids == std::vector<std::string_view>{"a", "7"});
    CHECK(said.about.who.phone_region == "US");
    CHECK(said.about.who.ttclid == "E.C.P.abc");
    CHECK(said.about.who.att_status == "DENIED");
}

TEST_CASE("statement: nothing of it is required, and null is not there") {
    const auto body = GENERATE(
        as<std::string>(), "{}",
        R"({"marketing":null,"at":null,"pixel":null,"visitor":null,"user":{"email":null}})");
    const auto said = decode(body);
    CHECK(said.warnings.empty());
    CHECK(said.marketing.empty());
    CHECK_FALSE(said.at);
    CHECK(said.about.pixel.empty());
    CHECK(said.about.who.emails.empty());
    CHECK_FALSE(said.about.from.cookie_given);
}

TEST_CASE("statement: the views still hold when it has been moved") {
    auto said = decode(R"({"marketing":"granted","user":{"external_id":1234567890123456}})");
    const auto moved = std::move(said);
    CHECK(moved.marketing == "granted");
    CHECK(moved.about.who.external_ids == std::vector<std::string_view>{"1234567890123456"});
}

TEST_CASE("statement: the pixel has two names, which must not say two things") {
    CHECK(decode(R"({"event_source_id":"C0"})").about.pixel == "C0");
    CHECK(decode(R"({"event_source_id":"C0","pixel":"C0"})").about.pixel == "C0");
    const auto two = event::decode_statement(R"({"event_source_id":"C0","pixel":"C1"})");
    REQUIRE(two.has_error());
    CHECK(two.error().path == "/pixel");
}

TEST_CASE("statement: what is wrong is named by its path and not repeated") {
    struct row {
        std::string body;
        std::string code;
        std::string path;
    };
    const auto wrong = GENERATE(values<row>({
        {"", "invalid_json", ""},
        {"{\"marketing\":secret}", "invalid_json", ""},
        {R"({"marketing":"a","marketing":"b"})", "invalid_json", ""},
        {R"({"user":{"email":"a","email":"b"}})", "invalid_json", ""},
        {"[]", "invalid_body", ""},
        {"[{\"marketing\":\"denied\"}]", "invalid_body", ""},
        {"\"secret\"", "invalid_body", ""},
        {"null", "invalid_body", ""},
        {R"({"marketing":true})", "invalid_statement", "/marketing"},
        {R"({"marketing":["granted"]})", "invalid_statement", "/marketing"},
        {R"({"at":"secret"})", "invalid_statement", "/at"},
        {R"({"at":1.5})", "invalid_statement", "/at"},
        {R"({"at":-1})", "invalid_statement", "/at"},
        {R"({"at":1795340000000})", "invalid_statement", "/at"},
        {R"({"pixel":7})", "invalid_statement", "/pixel"},
        {R"({"visitor":"secret"})", "invalid_statement", "/visitor"},
        {R"({"visitor":{"cookie":7}})", "invalid_statement", "/visitor/cookie"},
        {R"({"visitor":{"headers":[]}})", "invalid_statement", "/visitor/headers"},
        {R"({"user":["secret"]})", "invalid_statement", "/user"},
        {R"({"user":{"att_status":2}})", "invalid_statement", "/user/att_status"},
    }));
    CAPTURE(wrong.body);
    const auto said = event::decode_statement(wrong.body);
    REQUIRE(said.has_error());
    CHECK(said.error().code == wrong.code);
    CHECK(said.error().path == wrong.path);
    CHECK(said.error().message.find("secret") == std::string::npos);
}

TEST_CASE("statement: what is left out is warned of, by paths that begin at the root") {
    const auto said = decode(R"({"secret": 1, "marketing": "denied",
        "user": {"email": [true, "a@b.example"], "ttp": 7, "secret": 1, "secret2": 2}})");
    CHECK(said.about.who.emails == std::vector<std::string_view>{"a@b.example"});
    CHECK(said.warnings == strings{"/user/email: not a string; left out",
                                   "/user/ttp: not a string; left out",
                                   "/user: 2 unknown keys; left out", "1 unknown key; left out"});
}
