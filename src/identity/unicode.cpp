#include "unicode.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::identity {
namespace {

bool is_white_space(char32_t c) {
    return (c < 0x80 && core::is_space(static_cast<char>(c))) || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000 || c == 0xfeff;
}

// The start of the last code point, for valid UTF-8.
std::size_t last_start(std::string_view text) {
    auto at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) {
        --at;
    }
    return at;
}

struct letter_range {
    char32_t first;
    char32_t last;
    int step;   // 1: every letter is a capital; 2: capital and small take turns; 0: none is
    int offset; // from a capital to its small letter
};

constexpr std::array ranges{
    letter_range{0x00c0, 0x00d6, 1, 32}, letter_range{0x00d8, 0x00de, 1, 32},
    letter_range{0x00df, 0x00f6, 0, 0},  letter_range{0x00f8, 0x00ff, 0, 0},
    letter_range{0x0100, 0x012f, 2, 1},  letter_range{0x0131, 0x0131, 0, 0},
    letter_range{0x0132, 0x0137, 2, 1},  letter_range{0x0138, 0x0138, 0, 0},
    letter_range{0x0139, 0x0148, 2, 1},  letter_range{0x0149, 0x0149, 0, 0},
    letter_range{0x014a, 0x0177, 2, 1},  letter_range{0x0178, 0x0178, 1, -121},
    letter_range{0x0179, 0x017e, 2, 1},  letter_range{0x0386, 0x0386, 1, 38},
    letter_range{0x0388, 0x038a, 1, 37}, letter_range{0x038c, 0x038c, 1, 64},
    letter_range{0x038e, 0x038f, 1, 63}, letter_range{0x0390, 0x0390, 0, 0},
    letter_range{0x0391, 0x03a1, 1, 32}, letter_range{0x03a4, 0x03ab, 1, 32},
    letter_range{0x03ac, 0x03ce, 0, 0},  letter_range{0x0400, 0x040f, 1, 80},
    letter_range{0x0410, 0x042f, 1, 32}, letter_range{0x0430, 0x045f, 0, 0},
    letter_range{0x0460, 0x0481, 2, 1},  letter_range{0x048a, 0x04bf, 2, 1},
};
// Left out on purpose: U+0130 (I with dot) becomes two letters, U+03A3 (Sigma) has another small
// letter at the end of a word.

std::optional<char32_t> lower_letter(char32_t c) {
    const auto* const range = std::ranges::find_if(
        ranges, [c](const letter_range& one) { return c >= one.first && c <= one.last; });
    if (range == ranges.end() || c == 0x0130) {
        return std::nullopt;
    }
    const bool capital =
        range->step != 0 && (c - range->first) % static_cast<char32_t>(range->step) == 0;
    return capital ? c + static_cast<char32_t>(range->offset) : c;
}

} // namespace

char32_t next_code_point(std::string_view& rest) {
    const auto byte = [&](std::size_t i) {
        return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U;
    };
    const auto lead = byte(0);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
    char32_t c = size == 1 ? lead : lead & (0x7fU >> size);
    bool valid = size > 0;
    for (std::size_t i = 1; i < size; ++i) {
        valid = valid && (byte(i) & 0xc0) == 0x80;
        c = c << 6 | (byte(i) & 0x3f);
    }
    // Too long a form, a surrogate half, or past the last code point.
    valid = valid && !(size == 3 && (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))) &&
            !(size == 4 && (c < 0x10000 || c > 0x10ffff));
    rest.remove_prefix(valid ? size : 1);
    return valid ? c : invalid_code_point;
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

std::optional<std::string> lower_letters(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto c = next_code_point(text);
        if (c < 0x80) {
            result += core::to_lower(static_cast<char>(c));
            continue;
        }
        const auto small = lower_letter(c);
        if (!small) {
            return std::nullopt;
        }
        // Every letter of the table takes two bytes.
        result += static_cast<char>(0xc0 | *small >> 6);
        result += static_cast<char>(0x80 | (*small & 0x3f));
    }
    return result;
}

} // namespace gatepost::identity
