#include "number.hpp"

#include "matching.hpp"

#include <gatepost/core/text.hpp>

#include <bit>
#include <span>

namespace gatepost::identity::numbering {
namespace {

std::span<const plan> plans_of(const calling_code& code) {
    return {plans + code.first, code.count};
}

bool is_general(const plan& one, std::string_view national) {
    return accepted(one.automaton, national) != acceptance::none;
}

bool is_valid(const plan& one, std::string_view national) {
    return accepted(one.automaton, national) == acceptance::valid;
}

// checkNumberLength.js
bool is_possible(const plan& one, std::string_view national) {
    return national.size() < 32 && (one.lengths >> national.size() & 1) != 0;
}

bool is_too_long(const plan& one, std::string_view national) {
    return national.size() >= static_cast<std::size_t>(std::bit_width(one.lengths));
}

// Which of the regions that share a code the number belongs to, or the one that it was read in when
// that cannot be told (getCountryByCallingCode.js).
const plan& region_of(std::string_view national, const plan& one) {
    const auto sharing = plans_of(codes[one.code]);
    if (sharing.size() == 1) {
        return one;
    }
    for (const auto& each : sharing) {
        // How a region's numbers begin is asked instead of its automaton: it settles it.
        if (each.leading != 0 ? begins(each.leading, national).has_value()
                              : is_valid(each, national)) {
            return each;
        }
    }
    return one;
}

// extractNationalNumberFromPossiblyIncompleteNumber.js
std::string without_trunk(std::string_view digits, const plan& one) {
    const auto prefix = begins(one.trunk, digits);
    if (!prefix) {
        return std::string(digits);
    }
    std::string national;
    // A rewriting rule holds where the last group was met.
    if (one.kept != 0 && !prefix->groups[one.kept - 1U].empty()) {
        national = one.rewrite;
        national += prefix->groups[one.kept - 1U];
    }
    return national.append(digits.substr(prefix->length));
}

// extractNationalNumber.js
std::string national_number(std::string_view digits, const plan& one) {
    auto stripped = without_trunk(digits, one);
    if (stripped == digits || (is_general(one, digits) && !is_general(one, stripped))) {
        return std::string(digits);
    }
    const auto& judge = region_of(stripped, one);
    return is_possible(judge, stripped) || is_too_long(judge, stripped) ? stripped
                                                                        : std::string(digits);
}

// isPossible.js, isValid.js
number judged(const std::string& national, const plan& one) {
    const auto& judge = region_of(national, one);
    return {.code = code_of(one),
            .national = national,
            .possible = is_possible(judge, national),
            .valid = is_valid(judge, national)};
}

} // namespace

const plan* plan_of(std::string_view region) {
    if (region.size() != 2 || !core::is_alpha(region[0]) || !core::is_alpha(region[1])) {
        return nullptr;
    }
    const auto letter = [&](std::size_t i) {
        return static_cast<std::size_t>(core::to_upper(region[i]) - 'A');
    };
    const auto found = plan_by_name[26 * letter(0) + letter(1)];
    return found == none ? nullptr : &plans[found];
}

std::string_view code_of(const plan& region) {
    return codes[region.code].digits;
}

std::optional<number> read_international(std::string_view digits) {
    const auto first_three = core::parse_integer<std::uint16_t>(digits.substr(0, 3));
    if (digits.size() < 3 || code_by_digits[*first_three] == none) {
        return std::nullopt;
    }
    const auto& code = codes[code_by_digits[*first_three]];
    const auto& main = plans_of(code).front();
    digits.remove_prefix(std::string_view(code.digits).size());
    return judged(national_number(digits, main), main);
}

number read_national(std::string_view digits, const plan& region) {
    return judged(national_number(digits, region), region);
}

std::size_t exit_prefix(std::string_view digits, const plan& region) {
    const auto prefix = begins(region.exit, digits);
    // No calling code begins with 0.
    const bool code_follows =
        prefix && prefix->length < digits.size() && digits[prefix->length] != '0';
    return code_follows ? prefix->length : 0;
}

bool lost_its_plus(std::string_view digits, const plan& region) {
    const auto code = code_of(region);
    if (!digits.starts_with(code)) {
        return false;
    }
    const auto all = national_number(digits, region);
    return is_too_long(region, all) ||
           (!is_general(region, all) &&
            is_general(region, national_number(digits.substr(code.size()), region)));
}

} // namespace gatepost::identity::numbering
