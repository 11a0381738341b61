#include "printable.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace gatepost;
using namespace std::chrono_literals;

TEST_CASE("printable: control characters of others do not reach the terminal") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"Order 17, Zürich ✓", "Order 17, Zürich ✓"},
        {"\x1b[2Jgone", "?[2Jgone"},
        {"a\tb\r\nc", "a?b??c"},
        {std::string("a\0b", 3), "a?b"},
        {"a\x7f", "a?"},
        {"\xc2\x9b"
         "31m",
         "?31m"},                 // CSI as one character
        {"\xc2\xa0", "\xc2\xa0"}, // a no-break space is none
        {"\xc2", "\xc2"},
        {"a\xe2\x80\xaeredro", "a?redro"},                   // U+202E: the rest runs from the right
        {"\xe2\x80\xaa|\xe2\x81\xa6|\xe2\x81\xa9", "?|?|?"}, // U+202A, U+2066, U+2069
        {"\xe2\x80\xa8|\xe2\x80\xa9", "?|?"},                // ends of a line and of a paragraph
        {"\xe2\x80\xa7 \xe2\x80\xaf \xe2\x81\xa5 \xe2\x81\xaa",
         "\xe2\x80\xa7 \xe2\x80\xaf \xe2\x81\xa5 \xe2\x81\xaa"}, // their neighbours
        {"\xe2\x80", "\xe2\x80"},
        {"", ""},
    };
    for (const auto& [text, shown] : table) {
        CHECK(app::printable(text) == shown);
    }
}

TEST_CASE("printable: ages are told in the largest unit of which there are two") {
    const std::vector<std::pair<std::chrono::seconds, std::string>> table{
        {-5s, "0 s"},          {0s, "0 s"},         {119s, "119 s"},
        {2min, "2 min"},       {119min, "119 min"}, {2h, "2 h"},
        {47h + 59min, "47 h"}, {48h, "2 d"},        {24h * 400, "400 d"},
    };
    for (const auto& [passed, shown] : table) {
        CHECK(app::age(passed) == shown);
    }
}

TEST_CASE("printable: bytes are told in binary units") {
    const std::vector<std::pair<std::uint64_t, std::string>> table{
        {0, "0 B"},        {1023, "1023 B"},        {1024, "1.0 KiB"},
        {1536, "1.5 KiB"}, {3ULL << 30, "3.0 GiB"}, {5000ULL << 40, "5000.0 TiB"},
    };
    for (const auto& [count, shown] : table) {
        CHECK(app::bytes(count) == shown);
    }
}
