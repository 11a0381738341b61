// Country calling codes (ITU-T E.164, list of assigned codes).
#pragma once

#include <string_view>

namespace gatepost::identity {

struct calling_code {
    std::string_view digits; // "" when no code is assigned to that beginning
    // Inside the country numbers are dialled with a 0 in front that is no part of them, and no
    // subscriber's number begins with 0, so a 0 right after the code can only be that one.
    bool trunk_zero = false;
};

// The code a number begins with. No code is the beginning of another.
calling_code calling_code_of(std::string_view digits);

} // namespace gatepost::identity
