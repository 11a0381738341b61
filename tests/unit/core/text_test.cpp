#include <gatepost/core/text.hpp>

#include <catch2/catch.hpp>

#include <cstdint>

using namespace gatepost;
using namespace std::literals;

TEST_CASE("text: percent-decoding happens once, and a lone % stays") {
    const auto [text, decoded] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                           {"a%20b", "a b"},
                                                                           {"%41%6a%6A", "Ajj"},
                                                                           {"%2541", "%41"},
                                                                           {"%", "%"},
                                                                           {"%4", "%4"},
                                                                           {"%zz", "%zz"},
                                                                           {"%4g", "%4g"},
                                                                           {"%%41", "%A"},
                                                                           {"100%", "100%"},
                                                                           {"a+b", "a+b"},
                                                                           {"%c3%A4", "\u00e4"}}));
    CAPTURE(text);
    CHECK(core::percent_decode(text) == decoded);
}

TEST_CASE("text: percent-decoding gives any byte, and a space for + only when asked") {
    CHECK(core::percent_decode("a%00b%ff") == "a\0b\xff"s);
    CHECK(core::percent_decode("a+b%2B", true) == "a b+");
}

TEST_CASE("text: letters are compared in any case, other bytes as they are") {
    CHECK(core::iequals("Sec-GPC", "sEC-gpc"));
    CHECK(core::iequals("", ""));
    CHECK_FALSE(core::iequals("a", "ab"));
    // Each differs from a letter's other case in the one bit by which ASCII letters differ.
    CHECK_FALSE(core::iequals("@", "`"));
    CHECK_FALSE(core::iequals("[", "{"));
    CHECK_FALSE(core::iequals("\u00c4", "\u00e4"));
}

TEST_CASE("text: only ASCII letters change their case") {
    CHECK(core::lower("AZaz@[`{0\u00c4") == "azaz@[`{0\u00c4");
    CHECK(core::upper("AZaz@[`{0\u00e4") == "AZAZ@[`{0\u00e4");
}

TEST_CASE("text: UTF-8 is what RFC 3629 says, and nothing looser") {
    for (const std::string good :
         {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xef\xbf\xbf",
          "\xf4\x8f\xbf\xbf", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"}) {
        CAPTURE(core::to_hex(good));
        CHECK(core::is_utf8(good));
    }
    for (const std::string bad :
         {"\xe9", "\x80", "\xc3", "\xc3(", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x82",
          "caf\xe9 x"}) {
        CAPTURE(core::to_hex(bad));
        CHECK_FALSE(core::is_utf8(bad));
    }
}

TEST_CASE("text: trimming takes ASCII white space from both ends alone") {
    CHECK(core::trim(" \t\r\n\v\f a b \n") == "a b");
    CHECK(core::trim(" \t").empty());
    CHECK(core::trim("").empty());
    CHECK(core::trim("\0a\0"sv) == "\0a\0"sv);
    CHECK(core::trim("\u00a0a") == "\u00a0a");
}

TEST_CASE("text: fields are taken one by one, empty ones too") {
    std::string_view rest = "a;;b;";
    CHECK(core::next_field(rest, ';') == "a");
    CHECK(core::next_field(rest, ';').empty());
    CHECK(core::next_field(rest, ';') == "b");
    CHECK(rest.empty());
    rest = "whole";
    CHECK(core::next_field(rest, ';') == "whole");
    CHECK(rest.empty());
}

TEST_CASE("text: a number is the whole text and fits, or it is none") {
    CHECK(core::parse_integer<std::uint16_t>("65535") == 65535);
    CHECK(core::parse_integer<std::int8_t>("-128") == -128);
    for (const auto* text : {"", " 1", "1 ", "+1", "1x", "x", "65536", "-1", "1.0", "0x1"}) {
        CAPTURE(text);
        CHECK_FALSE(core::parse_integer<std::uint16_t>(text));
    }
}

TEST_CASE("text: hex digits in both cases, written in lower case") {
    CHECK(core::hex_value('0') == 0);
    CHECK(core::hex_value('a') == 10);
    CHECK(core::hex_value('F') == 15);
    for (const char c : "g/:@`G"sv) {
        CHECK(core::hex_value(c) == -1);
    }
    CHECK(core::to_hex("\x00\x7f\x80\xff"sv) == "007f80ff");
}
