// A phone number as people write it, read down to its digits.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::identity {

struct phone_text {
    std::string digits;
    bool plus = false; // a plus sign stands before the first digit
    // How many digits stand before a "(0)": a trunk prefix for those who call from inside.
    std::optional<std::size_t> zero_in_brackets;
};

// Without `tel:`, spaces, dashes, dots, slashes and brackets, also those of other scripts, and
// without a clear extension ("x12", "ext. 12", "#12", RFC 3966's ";ext=12"). Nothing when there are
// other characters, or more digits than any number has.
std::optional<phone_text> read_phone_text(std::string_view text);

} // namespace gatepost::identity
