#include "unicode.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>
#include <utf8proc.h>

namespace gatepost::identity {
namespace {

constexpr char32_t capital_i_with_dot = 0x0130;
constexpr char32_t capital_sigma = 0x03a3;

utf8proc_category_t utf8proc_category_of(char32_t c) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

// The start of the last code point, for valid UTF-8.
std::size_t last_start(std::string_view text) {
    auto at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) {
        --at;
    }
    return at;
}

void append(std::string& text, char32_t c) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

struct range {
    char32_t first;
    char32_t last;
};

template <std::size_t Size>
bool is_in(const std::array<range, Size>& ranges, char32_t c) {
    return std::ranges::any_of(ranges,
                               [c](const range& one) { return c >= one.first && c <= one.last; });
}

// Cased letters that no general category names (PropList.txt, Other_Lowercase and Other_Uppercase)
// and that are not case-ignorable: ordinal signs, Roman numerals, letters in circles and squares.
constexpr std::array other_cased{
    range{0x00aa, 0x00aa},   range{0x00ba, 0x00ba},   range{0x2160, 0x217f},
    range{0x24b6, 0x24e9},   range{0x1f130, 0x1f149}, range{0x1f150, 0x1f169},
    range{0x1f170, 0x1f189},
};

bool is_cased(char32_t c) {
    switch (utf8proc_category_of(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
        return true;
    default:
        return is_in(other_cased, c);
    }
}

// Punctuation inside words (WordBreakProperty.txt, MidLetter, MidNumLet and Single_Quote).
constexpr std::array inside_words{
    range{0x0027, 0x0027}, range{0x002e, 0x002e}, range{0x003a, 0x003a}, range{0x00b7, 0x00b7},
    range{0x0387, 0x0387}, range{0x055f, 0x055f}, range{0x05f4, 0x05f4}, range{0x2018, 0x2019},
    range{0x2024, 0x2024}, range{0x2027, 0x2027}, range{0xfe13, 0xfe13}, range{0xfe52, 0xfe52},
    range{0xfe55, 0xfe55}, range{0xff07, 0xff07}, range{0xff0e, 0xff0e}, range{0xff1a, 0xff1a},
};

// Unicode Standard, section 3.13, D136. Asked before is_cased(), as ICU does it, which browsers
// lower-case with: some modifier letters are both.
bool is_case_ignorable(char32_t c) {
    switch (utf8proc_category_of(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
        return true;
    default:
        return is_in(inside_words, c);
    }
}

bool begins_with_cased_letter(std::string_view rest) {
    while (!rest.empty()) {
        const auto c = next_code_point(rest);
        if (!is_case_ignorable(c)) {
            return is_cased(c);
        }
    }
    return false;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace

char32_t next_code_point(std::string_view& rest) {
    utf8proc_int32_t c = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                       static_cast<utf8proc_ssize_t>(rest.size()), &c);
    rest.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
    return size > 0 ? static_cast<char32_t>(c) : invalid_code_point;
}

bool is_white_space(char32_t c) {
    if (c < 0x80) {
        return core::is_space(static_cast<char>(c));
    }
    constexpr char32_t byte_order_mark = 0xfeff;
    const auto kind = utf8proc_category_of(c);
    return kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL ||
           kind == UTF8PROC_CATEGORY_ZP || c == byte_order_mark;
}

std::string_view trim_white_space(std::string_view text) {
    while (!text.empty()) {
        auto rest = text;
        if (!is_white_space(next_code_point(rest))) {
            break;
        }
        text = rest;
    }
    while (!text.empty()) {
        const auto start = last_start(text);
        auto last = text.substr(start);
        if (!is_white_space(next_code_point(last)) || !last.empty()) {
            break;
        }
        text = text.substr(0, start);
    }
    return text;
}

category category_of(char32_t c) {
    switch (utf8proc_category_of(c)) {
    case UTF8PROC_CATEGORY_CN:
        return category::unassigned;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
        return category::alphanumeric;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return category::mark;
    case UTF8PROC_CATEGORY_CF:
        return category::format;
    case UTF8PROC_CATEGORY_PD:
        return category::dash;
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
        return category::punctuation;
    default:
        return category::other;
    }
}

std::optional<std::string> lower_case(std::string_view text) {
    if (is_ascii(text)) {
        return core::lower(text);
    }
    if (!core::is_utf8(text)) {
        return std::nullopt;
    }
    std::string result;
    result.reserve(text.size());
    bool in_word = false; // a cased letter stands before, with nothing but ignorable between
    while (!text.empty()) {
        const auto c = next_code_point(text);
        if (category_of(c) == category::unassigned) {
            return std::nullopt;
        }
        if (c == capital_i_with_dot) {
            result += "i\xcc\x87"; // and a combining dot above
        } else if (c == capital_sigma && in_word && !begins_with_cased_letter(text)) {
            result += "\xcf\x82"; // the small Sigma of the end of a word
        } else {
            append(result,
                   static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
        }
        in_word = is_case_ignorable(c) ? in_word : is_cased(c);
    }
    return result;
}

} // namespace gatepost::identity
