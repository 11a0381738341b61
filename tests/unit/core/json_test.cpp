#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <limits>

using namespace gatepost;
namespace json = core::json;
using namespace std::literals;

namespace {

json::document read(std::string text) {
    return json::parse(std::move(text)).value();
}

core::input_error refusal(std::string text) {
    const auto result = json::parse(std::move(text));
    REQUIRE(result.has_error());
    return result.error();
}

std::string nested(std::size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
}

} // namespace

TEST_CASE("json: what RFC 8259 does not allow is refused, with a code and never the text") {
    const auto text = GENERATE(as<std::string>(), "", " ", "secret", "{\"secret\":}", "[1,]",
                               "{\"a\":1,}", "{'a':1}", "{a:1}", "01", "+1", ".5", "1.", "NaN",
                               "Infinity", "[1]//secret", "\"secret", "\"\n\"", R"("\x41")",
                               R"("\ud800")", "tru", "[1] secret", "{}{}", "1 2", "1e999");
    CAPTURE(text);
    const auto error = refusal(text);
    CHECK(error.code == "invalid_json");
    CHECK(error.path.empty());
    CHECK(error.message.find("secret") == std::string::npos);
}

TEST_CASE("json: a NUL byte is refused wherever it stands") {
    const auto text = GENERATE(values({"\0"s, "{}\0"s, "{}\0{}"s, "\"a\0b\""s, "[1,\0 2]"s}));
    CHECK(refusal(text).code == "invalid_json");
    CHECK(refusal(text).message.find("NUL") != std::string::npos);
    // As an escape it is text like any other (RFC 8259 section 7).
    CHECK(read(R"(["a\u0000b"])").root().at(0).text() == "a\0b"s);
}

TEST_CASE("json: invalid UTF-8 is refused in values and in names") {
    const auto bytes = GENERATE(as<std::string>(), "\xff", "\x80", "\xc3", "\xc0\xaf",
                                "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82");
    CHECK(refusal("\"" + bytes + "\"").code == "invalid_json");
    CHECK(refusal("{\"" + bytes + "\":1}").code == "invalid_json");
}

TEST_CASE("json: half of a surrogate pair is refused, whichever half, in values and in names") {
    // RFC 8259 section 8.2: no text, and no UTF-8 can be written for it.
    const auto half = GENERATE(as<std::string>(), R"(\ud800)", R"(\udbff!)", R"(\udc00)",
                               R"(\uDFFF)", R"(\ud83d\ude00\ude00)", R"(\udc00\ud800)");
    CAPTURE(half);
    CHECK(refusal("\"" + half + "\"").code == "invalid_json");
    CHECK(refusal("{\"" + half + "\":1}").code == "invalid_json");
    CHECK(refusal("[\"secret" + half + "\"]").message.find("urrogate") != std::string::npos);
    CHECK(read(R"("\ud7ff\ue000\ufffd")").root().text() == "\ud7ff\ue000\ufffd");
}

TEST_CASE("json: text that ends inside a UTF-8 sequence is refused, and nothing behind it read") {
    const std::string text =
        GENERATE("{\"2~1.541~dv.us\xf0.", "[\"\xf0", "[\"\xe2", "[\"\xc3", "{\"\xf0\x90\x8d");
    // A string of its own size, so that AddressSanitizer sees a byte too many.
    CHECK(core::json::parse(std::string(text.begin(), text.end())).has_error());
}

TEST_CASE("json: UTF-8 of every length is kept, escaped or not") {
    CHECK(read("\"\u00e4\u20ac\U0001f600\"").root().text() == "\u00e4\u20ac\U0001f600");
    CHECK(read(R"("\u00e4\u20ac\ud83d\ude00")").root().text() == "\u00e4\u20ac\U0001f600");
}

TEST_CASE("json: a key that stands twice in one object is refused at any depth") {
    const auto text =
        GENERATE(as<std::string>(), R"({"a":1,"a":2})", R"({"a":1,"b":2,"a":1})",
                 R"([[{"x":{"a":1,"a":null}}]])", R"({"a":1,"\u0061":2})", R"({"":1,"":2})");
    CAPTURE(text);
    CHECK(refusal(text).code == "invalid_json");
    CHECK(read(R"({"a":{"a":1},"b":{"a":1},"A":2})").root().size() == 3);
}

TEST_CASE("json: a key that stands twice among hundreds is found") {
    std::string members;
    for (int i = 0; i < 300; ++i) {
        members += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    }
    CHECK(read("{" + members + "\"k300\":0}").root().size() == 301);
    CHECK(refusal("{" + members + "\"k7\":0}").code == "invalid_json");
}

TEST_CASE("json: 32 levels are read, 33 are not") {
    CHECK_FALSE(json::parse(nested(32, '[', ']')).has_error());
    CHECK(refusal(nested(33, '[', ']')).message.find("32") != std::string::npos);
    // Objects and arrays count alike.
    std::string mixed = "1";
    for (int i = 0; i < 16; ++i) {
        mixed = R"({"a":[)" + mixed + "]}";
    }
    CHECK_FALSE(json::parse(mixed).has_error());
    CHECK(refusal("[" + mixed + "]").code == "invalid_json");
    CHECK(json::parse("[[1]]", 1).has_error());
    CHECK_FALSE(json::parse("[1]", 1).has_error());
}

TEST_CASE("json: a million brackets do not overflow the stack") {
    constexpr std::size_t many = 1'000'000;
    CHECK(refusal(std::string(many, '[')).code == "invalid_json");
    CHECK(refusal(std::string(many, ']') + std::string(many, '[')).code == "invalid_json");
}

TEST_CASE("json: brackets inside strings are no levels") {
    const std::string brackets(100, '[');
    CHECK(read("\"" + brackets + "\"").root().text() == brackets);
    CHECK(read(R"(["\")" + brackets + R"("])").root().at(0).text() == "\"" + brackets);
    CHECK(read(R"(["\\",[")" + brackets + R"("]])").root().at(1).at(0).text() == brackets);
    CHECK(refusal(R"(["\\")" + brackets).code == "invalid_json");
}

TEST_CASE("json: an integer is a whole number that fits, and nothing else") {
    const auto list =
        read("[9223372036854775807,-9223372036854775808,9223372036854775808,1e3,1.0,\"1\",true,"
             "null,18446744073709551616]");
    const auto root = list.root();
    CHECK(root.at(0).integer() == std::numeric_limits<std::int64_t>::max());
    CHECK(root.at(1).integer() == std::numeric_limits<std::int64_t>::min());
    for (std::size_t i = 2; i < root.size(); ++i) {
        CAPTURE(i);
        CHECK_FALSE(root.at(i).integer());
    }
    CHECK(root.at(3).number() == 1000.0);
    CHECK(root.at(8).number() == 18446744073709551616.0);
    CHECK_FALSE(root.at(5).number());
}

TEST_CASE("json: numbers are read to the last digit") {
    CHECK(read("[0.1]").root().at(0).number() == 0.1);
    CHECK(read("[2.2250738585072011e-308]").root().at(0).number() == 2.2250738585072011e-308);
    CHECK(read("[123456789.123456789]").root().at(0).number() == 123456789.123456789);
}

TEST_CASE("json: a number that no double holds is refused, however it is written") {
    const auto number = GENERATE(as<std::string>(), "9.9e308", "-9.9e308", "1e999", "1e-400",
                                 "0." + std::string(40, '0') + "1e-320",
                                 "0." + std::string(400, '0') + "1", std::string(400, '9'));
    CAPTURE(number);
    CHECK(refusal("[" + number + "]").code == "invalid_json");
}

TEST_CASE("json: a zero is zero at any length and with any exponent") {
    const auto zero =
        GENERATE(as<std::string>(), "0", "-0", "0.0e-50", "0e-999", "0." + std::string(400, '0'));
    CAPTURE(zero);
    CHECK(read("[" + zero + "]").root().at(0).number() == 0.0);
}

TEST_CASE("json: what is not there reads as absent, and a null is there") {
    const auto document = read(R"({"null":null,"list":[1],"text":"x","flag":false})");
    const auto root = document.root();
    CHECK_FALSE(root.find("missing"));
    CHECK(root.find("missing").is_null());
    CHECK(root.find("null"));
    CHECK(root.find("null").is_null());
    CHECK_FALSE(root.find("list").at(1));
    CHECK_FALSE(root.find("text").at(0));
    CHECK_FALSE(root.find("text").find("x"));
    CHECK(root.find("text").size() == 0);
    CHECK(root.find("list").text().empty());
    CHECK(root.find("flag").boolean() == false);
    CHECK_FALSE(root.find("text").boolean());
    CHECK_FALSE(json::value());
    CHECK(json::value().type() == json::kind::null);
}

TEST_CASE("json: every kind is told apart") {
    const auto document = read(R"([null,true,1,"",[],{}])");
    using json::kind;
    const std::array kinds{kind::null,   kind::boolean, kind::number,
                           kind::string, kind::array,   kind::object};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        CAPTURE(i);
        CHECK(document.root().at(i).type() == kinds[i]);
    }
}

TEST_CASE("json: members and elements come in their order") {
    std::string seen;
    const auto document = read(R"({"b":[3,1],"a":2})");
    document.root().each_member([&](std::string_view name, json::value) { seen += name; });
    document.root().find("b").each_element(
        [&](json::value one) { seen += std::to_string(*one.integer()); });
    CHECK(seen == "ba31");
}

TEST_CASE("json: a document keeps its texts, also those it was given, when it moves") {
    auto document = read(R"({"a":"text in the document, longer than any small string"})");
    const auto root = document.root();
    std::string borrowed = "text that was given, longer than any small string";
    const auto kept = document.keep(borrowed);
    borrowed.assign(borrowed.size(), '#');
    const auto moved = std::move(document);
    CHECK(root.find("a").text() == "text in the document, longer than any small string");
    CHECK(kept == "text that was given, longer than any small string");
    CHECK(moved.root().find("a").text() == root.find("a").text());
    CHECK(read("1").keep("").empty());
}

TEST_CASE("json: the writer escapes what must be escaped") {
    json::writer out;
    out.begin_array().string("\"\\/\b\f\n\r\t\x01\x1f\u00e4"sv).string("a\0b"sv).end_array();
    const auto back = read(out.take());
    CHECK(back.root().at(0).text() == "\"\\/\b\f\n\r\t\x01\x1f\u00e4");
    CHECK(back.root().at(1).text() == "a\0b"s);
    for (const char c : out.view()) {
        CHECK_FALSE((c >= 0 && c < ' '));
    }
}

TEST_CASE("json: the writer escapes the same bytes wherever they stand") {
    // RFC 8259, section 7: the control characters, the quote and the backslash, nothing else.
    for (int byte = 1; byte < 0x80; ++byte) {
        const char c = static_cast<char>(byte);
        const bool kept = c >= ' ' && c != '"' && c != '\\';
        for (std::size_t place = 0; place < 20; ++place) {
            std::string text(20, '\x7f');
            text[place] = c;
            json::writer out;
            out.begin_object().member("key", text).member(text, true).end_object();
            INFO("byte " << byte << " at " << place);
            const bool is_copied = out.view() == "{\"key\":\"" + text + "\",\"" + text + "\":true}";
            CHECK(is_copied == kept);
            CHECK(read(out.take()).root().find("key").text() == text);
        }
    }
}

TEST_CASE("json: the writer grows with what is written") {
    const std::string text(10'000, 'x');
    json::writer out(1);
    out.begin_array().string(text).raw("\"" + text + "\"").string(text + '"').end_array();
    CHECK(out.view() == "[\"" + text + "\",\"" + text + "\",\"" + text + "\\\"\"]");
}

TEST_CASE("json: the writer writes members, raw text and copies") {
    const auto source = read(R"({"x":[1,2.5,"\u00e4",null,{"y":false}]})");
    json::writer out;
    out.begin_object().member("text", "a").member("number", std::int64_t{-5});
    out.member("flag", true).key("copy").copy(source.root().find("x"));
    out.key("absent").copy(json::value()).key("raw").raw("[1,{}]").key("null").null();
    out.end_object();
    CHECK(out.view() == "{\"text\":\"a\",\"number\":-5,\"flag\":true,"
                        "\"copy\":[1,2.5,\"\u00e4\",null,{\"y\":false}],\"absent\":null,"
                        "\"raw\":[1,{}],\"null\":null}");
}

TEST_CASE("json: numbers that are not finite are written as null") {
    json::writer out;
    out.begin_array();
    out.number(std::numeric_limits<double>::infinity()).number(-INFINITY).number(NAN);
    out.number(0.1).end_array();
    CHECK(out.view() == "[null,null,null,0.1]");
}
