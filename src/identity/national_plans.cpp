#include "national_plans.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::identity {
namespace {

// Sources: the national numbering plans as notified to the ITU (ITU-T E.129); each row was compared
// with libphonenumber on random numbers.
constexpr std::array plans{
    // North America (NANPA): ten digits everywhere, the prefix 1 is as good as the country code.
    national_plan{"US CA AG AI AS BB BM BS DM DO GD GU JM KN KY LC MP MS PR SX TC TT VC VG VI", "1",
                  "1", "011", "NXXNXXXXXX", ""},
    // Ofcom: ten digits but for a few old nine-digit ones, which are left out.
    national_plan{"GB GG JE IM", "44", "0", "00", "7XXXXXXXXX",
                  "1XXXXXXXXX 2XXXXXXXXX 3XXXXXXXXX 8XXXXXXXXX"},
    // ComReg: mobiles 08; areas of one to three digits with numbers of five to seven.
    national_plan{"IE", "353", "0", "00", "8ZXXXXXXX", "1XXXXXXX NXXXXXXxx"},
    // ARCEP: nine digits, mobiles 06 and 07.
    national_plan{"FR", "33", "0", "00", "6XXXXXXXX 7XXXXXXXX", "ZXXXXXXXX"},
    // BNetzA: mobiles 015, 016, 017; areas and numbers of varying length.
    national_plan{"DE", "49", "0", "00", "15XXXXXXXXX 16XXXXXXXXx 17XXXXXXXXx", "NXXXXXxxxxxxx"},
    // RTR: areas and numbers of varying length.
    national_plan{"AT", "43", "0", "00", "", "ZXXXXXXxxxxxx"},
    // BAKOM: nine digits, mobiles 07.
    national_plan{"CH", "41", "0", "00", "7XXXXXXXX", "NXXXXXXXX"},
    // ACM: nine digits, mobiles 06.
    national_plan{"NL", "31", "0", "00", "6XXXXXXXX", "ZXXXXXXXX"},
    // BIPT: mobiles 04 with nine digits, land lines with eight.
    national_plan{"BE", "32", "0", "00", "4XXXXXXXX", "ZXXXXXXX"},
    // CNMC: nine digits, no prefix.
    national_plan{"ES", "34", "", "00", "6XXXXXXXX 7XXXXXXXX 8XXXXXXXX 9XXXXXXXX", ""},
    // ANACOM: nine digits, no prefix.
    national_plan{"PT", "351", "", "00", "2XXXXXXXX 3XXXXXXXX 9XXXXXXXX", ""},
    // AGCOM: no prefix; the 0 of a land line is part of the number.
    national_plan{"IT", "39", "", "00", "3XXXXXXXXx 0ZXXXXXxxxx", ""},
    // Nordic countries: eight digits without prefix; Sweden and Finland with 0, varying length.
    national_plan{"DK", "45", "", "00", "NXXXXXXX", ""},
    national_plan{"NO", "47", "", "00", "NXXXXXXX", ""},
    national_plan{"SE", "46", "0", "00", "7XXXXXXXX", "ZXXXXXXxx"},
    national_plan{"FI", "358", "0", "00", "", "ZXXXXXxxxxx"},
    // Central and eastern Europe.
    national_plan{"PL", "48", "", "00", "ZXXXXXXXX", ""},
    national_plan{"CZ", "420", "", "00", "NXXXXXXXX", ""},
    national_plan{"SK", "421", "0", "00", "9XXXXXXXX", "ZXXXXXXXX"},
    national_plan{"HU", "36", "06", "00", "20XXXXXXX 30XXXXXXX 31XXXXXXX 50XXXXXXX 70XXXXXXX",
                  "ZXXXXXXX"},
    national_plan{"RO", "40", "0", "00", "7XXXXXXXX", "2XXXXXXXX 3XXXXXXXX"},
    national_plan{"BG", "359", "0", "00", "", "ZXXXXXXxx"},
    national_plan{"HR", "385", "0", "00", "", "ZXXXXXXXx"},
    national_plan{"SI", "386", "0", "00", "", "ZXXXXXXX"},
    national_plan{"GR", "30", "", "00", "2XXXXXXXXX 6XXXXXXXXX", ""},
    national_plan{"UA", "380", "0", "00", "", "ZXXXXXXXX"},
    national_plan{"TR", "90", "0", "00", "5XXXXXXXXX", "NXXXXXXXXX"},
    // Asia and the Pacific.
    national_plan{"IN", "91", "0", "00", "6XXXXXXXXX 7XXXXXXXXX 8XXXXXXXXX 9XXXXXXXXX",
                  "ZXXXXXXXXX"},
    national_plan{"JP", "81", "0", "010", "70XXXXXXXX 80XXXXXXXX 90XXXXXXXX", "ZXXXXXXXX"},
    national_plan{"KR", "82", "0", "", "10XXXXXXXX",
                  "2XXXXXXXx 3XXXXXXXXx 4XXXXXXXXx 5XXXXXXXXx 6XXXXXXXXx"},
    national_plan{"SG", "65", "", "", "3XXXXXXX 6XXXXXXX 8XXXXXXX 9XXXXXXX", ""},
    national_plan{"AU", "61", "0", "0011", "4XXXXXXXX", "2XXXXXXXX 3XXXXXXXX 7XXXXXXXX 8XXXXXXXX"},
    national_plan{"NZ", "64", "0", "00", "",
                  "2XXXXXXXxx 3XXXXXXX 4XXXXXXX 6XXXXXXX 7XXXXXXX 9XXXXXXX"},
    // Latin America: area and number are always written together; carrier codes are not read.
    national_plan{"BR", "55", "0", "", "ZZ9XXXXXXXX ZZ2XXXXXXX ZZ3XXXXXXX ZZ4XXXXXXX ZZ5XXXXXXX",
                  ""},
    national_plan{"MX", "52", "", "00", "NXXXXXXXXX", ""},
    // Africa.
    national_plan{"ZA", "27", "0", "00", "6XXXXXXXX 7XXXXXXXX 8XXXXXXXX", "ZXXXXXXXX"},
};

bool matches_digit(char digit, char symbol) {
    switch (symbol) {
    case 'X':
    case 'x':
        return true;
    case 'Z':
        return digit >= '1';
    case 'N':
        return digit >= '2';
    default:
        return digit == symbol;
    }
}

bool matches_one(std::string_view digits, std::string_view pattern) {
    if (digits.size() > pattern.size() ||
        (digits.size() < pattern.size() && pattern[digits.size()] != 'x')) {
        return false;
    }
    return std::ranges::equal(digits, pattern.substr(0, digits.size()), matches_digit);
}

} // namespace

const national_plan* plan_of(std::string_view region) {
    if (region.size() != 2) {
        return nullptr;
    }
    const auto wanted = core::upper(region);
    for (const auto& plan : plans) {
        auto rest = plan.regions;
        while (!rest.empty()) {
            if (core::next_field(rest, ' ') == wanted) {
                return &plan;
            }
        }
    }
    return nullptr;
}

bool matches(std::string_view digits, std::string_view patterns) {
    while (!patterns.empty()) {
        if (matches_one(digits, core::next_field(patterns, ' '))) {
            return true;
        }
    }
    return false;
}

} // namespace gatepost::identity
