#include "phone_text.hpp"

#include "unicode.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::identity {
namespace {

// E.164 allows 15; an international prefix, a trunk prefix and some slack.
constexpr std::size_t most_digits = 24;

// A marker and one to seven digits up to the end.
bool is_extension(std::string_view text) {
    constexpr std::array<std::string_view, 5> markers{";ext=", "extension", "ext", "x", "#"};
    const auto marker = std::ranges::find_if(markers, [&](std::string_view one) {
        return core::iequals(text.substr(0, one.size()), one);
    });
    if (marker == markers.end()) {
        return false;
    }
    auto digits = text.substr(marker->size());
    digits.remove_prefix(std::min(digits.find_first_not_of(" .:"), digits.size()));
    return !digits.empty() && digits.size() <= 7 && std::ranges::all_of(digits, core::is_digit);
}

// What goes between digits without meaning anything: ASCII and typographic spaces, dashes, dots,
// slashes and brackets, also in full width, and the invisible marks that come along when a number
// is copied from a contact list.
bool is_separator(char32_t c) {
    constexpr std::string_view ascii = " \t-./()[]";
    constexpr std::u32string_view others = U"\u00a0\u00ad\u202f\u2060\u2212\u3000\u30fc"
                                           U"\uff08\uff09\uff0d\uff0e\uff0f\uff3b\uff3d";
    return (c < 0x80 && ascii.find(static_cast<char>(c)) != std::string_view::npos) ||
           others.find(c) != std::u32string_view::npos || (c >= 0x2000 && c <= 0x2015) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

// Digits of the scripts that libphonenumber knows: ASCII, full width, Arabic-Indic (Arabic, and
// Persian and Urdu).
std::optional<char> digit_of(char32_t c) {
    for (const char32_t zero : {U'0', U'\uff10', U'\u0660', U'\u06f0'}) {
        if (c >= zero && c <= zero + 9) {
            return static_cast<char>('0' + (c - zero));
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<phone_text> read_phone_text(std::string_view text) {
    text = trim_white_space(text);
    constexpr std::string_view scheme = "tel:";
    if (core::iequals(text.substr(0, scheme.size()), scheme)) {
        text.remove_prefix(scheme.size());
    }
    const auto mark = std::ranges::find_if(
        text, [](char c) { return core::is_alpha(c) || c == '#' || c == ';'; });
    const auto length = static_cast<std::size_t>(mark - text.begin());
    if (length < text.size() && !is_extension(text.substr(length))) {
        return std::nullopt;
    }
    phone_text read;
    std::optional<std::size_t> bracket; // digits before the last opening one
    for (auto rest = text.substr(0, length); !rest.empty();) {
        const auto c = next_code_point(rest);
        if (const auto digit = digit_of(c)) {
            read.digits += *digit;
        } else if (c == '+' || c == 0xff0b) {
            if (read.plus || !read.digits.empty()) {
                return std::nullopt;
            }
            read.plus = true;
        } else if (!is_separator(c)) {
            return std::nullopt;
        } else if (c == '(' || c == 0xff08) {
            bracket = read.digits.size();
        } else if ((c == ')' || c == 0xff09) && bracket && read.digits.substr(*bracket) == "0") {
            if (read.zero_in_brackets) {
                return std::nullopt;
            }
            read.zero_in_brackets = bracket;
        }
        if (read.digits.size() > most_digits) {
            return std::nullopt;
        }
    }
    return read;
}

} // namespace gatepost::identity
