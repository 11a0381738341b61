#include "numbering/number.hpp"
#include "phone_text.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>

#include <optional>

namespace gatepost::identity {
namespace {

using numbering::number;

// ITU-T E.164, section 6.2.1. libphonenumber knows longer ones in some countries.
constexpr std::size_t most_digits = 15;

// A "(0)" is the trunk prefix for those who call from inside: it stands right before the national
// part, or there is none.
bool zero_fits(const phone_text& text, std::size_t before_national) {
    return text.zero_in_brackets.value_or(before_national) == before_national;
}

// A number with its country code. A new range may be missing in the data, so the length is enough.
// Not so where a zero is left in front: more often than not it is a trunk prefix that should not be
// there.
std::optional<number> with_plus(const phone_text& text) {
    auto read = numbering::read_international(text.digits);
    if (!read || !zero_fits(text, read->code.size()) || !read->possible ||
        (read->national.starts_with('0') && !read->valid)) {
        return std::nullopt;
    }
    return read;
}

// What `digits` say, which stand behind `skipped` others of the text, if that is a valid number.
std::optional<number> valid_abroad(const phone_text& text, std::size_t skipped) {
    auto read = numbering::read_international(std::string_view(text.digits).substr(skipped));
    if (!read || !read->valid || !zero_fits(text, skipped + read->code.size())) {
        return std::nullopt;
    }
    return read;
}

std::optional<number> valid_inside(const phone_text& text, const numbering::plan& region) {
    auto read = numbering::read_national(text.digits, region);
    if (!read.valid || !zero_fits(text, 0)) {
        return std::nullopt;
    }
    return read;
}

bool is_same(const number& one, const number& other) {
    return one.code == other.code && one.national == other.national;
}

// A number without plus. Of the ways to read it libphonenumber chooses one; it is certain when the
// result is valid and no other way leads to another valid number.
std::optional<number> without_plus(const phone_text& text, const numbering::plan& region) {
    const std::string_view digits = text.digits;
    const auto exit = numbering::exit_prefix(digits, region);
    const auto dialled_abroad = exit > 0 ? valid_abroad(text, exit) : std::nullopt;
    // Many write 00 where something longer is dialled.
    const auto behind_00 = digits.starts_with("00") ? valid_abroad(text, 2) : std::nullopt;
    const auto plus_lost =
        digits.starts_with(numbering::code_of(region)) ? valid_abroad(text, 0) : std::nullopt;
    const auto national = valid_inside(text, region);
    const auto& chosen = exit > 0                                   ? dialled_abroad
                         : numbering::lost_its_plus(digits, region) ? plus_lost
                                                                    : national;
    for (const auto* other : {&dialled_abroad, &behind_00, &plus_lost, &national}) {
        if (!chosen || (*other && !is_same(**other, *chosen))) {
            return std::nullopt;
        }
    }
    return chosen;
}

} // namespace

std::string_view to_string(phone_problem problem) {
    switch (problem) {
    case phone_problem::no_region:
        return "no country code and no region";
    case phone_problem::unknown_region:
        return "no country code, and no such region";
    case phone_problem::not_a_number:
        break;
    }
    return "not certain to be a phone number";
}

core::result<std::string, phone_problem> normalise_phone(std::string_view text,
                                                         std::string_view region) {
    const auto read = read_phone_text(text);
    if (!read || read->digits.empty()) {
        return phone_problem::not_a_number;
    }
    std::optional<number> found;
    if (read->plus) {
        found = with_plus(*read);
    } else if (region = core::trim(region); region.empty()) {
        return phone_problem::no_region;
    } else if (const auto* plan = numbering::plan_of(region)) {
        found = without_plus(*read, *plan);
    } else {
        return phone_problem::unknown_region;
    }
    if (!found || found->code.size() + found->national.size() > most_digits) {
        return phone_problem::not_a_number;
    }
    return std::string("+").append(found->code).append(found->national);
}

} // namespace gatepost::identity
