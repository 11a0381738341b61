// National numbering plans, for the regions whose rules are certain. All others are left out until
// a library knows them.
#pragma once

#include <string_view>

namespace gatepost::identity {

// Patterns of national numbers without trunk prefix, separated by spaces, in the notation of the
// plans themselves: a digit is itself, N is 2-9, Z is 1-9, X is any digit, x any digit or none.
struct national_plan {
    std::string_view regions;    // ISO 3166-1 alpha-2, separated by spaces
    std::string_view code;       // country calling code
    std::string_view trunk;      // what is dialled before a number inside the country; may be empty
    std::string_view exit;       // what is dialled before a country code; empty when it varies
    std::string_view patterns;   // numbers that are certain by themselves
    std::string_view with_trunk; // numbers that are certain behind the trunk prefix or the code
};

// The plan of a region (any case), or null.
const national_plan* plan_of(std::string_view region);

bool matches(std::string_view digits, std::string_view patterns);

} // namespace gatepost::identity
