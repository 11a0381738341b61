#include <gatepost/identity/normalise.hpp>

#include <catch2/catch.hpp>

#include <clocale>
#include <cwctype>
#include <locale.h>

using namespace gatepost::identity;

namespace {

// Of a code point past ASCII in the first plane.
std::string utf8(char32_t c) {
    const auto tail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x800) {
        return {static_cast<char>(0xc0 | c >> 6), tail(0)};
    }
    return {static_cast<char>(0xe0 | c >> 12), tail(6), tail(0)};
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

TEST_CASE("email: letters of any script are lowered as a browser does it") {
    // Expected values by Node's toLowerCase().
    const auto [given, expected] = GENERATE(values<std::pair<std::string, std::string>>({
        {"\xc4\xb0@x.example", "i\xcc\x87@x.example"},                // I with dot above
        {"\xe1\xb8\x80@x.example", "\xe1\xb8\x81@x.example"},         // Latin Additional
        {"\xe4\xb8\xad@x.example", "\xe4\xb8\xad@x.example"},         // Han
        {"\xf0\x90\x90\x80@x.example", "\xf0\x90\x90\xa8@x.example"}, // Deseret
        // Sigma: a small letter of its own at the end of a word, but not when it stands alone.
        {"A\xce\xa3@x.example", "a\xcf\x82@x.example"},
        {"A\xce\xa3"
         "B@x.example",
         "a\xcf\x83"
         "b@x.example"},
        {"\xce\xa3@x.example", "\xcf\x83@x.example"},
        {"A\xce\xa3.b@x.example", "a\xcf\x83.b@x.example"}, // a dot is inside the word
    }));
    CAPTURE(given);
    CHECK(normalise_email(given) == expected);
}

TEST_CASE("email: what has no certain lower case is never normalised") {
    const auto given = GENERATE(as<std::string>(), "\xff@x.example", "a\xc3@x.example",
                                "\xed\xa0\x80@x.example",      // half of a surrogate pair
                                "\xf0\x90\xb5\x90@x.example",  // Garay, newer than Unicode 15
                                "\xf4\x90\x80\x80@x.example"); // past the last code point
    CAPTURE(given);
    CHECK_FALSE(normalise_email(given).has_value());
}

TEST_CASE("email: the lower case of every two-byte letter is the C library's") {
    const auto locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    REQUIRE(locale != nullptr);
    int read = 0;
    for (char32_t c = 0x80; c < 0x800; ++c) {
        constexpr char32_t becomes_two = 0x0130;
        if (const auto address = normalise_email("1" + utf8(c) + "@x");
            address && c != becomes_two) {
            ++read;
            CAPTURE(static_cast<unsigned>(c));
            const auto small =
                static_cast<char32_t>(towlower_l(static_cast<std::wint_t>(c), locale));
            CHECK(*address == "1" + utf8(small) + "@x");
        }
    }
    freelocale(locale);
    CHECK(read > 1800); // all but those that are no characters
}

TEST_CASE("external id: trimmed, case kept, blank is none") {
    CHECK(normalise_external_id(" User_123\n") == "User_123");
    CHECK(normalise_external_id("a b") == "a b");
    const auto blank = GENERATE("", "  ", "null", "Undefined", "\xc2\xa0");
    CHECK_FALSE(normalise_external_id(blank).has_value());
}

TEST_CASE("name: trimmed, lower-cased, without punctuation") {
    const auto [given, expected] = GENERATE(values<std::pair<std::string, std::string>>({
        {" Alice ", "alice"},
        {"O'Brien", "obrien"},
        {"O\xe2\x80\x99"
         "Brien",
         "obrien"},
        {"Jean-Luc", "jeanluc"},
        {"Mary  Jane", "mary  jane"},
        {"(Anna) -", "anna"},
        {"J\xc3\x96RG", "j\xc3\xb6rg"},
        {"\xe7\x8e\x8b", "\xe7\x8e\x8b"},                         // Han
        {"E\xcc\x81lodie", "e\xcc\x81lodie"},                     // a combining accent stays
        {"3rd $ + \xf0\x9f\x98\x80", "3rd $ + \xf0\x9f\x98\x80"}, // signs are no punctuation
        // A dash ends the first word, which is why lowering comes before it goes.
        {"\xce\x91\xce\xa3-\xce\x92", "\xce\xb1\xcf\x82\xce\xb2"},
    }));
    CAPTURE(given);
    CHECK(normalise_name(given) == expected);
}

TEST_CASE("zip code: lower-cased, without spaces and dashes of any script") {
    const auto [given, expected] = GENERATE(values<std::pair<std::string, std::string>>({
        {"94107", "94107"},
        {" 94107-1234 ", "941071234"},
        {"SW1A 1AA", "sw1a1aa"},
        {"sw1a\xc2\xa0"
         "1aa",
         "sw1a1aa"},
        {"12345\xe2\x80\x93"
         "6789",
         "123456789"},
        {"12345\xe2\x88\x92"
         "6789",
         "123456789"}, // minus sign
    }));
    CAPTURE(given);
    CHECK(normalise_zip_code(given) == expected);
}

TEST_CASE("place: letters and digits of any script with their marks, and nothing else") {
    const auto [given, expected] = GENERATE(values<std::pair<std::string, std::string>>({
        {"San Francisco", "sanfrancisco"},
        {"US", "us"},
        {" St. John's ", "stjohns"},
        {"S\xc3\xa3o Paulo", "s\xc3\xa3opaulo"},
        {"Sa\xcc\x83o Paulo", "sa\xcc\x83opaulo"}, // decomposed
        {"\xd0\x9c\xd0\x9e\xd0\xa1\xd0\x9a\xd0\x92\xd0\x90",
         "\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0"},
        // Delhi in Devanagari: its vowel signs are marks.
        {"\xe0\xa4\xa6\xe0\xa4\xbf\xe0\xa4\xb2\xe0\xa5\x8d\xe0\xa4\xb2\xe0\xa5\x80",
         "\xe0\xa4\xa6\xe0\xa4\xbf\xe0\xa4\xb2\xe0\xa5\x8d\xe0\xa4\xb2\xe0\xa5\x80"},
        // The zero width joiner goes, the sign after it belongs to the letter before.
        {"\xe0\xa6\xb0\xe2\x80\x8d\xe0\xa7\x8d", "\xe0\xa6\xb0\xe0\xa7\x8d"},
        // A heart is no letter, and the variation selector after it belongs to it.
        {"\xe2\x9d\xa4\xef\xb8\x8f Paris 15", "paris15"},
    }));
    CAPTURE(given);
    CHECK(normalise_place(given) == expected);
}

TEST_CASE("names, zip codes and places: without a letter or digit there is none") {
    const auto given = GENERATE(as<std::string>(), "", " ", "-", "'.'", "\xe2\x80\x94",
                                "\xe2\x80\x8b", "\xcc\x81", "\xe2\x9d\xa4\xef\xb8\x8f", "\xff");
    CAPTURE(given);
    CHECK_FALSE(normalise_name(given).has_value());
    CHECK_FALSE(normalise_zip_code(given).has_value());
    CHECK_FALSE(normalise_place(given).has_value());
}

TEST_CASE("locale: a language tag, its case kept") {
    const auto [given, expected] = GENERATE(values<std::pair<std::string, std::string>>({
        {"en-US", "en-US"},
        {" de_de ", "de-de"},
        {"zh_Hant-TW", "zh-Hant-TW"},
        {"es-419", "es-419"},
        {"de-CH-1901", "de-CH-1901"},
    }));
    CAPTURE(given);
    CHECK(normalise_locale(given) == expected);
}

TEST_CASE("locale: what is no language tag is none") {
    const auto given = GENERATE("", "C", "419", "en-", "-en", "en--US", "en_US.UTF-8", "en US",
                                "abcdefghi", "en-abcdefghi", "\xc3\xa9n", "en;q=0.8");
    CAPTURE(given);
    CHECK_FALSE(normalise_locale(given).has_value());
}

namespace {

const std::string mixed_id = "6D92078A-8246-4ba4-ae5b-76104861e7dc";
const std::string mixed_hash = "0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdefABCD";

} // namespace

TEST_CASE("device ids: upper case for iOS, lower case for Android, as it is for a vendor's") {
    const auto padded = "\t" + mixed_id + "\xc2\xa0";
    CHECK(normalise_idfa(padded) == "6D92078A-8246-4BA4-AE5B-76104861E7DC");
    CHECK(normalise_gaid(padded) == "6d92078a-8246-4ba4-ae5b-76104861e7dc");
    CHECK(normalise_idfv(padded) == mixed_id);
}

TEST_CASE("device ids: a hash stays one, but a vendor's id is never hashed") {
    const std::string lower = "0123456789abcdefabcdef0123456789abcdefabcdef0123456789abcdefabcd";
    CHECK(normalise_idfa(mixed_hash) == lower);
    CHECK(normalise_gaid(mixed_hash) == lower);
    CHECK_FALSE(normalise_idfv(mixed_hash).has_value());
}

TEST_CASE("device ids: other shapes are none") {
    const auto given =
        GENERATE(as<std::string>(), "", "6D92078A82464BA4AE5B76104861E7DC",
                 "6D92078A-8246-4BA4-AE5B-76104861E7D", "6D92078A-8246-4BA4-AE5B-76104861E7DCA",
                 "6D92078A-8246-4BA4-AE5B-76104861E7DG", "6D92078A8-246-4BA4-AE5B-76104861E7DC");
    CAPTURE(given);
    CHECK_FALSE(normalise_idfa(given).has_value());
    CHECK_FALSE(normalise_gaid(given).has_value());
    CHECK_FALSE(normalise_idfv(given).has_value());
}

TEST_CASE("device ids: all zeros are nobody's, in the clear and hashed") {
    CHECK(is_zero_id(" 00000000-0000-0000-0000-000000000000\n"));
    // printf 00000000-0000-0000-0000-000000000000 | sha256sum
    CHECK(is_zero_id("12B9377CBE7E5C94E8A70D9D23929523d14afa954793130f8a3959c7b849aca8"));
    CHECK_FALSE(is_zero_id("00000000-0000-0000-0000-000000000001"));
    CHECK_FALSE(is_zero_id(""));
    const auto nobody =
        GENERATE("00000000-0000-0000-0000-000000000000",
                 "12b9377cbe7e5c94e8a70d9d23929523d14afa954793130f8a3959c7b849aca8");
    CHECK_FALSE(normalise_idfa(nobody).has_value());
    CHECK_FALSE(normalise_gaid(nobody).has_value());
    CHECK_FALSE(normalise_idfv(nobody).has_value());
}

TEST_CASE("att_status: one of TikTok's words in any case") {
    CHECK(normalise_att_status(" authorized ") == "AUTHORIZED");
    CHECK(normalise_att_status("Denied") == "DENIED");
    CHECK(normalise_att_status("NOT_DETERMINED") == "NOT_DETERMINED");
    CHECK(normalise_att_status("restricted") == "RESTRICTED");
    CHECK(normalise_att_status("not_applicable") == "NOT_APPLICABLE");
    const auto unknown = GENERATE("", "3", "NOT DETERMINED", "yes", "AUTHORIZED!");
    CHECK_FALSE(normalise_att_status(unknown).has_value());
}
