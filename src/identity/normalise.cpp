#include "unicode.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/hash.hpp>
#include <gatepost/identity/normalise.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace gatepost::identity {
namespace {

constexpr std::string_view zero_id = "00000000-0000-0000-0000-000000000000";
// printf 00000000-0000-0000-0000-000000000000 | sha256sum
constexpr std::string_view hash_of_zero_id =
    "12b9377cbe7e5c94e8a70d9d23929523d14afa954793130f8a3959c7b849aca8";

// Without the code points for which `drop` holds.
template <class Predicate>
std::string without(std::string_view text, Predicate drop) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        auto rest = text;
        if (!drop(next_code_point(rest))) {
            result += text.substr(0, text.size() - rest.size());
        }
        text = rest;
    }
    return result;
}

bool has_letter_or_digit(std::string_view text) {
    while (!text.empty()) {
        if (category_of(next_code_point(text)) == category::alphanumeric) {
            return true;
        }
    }
    return false;
}

// A UUID (RFC 9562, section 4: hex digits in groups of 8-4-4-4-12) that is somebody's.
bool is_device_id(std::string_view text) {
    if (text.size() != zero_id.size() || text == zero_id) {
        return false;
    }
    return std::ranges::equal(text, zero_id, [](char c, char pattern) {
        return pattern == '-' ? c == '-' : core::hex_value(c) >= 0;
    });
}

bool is_language_tag(std::string_view text) {
    constexpr std::size_t longest_subtag = 8;
    const auto language = text.substr(0, text.find('-'));
    if (text.size() < 2 || !std::ranges::all_of(language, core::is_alpha)) {
        return false;
    }
    std::size_t subtag = 0; // characters of it so far
    for (const char c : text) {
        if (c == '-' ? subtag == 0 : !core::is_alpha(c) && !core::is_digit(c)) {
            return false;
        }
        subtag = c == '-' ? 0 : subtag + 1;
        if (subtag > longest_subtag) {
            return false;
        }
    }
    return subtag > 0;
}

} // namespace

std::optional<std::string> normalise_email(std::string_view text) {
    const auto address = trim_white_space(text);
    const auto at = address.find('@');
    // Something on both sides: "@alice" is a name in a social network.
    if (at == std::string_view::npos || at == 0 || at + 1 == address.size()) {
        return std::nullopt;
    }
    return lower_case(address);
}

std::optional<std::string> normalise_external_id(std::string_view text) {
    const auto id = trim_white_space(text);
    return is_blank(id) ? std::nullopt : std::optional(std::string(id));
}

std::optional<std::string> normalise_name(std::string_view text) {
    // Lower-cased first: the punctuation tells where a word ends, and so which small Sigma it has.
    const auto name = lower_case(trim_white_space(text));
    if (!name || !has_letter_or_digit(*name)) {
        return std::nullopt;
    }
    const auto words = without(*name, [](char32_t c) {
        const auto kind = category_of(c);
        return kind == category::punctuation || kind == category::dash;
    });
    return std::string(trim_white_space(words));
}

std::optional<std::string> normalise_zip_code(std::string_view text) {
    constexpr char32_t minus_sign = 0x2212;
    const auto code = lower_case(text);
    if (!code || !has_letter_or_digit(*code)) {
        return std::nullopt;
    }
    return without(*code, [](char32_t c) {
        return is_white_space(c) || category_of(c) == category::dash || c == minus_sign;
    });
}

std::optional<std::string> normalise_place(std::string_view text) {
    const auto place = lower_case(trim_white_space(text));
    if (!place || !has_letter_or_digit(*place)) {
        return std::nullopt;
    }
    bool after_letter = false;
    return without(*place, [&](char32_t c) {
        const auto kind = category_of(c);
        if (kind == category::format) {
            return true; // may stand between a letter and its vowel sign
        }
        after_letter = kind == category::alphanumeric || (kind == category::mark && after_letter);
        return !after_letter;
    });
}

std::optional<std::string> normalise_locale(std::string_view text) {
    std::string locale(trim_white_space(text));
    std::ranges::replace(locale, '_', '-');
    return is_language_tag(locale) ? std::optional(std::move(locale)) : std::nullopt;
}

bool is_zero_id(std::string_view text) {
    const auto id = trim_white_space(text);
    return id == zero_id || core::iequals(id, hash_of_zero_id);
}

std::optional<std::string> normalise_idfa(std::string_view text) {
    const auto id = trim_white_space(text);
    if (is_sha256_hex(id) && !is_zero_id(id)) {
        return core::lower(id);
    }
    return is_device_id(id) ? std::optional(core::upper(id)) : std::nullopt;
}

std::optional<std::string> normalise_gaid(std::string_view text) {
    const auto id = trim_white_space(text);
    const bool known = is_device_id(id) || (is_sha256_hex(id) && !is_zero_id(id));
    return known ? std::optional(core::lower(id)) : std::nullopt;
}

std::optional<std::string> normalise_idfv(std::string_view text) {
    const auto id = trim_white_space(text);
    return is_device_id(id) ? std::optional(std::string(id)) : std::nullopt;
}

std::optional<std::string> normalise_att_status(std::string_view text) {
    constexpr std::array<std::string_view, 5> known{"AUTHORIZED", "DENIED", "NOT_DETERMINED",
                                                    "RESTRICTED", "NOT_APPLICABLE"};
    auto status = core::upper(trim_white_space(text));
    return std::ranges::find(known, status) != known.end() ? std::optional(std::move(status))
                                                           : std::nullopt;
}

} // namespace gatepost::identity
