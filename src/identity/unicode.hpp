// Text of any script, as far as normalising needs it. The character data is utf8proc's (Unicode
// 15.0).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::identity {

constexpr char32_t invalid_code_point = 0xfffd;

// Removes and returns the first code point of UTF-8 text; invalid_code_point (and one byte less)
// where there is none. The text must not be empty.
char32_t next_code_point(std::string_view& rest);

// What JavaScript calls white space (ECMA-262, WhiteSpace and LineTerminator; \s in its patterns).
bool is_white_space(char32_t c);
// Without white space at both ends, as JavaScript's trim() does it: TikTok's pixel trims with that
// before it hashes.
std::string_view trim_white_space(std::string_view text);

// General categories (Unicode Standard, section 4.5), put together as normalising needs them.
enum class category : std::uint8_t {
    alphanumeric, // letters (L*), decimal digits (Nd), letters that are numbers (Nl, as in Roman)
    mark,         // M*: accents and vowel signs, parts of the letter before them
    format,       // Cf: what joins or directs letters and is not seen
    dash,         // Pd
    punctuation,  // every other P*
    unassigned,   // no character of Unicode 15.0
    other,
};
category category_of(char32_t c);

// In lower case, as JavaScript's toLowerCase() does it, with which TikTok's pixel lower-cases
// (Unicode SpecialCasing: the dotted capital I, and Sigma at the end of a word). Nothing when the
// text is not UTF-8 or holds a code point that is no character of Unicode 15.0: a later version may
// have made it a capital letter.
std::optional<std::string> lower_case(std::string_view text);

} // namespace gatepost::identity
