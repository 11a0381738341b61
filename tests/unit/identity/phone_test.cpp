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
        {"+123456789012345", "", not_a_number}, // +1 with 14 digits
        {"+999123456789012", "", not_a_number},
        {"+491234567890123", "", "+491234567890123"}, // 15 digits, as many as there may be
        {"+4912345678901234", "", not_a_number},
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == number);
}

TEST_CASE("phone: a trunk zero after the country code is dropped where it can be nothing else") {
    const auto [text, region, number] = GENERATE(values<row>({
        {"+44 (0)20 7183 8750", "", "+442071838750"},
        {"+44 (0) 20 7183 8750", "", "+442071838750"},
        {"+4402071838750", "", "+442071838750"},
        {"+49 (0171) 1234567", "", "+491711234567"},
        {"+81 (0)3-1234-5678", "", "+81312345678"},
        {"0049 (0)171 1234567", "DE", "+491711234567"},
        {"+39 06 1234 5678", "", "+390612345678"}, // Italy's zero is part of the number
        {"+39 (0)6 1234 5678", "", not_a_number},
        {"+44 (00) 20 7183 8750", "", not_a_number},
        {"+44 20 (0) 7183 8750", "", not_a_number},
        {"+44 (0) (0)20 7183 8750", "", not_a_number},
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == number);
}

TEST_CASE("phone: a zero or a trunk prefix that no number there has is not kept") {
    const std::string text =
        GENERATE("+34 0612345678", "+48 0 601234567", "+45 012345678", "+36 06 30 123 4567",
                 "+351 0912345678", "+30 06912345678", "+370 8 612 34567", "+52 1 55 1234 5678",
                 "+52 044 55 1234 5678");
    CAPTURE(text);
    CHECK(read(text, "") == not_a_number);
    CHECK(read("+39 06 6982 1234", "") == "+390669821234"); // where it belongs to the number
    CHECK(read("+225 07 12 34 56 78", "") == "+2250712345678");
    CHECK(read("+52 55 1234 5678", "") == "+525512345678");
    CHECK(read("+370 612 34567", "") == "+37061234567");
}

TEST_CASE("phone: what is no number is not read") {
    const auto text = GENERATE(
        "", " ", "+", "tel:", "()", "alice", "+1 213 373", "+1 113 373 4253", "+1 213 073 4253",
        "+1 800 FLOWERS", "+44+2071838750", "44+2071838750", "++442071838750", "+44 20 7183 8750*",
        "+44 20 7183 8750,,1", "+1 213 373 4253 x", "+1 213 373 4253 x12345678",
        "+1 213 373 4253 or 4254", "+12133734253;phone-context=+1", "tel:tel:+12133734253",
        "+0 20 7183 8750", "+210 123 456 78", "+7 8 916 123 45 67", "+44 20 7183 8750\xff",
        "+12 34", "+11111111111111111111111111111111111111111111111111");
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

TEST_CASE("phone: a region whose rules are not certain is not guessed at") {
    const auto region = GENERATE("CN", "AR", "XX", "USA", "1", "U", "U ", "A,");
    CHECK(read("2133734253", region) == unknown_region);
    CHECK(read("+12133734253", region) == "+12133734253");
}

// Example numbers of the regulators' own plans, in E.164 as libphonenumber gives them.
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
        {"(213) 373-4253", "GB"},    // American, or London's without its zero
        {"30 123456", "DE"},         // Berlin without its zero, or a subscriber somewhere
        {"4915112345678", "DE"},     // a mobile without its plus, or the area 04915
        {"44 (0)7400 123456", "GB"}, // neither international nor national
        {"0", "GB"},
        {"00", "GB"},
        {"0 15 11 96123 4567", "BR"}, // with a carrier code
    }));
    CAPTURE(text, region);
    CHECK(read(text, region) == not_a_number);
}
