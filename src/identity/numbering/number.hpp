// Digits read as telephone numbers the way libphonenumber does.
//
// Each function names the one of libphonenumber-js (npm, folder `source`) that it follows step by
// step: the hash of a number must be the one that whoever uses that library would send.
#pragma once

#include "data.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::identity::numbering {

struct number {
    std::string_view code; // country calling code
    std::string national;  // what follows it in E.164
    bool possible = false; // there are numbers of that length
    bool valid = false;    // and this one is in a range that is in use
};

// The plan of a region (ISO 3166-1 alpha-2, any case), if there is one.
const plan* plan_of(std::string_view region);

// Its country calling code.
std::string_view code_of(const plan& region);

// Digits that begin with a calling code. Nothing when no code is assigned to that beginning
// (parse.js, extractCountryCallingCode.js).
std::optional<number> read_international(std::string_view digits);

// Digits as they are dialled inside the region, with or without trunk prefix (parse.js).
number read_national(std::string_view digits, const plan& region);

// How long the prefix is that is dialled in the region before a calling code; 0 when the digits do
// not begin with it (stripIddPrefix.js).
std::size_t exit_prefix(std::string_view digits, const plan& region);

// True when digits that begin with the region's own code can be no national number, but what
// follows the code can (extractCountryCallingCodeFromInternationalNumberWithoutPlusSign.js).
bool lost_its_plus(std::string_view digits, const plan& region);

} // namespace gatepost::identity::numbering
