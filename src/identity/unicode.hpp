// Text beyond ASCII, as far as it is certain. Not ICU: it would be the largest library of the
// daemon for two small tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::identity {

constexpr char32_t invalid_code_point = 0xfffd;

// Removes and returns the first code point of UTF-8 text; invalid_code_point (and one byte less)
// where there is none. The text must not be empty.
char32_t next_code_point(std::string_view& rest);

// Without white space at both ends, as JavaScript's trim() sees it (ECMA-262, WhiteSpace and
// LineTerminator): TikTok's pixel trims with that before it hashes.
std::string_view trim_white_space(std::string_view text);

// In lower case (Unicode's UnicodeData.txt, simple mappings). Nothing when the text holds a letter
// outside ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic, one whose lower case depends on
// what surrounds it, or bytes that are not UTF-8.
std::optional<std::string> lower_letters(std::string_view text);

} // namespace gatepost::identity
