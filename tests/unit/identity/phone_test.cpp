// The numbers expected here are those of libphonenumber-js/max (npm); tests/oracles/phone.mjs
// compares with it for every region.
#include <gatepost/identity/normalise.hpp>

#include <catch2/catch.hpp>

using namespace gatepost::identity;

namespace {

struct row {
    std::string text;
    std::string region;
    std::string number;
};

// The number, or the words for the problem.
std::string read(std::string_view text, std::string_view region) {
    const auto number = normalise_phone(text, region);
    return number ? *number : std::string(to_string(number.error()));
}

const std::string no_region{to_string(phone_problem::no_region)};
const std::string unknown_region{to_string(phone_problem::unknown_region)};
const std::string not_a_number{to_string(phone_problem::not_a_number)};

} // namespace

TEST_CASE("phone: a number with country code is read however it is written") {
    const auto [text, region, number] = GENERATE(values<row>({
        {"(+1)2133734253", "", "+12133734253"},
        {"+1 (213) 373-4253", "", "+12133734253"},
        {"+44 20 7183 8750", "", "+442071838750"},
        {"+1.213.373.4253", "DE", "+12133734253"},
        {" +49/171/1234567\n", "", "+491711234567"},
        {"tel:+1-213-373-4253", "", "+12133734253"},
        {"TEL:+12133734253;ext=12", "", "+12133734253"},
        {"+1 213 373 4253 x12", "", "+12133734253"},
        {"+1 213 373 4253 ext. 5", "", "+12133734253"},
        {"+1 213 373 4253 Extension 5", "", "+12133734253"},
        {"+1 213 373 4253 #5", "", "+12133734253"},
        {"\xef\xbc\x8b\xef\xbc\x94\xef\xbc\x94 20 7183 8750", "", "+442071838750"}, // full width
        {"\xe2\x80\xaa+44\xc2\xa0"
         "20\xe2\x80\x91"
         "7183 8750\xe2\x80\xac",
         "", "+442071838750"},
        {"+683 4000", "", "+6834000"},
        {"+86 138 0000 0000", "", "+8613800000000"},
        {"+886 912 345 678", "", "+886912345678"},
        {"\xd9\xa0\xd9\xa5\xd9\xa5\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7", "SA",
         "+966551234567"}, // Arabic-Indic digits
        {"+[44] 20/7183.8750", "", "+442071838750"},
        {"+870 773 111 632", "", "+870773111632"}, // Inmarsat, a code without a region
        {"+800 1234 5678", "", "+80012345678"},
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == number);
}

TEST_CASE("phone: with a country code the length is enough") {
    const auto [text, number] = GENERATE(values<std::pair<std::string, std::string>>({
        {"+1 113 373 4253", "+11133734253"}, // no such area yet
        {"+44 1632 960000", "+441632960000"},
        {"+491234567890123", "+491234567890123"}, // 15 digits, as many as E.164 allows
        {"+4912345678901234", not_a_number},      // Germany has longer ones inside
        {"+123456789012345", not_a_number},       // +1 with 14 digits
        {"+999123456789012", not_a_number},       // no such code
        {"+351 0912345678", not_a_number},
        {"+12 34", not_a_number},
    }));
    CAPTURE(text);
    CHECK(read(text, "") == number);
}

TEST_CASE("phone: a trunk prefix after the country code is dropped") {
    const auto [text, region, number] = GENERATE(values<row>({
        {"+44 (0)20 7183 8750", "", "+442071838750"},
        {"+44 (0) 20 7183 8750", "", "+442071838750"},
        {"+4402071838750", "", "+442071838750"},
        {"+49 (0171) 1234567", "", "+491711234567"},
        {"+49 0170 1234567", "", "+491701234567"},
        {"+81 (0)3-1234-5678", "", "+81312345678"},
        {"0049 (0)171 1234567", "DE", "+491711234567"},
        {"44 (0)7400 123456", "GB", "+447400123456"},
        {"+7 8 916 123 45 67", "", "+79161234567"},
        {"+36 06 30 123 4567", "", "+36301234567"},
        {"+370 8 612 34567", "", "+37061234567"},
        {"+44 (00) 20 7183 8750", "", not_a_number},
        {"+44 20 (0) 7183 8750", "", not_a_number},
        {"+49 30 (0) 123456", "", not_a_number}, // a valid number without the brackets
        {"+44 (0) (0)20 7183 8750", "", not_a_number},
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == number);
}

TEST_CASE("phone: a zero that is no trunk prefix stays only in a valid number") {
    const auto [text, number] = GENERATE(values<std::pair<std::string, std::string>>({
        {"+39 06 6982 1234", "+390669821234"}, // Italy's zero is part of the number
        {"+39 (0)6 6982 1234", "+390669821234"},
        {"+39 0339 1234567", not_a_number}, // a mobile number has none
        {"+39 339 1234567", "+393391234567"},
        {"+225 07 12 34 56 78", "+2250712345678"},
        {"+48 0 601234567", not_a_number}, // a possible length, and no trunk prefix there
        {"+30 06912345678", not_a_number},
        {"+34 0612345678", not_a_number},
    }));
    CAPTURE(text);
    CHECK(read(text, "") == number);
}

TEST_CASE("phone: what is no number is not read") {
    const auto text =
        GENERATE("", " ", "+", "tel:", "()", "alice", "+1 213 373", "+1 800 FLOWERS",
                 "+44+2071838750", "44+2071838750", "++442071838750", "+44 20 7183 8750*",
                 "+44 20 7183 8750,,1", "+1 213 373 4253 x", "+1 213 373 4253 x12345678",
                 "+1 213 373 4253 or 4254", "+12133734253;phone-context=+1", "tel:tel:+12133734253",
                 "+0 20 7183 8750", "+210 123 456 78", "+44 20 7183 8750\xff", "+12 34",
                 "+11111111111111111111111111111111111111111111111111");
    CAPTURE(text);
    CHECK(read(text, "") == not_a_number);
    CHECK(read(text, "US") == not_a_number);
}

TEST_CASE("phone: a national number without a region is left out") {
    const auto text = GENERATE("  1231231234  ", "2133734253", "020 7183 8750", "12133734253",
                               "0044 20 7183 8750", "442071838750");
    CHECK(read(text, "") == no_region);
    CHECK(read(text, "  ") == no_region);
}

TEST_CASE("phone: a region that does not exist reads no national number") {
    const auto region = GENERATE("XX", "AA", "ZZ", "USA", "1", "11", "U", "A,", "001");
    CAPTURE(region);
    CHECK(read("2133734253", region) == unknown_region);
    CHECK(read("+12133734253", region) == "+12133734253");
}

TEST_CASE("phone: a national number is read in its region") {
    const auto [text, region, number] = GENERATE(values<row>({
        {"(213) 373-4253", "US", "+12133734253"},
        {"1-213-373-4253", "us", "+12133734253"},
        {"011 44 20 7183 8750", "US", "+442071838750"},
        {"(506) 234-5678", "CA", "+15062345678"},
        {"(787) 234-5678", "PR", "+17872345678"},
        {"020 7183 8750", "GB", "+442071838750"},
        {"(0)20 7183 8750", "GB", "+442071838750"},
        {"07400 123456", "GB", "+447400123456"},
        {"7400 123456", " gb ", "+447400123456"}, // a spreadsheet took the zero
        {"447400123456", "GB", "+447400123456"},
        {"442071838750", "GB", "+442071838750"},
        {"0044 7400 123456", "GB", "+447400123456"},
        {"0012133734253", "GB", "+12133734253"},
        {"085 012 3456", "IE", "+353850123456"},
        {"(022) 12345", "IE", "+3532212345"},
        {"06 12 34 56 78", "FR", "+33612345678"},
        {"01512 3456789", "DE", "+4915123456789"},
        {"030 123456", "DE", "+4930123456"},
        {"0664 123456", "AT", "+43664123456"},
        {"078 123 45 67", "CH", "+41781234567"},
        {"06 12345678", "NL", "+31612345678"},
        {"0470 12 34 56", "BE", "+32470123456"},
        {"012 34 56 78", "BE", "+3212345678"},
        {"612 34 56 78", "ES", "+34612345678"},
        {"912 345 678", "PT", "+351912345678"},
        {"312 345 6789", "IT", "+393123456789"},
        {"02 1234 5678", "IT", "+390212345678"},
        {"34 41 23 45", "DK", "+4534412345"},
        {"40 61 23 45", "NO", "+4740612345"},
        {"070-123 45 67", "SE", "+46701234567"},
        {"041 2345678", "FI", "+358412345678"},
        {"512 345 678", "PL", "+48512345678"},
        {"601 123 456", "CZ", "+420601123456"},
        {"0912 123 456", "SK", "+421912123456"},
        {"06 20 123 4567", "HU", "+36201234567"},
        {"0712 034 567", "RO", "+40712034567"},
        {"043 012 345", "BG", "+35943012345"},
        {"088 812 3456", "BG", "+359888123456"},
        {"092 123 4567", "HR", "+385921234567"},
        {"031 234 567", "SI", "+38631234567"},
        {"691 234 5678", "GR", "+306912345678"},
        {"050 123 4567", "UA", "+380501234567"},
        {"0501 234 56 78", "TR", "+905012345678"},
        {"081234 56789", "IN", "+918123456789"},
        {"090-1234-5678", "JP", "+819012345678"},
        {"02-312-3456", "KR", "+8223123456"},
        {"010-2000-0000", "KR", "+821020000000"},
        {"8123 4567", "SG", "+6581234567"},
        {"0412 345 678", "AU", "+61412345678"},
        {"0011 1 213 373 4253", "AU", "+12133734253"},
        {"021 123 4567", "NZ", "+64211234567"},
        {"(11) 96123-4567", "BR", "+5511961234567"},
        {"222 123 4567", "MX", "+522221234567"},
        {"071 123 4567", "ZA", "+27711234567"},
        {"138 0013 8000", "CN", "+8613800138000"},
        {"0551234567", "SA", "+966551234567"},
        {"8 (800) 555-35-35", "RU", "+78005553535"}, // here 8 is the prefix
        {"800 555-35-35", "RU", "+78005553535"},     // and here part of the number
        {"8 701 234 56 78", "RU", "+77012345678"},   // Kazakhstan has the same code
        {"01 23 45 67 89", "CI", "+2250123456789"},
        {"30 123456", "DE", "+4930123456"}, // a spreadsheet took the zero
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == number);
}

TEST_CASE("phone: regions rewrite what is dialled inside them") {
    const auto [text, region, number] = GENERATE(values<row>({
        {"460 1234", "AG", "+12684601234"}, // seven digits: the island's area comes in front
        {"1 268 460 1234", "AG", "+12684601234"},
        {"712345", "JE", "+441534712345"},
        {"01534 712345", "GB", "+441534712345"},
        {"886377", "SM", "+3780549886377"},
        {"011 15 2345-6789", "AR", "+5491123456789"},   // 15 before a mobile number becomes 9
        {"0 15 11 96123 4567", "BR", "+5511961234567"}, // with a carrier's code
        {"90 31 11 96123 4567", "BR", "+5511961234567"},
        {"06698 82511", "VA", "+390669882511"},
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == number);
}

TEST_CASE("phone: a number dialled abroad is read behind the region's own prefix") {
    const auto [text, region, number] = GENERATE(values<row>({
        {"00 44 20 7183 8750", "FR", "+442071838750"},
        {"011 44 20 7183 8750", "CA", "+442071838750"},
        {"810 44 20 7183 8750", "RU", "+442071838750"},
        {"010 44 20 7183 8750", "JP", "+442071838750"},
        {"001 44 20 7183 8750", "HK", "+442071838750"},
        {"0015 44 20 7183 8750", "BR", "+442071838750"}, // with a carrier's code
        {"00 1 213 373 4253", "US", not_a_number},       // dialled so elsewhere
        {"00 44 20 7183", "FR", not_a_number},           // possible, not valid
        {"00 0 44 20 7183 8750", "FR", not_a_number},
        {"00 999 20 7183 8750", "FR", not_a_number},
        {"00 81 90 1234 5678", "KR", not_a_number}, // 008 is a prefix there, and 00 elsewhere
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == number);
}

TEST_CASE("phone: a national number that could be read in two ways, or in none, is left out") {
    const auto [text, region] = GENERATE(values<std::pair<std::string, std::string>>({
        {"123 456", "US"},
        {"1231231234", "US"}, // area codes begin with 2 to 9
        {"373 4253", "US"},   // no area code
        {"2071 838", "GB"},
        {"(213) 373-4253", "GB"}, // American
        {"01632 960000", "GB"},   // a possible length, and no such area
        {"442071838750", "US"},   // another country's, without plus
        {"4915112345678", "DE"},  // a mobile number without its plus, or the area 04915
        {"62812345678", "ID"},
        {"38343201234", "XK"},
        {"044 55 1234 5678", "MX"}, // how mobile numbers were dialled until 2019
        {"030 (0) 123456", "DE"},   // a valid number without the brackets
        {"0", "GB"},
        {"00", "GB"},
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == not_a_number);
}
