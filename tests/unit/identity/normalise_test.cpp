#include <gatepost/identity/normalise.hpp>

#include <catch2/catch.hpp>

#include <clocale>
#include <cwctype>
#include <locale.h>

using namespace gatepost::identity;

namespace {

std::string utf8(char32_t c) {
    return {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
}

} // namespace

TEST_CASE("email: trimmed and lower-cased, nothing else") {
    const auto [given, expected] = GENERATE(values<std::pair<std::string, std::string>>({
        {" ALICE_abc@gmail.com ", "alice_abc@gmail.com"},
        {"\t\r\nAlice@Example.com\v\f", "alice@example.com"},
        {"First.Last+Tag@Example.COM", "first.last+tag@example.com"},
        {"\xc2\xa0\xef\xbb\xbf"
         "A@B.c\xe2\x80\x89\xe3\x80\x80",
         "a@b.c"},
        {"J\xc3\x9cRGEN@M\xc3\xbcller.example", "j\xc3\xbcrgen@m\xc3\xbcller.example"},
        {"\xd0\x90\xd0\xaf\xd0\x81@x.example", "\xd0\xb0\xd1\x8f\xd1\x91@x.example"},
    }));
    CAPTURE(given);
    CHECK(normalise_email(given) == expected);
}

TEST_CASE("email: without an @ between two parts there is none") {
    const auto given = GENERATE("", "alice", "alice.example.com", "@alice", "alice@", " @ ");
    CAPTURE(given);
    CHECK_FALSE(normalise_email(given).has_value());
}

TEST_CASE("email: what has no certain lower case is never normalised") {
    const auto given = GENERATE(as<std::string>(),
                                "\xc4\xb0@x.example",                 // I with dot above
                                "A\xce\xa3@x.example",                // capital Sigma
                                "\xe1\xb8\x80@x.example",             // Latin Extended Additional
                                "\xe4\xb8\xad@x.example",             // Han
                                "\xf0\x90\x90\x80@x.example",         // Deseret
                                "\xff@x.example", "a\xc3@x.example"); // no UTF-8
    CAPTURE(given);
    CHECK_FALSE(normalise_email(given).has_value());
}

TEST_CASE("email: the lower case of every two-byte letter is the C library's or left out") {
    const auto locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    REQUIRE(locale != nullptr);
    int read = 0;
    for (char32_t c = 0x80; c < 0x800; ++c) {
        if (const auto address = normalise_email("a" + utf8(c) + "@x")) {
            ++read;
            CAPTURE(static_cast<unsigned>(c));
            const auto small =
                static_cast<char32_t>(towlower_l(static_cast<std::wint_t>(c), locale));
            CHECK(*address == "a" + utf8(small) + "@x");
        }
    }
    freelocale(locale);
    CHECK(read > 400); // Latin-1, Latin Extended-A, Greek and Cyrillic
}

TEST_CASE("external id: trimmed, case kept, blank is none") {
    CHECK(normalise_external_id(" User_123\n") == "User_123");
    CHECK(normalise_external_id("a b") == "a b");
    const auto blank = GENERATE("", "  ", "null", "Undefined", "\xc2\xa0");
    CHECK_FALSE(normalise_external_id(blank).has_value());
}
