// Country calling codes (ITU-T E.164, list of assigned codes).
#pragma once

#include <cstdint>
#include <string_view>

namespace gatepost::identity {

// What a 0 right after a country code is.
enum class zero : std::uint8_t {
    never, // no number begins so
    trunk, // what is dialled in front inside the country; no part of the number
    stays, // a digit of the number
};

struct calling_code {
    std::string_view digits; // "" when no code is assigned to that beginning
    zero first = zero::never;
};

// The code a number begins with. No code is the beginning of another.
calling_code calling_code_of(std::string_view digits);

} // namespace gatepost::identity
