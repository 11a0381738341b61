// Where a platform believes the visitor to be, in the ways platforms write it down.
#pragma once

#include "cookie_rule.hpp"

#include <string_view>

namespace gatepost::consent {

// Borrowed parts of the text: a country and a region within it, "" for none. They are not checked
// against any list.
struct place_hint {
    std::string_view country;
    std::string_view region;
};

place_hint read_place_hint(std::string_view text, whereabouts_hint::form written);

} // namespace gatepost::consent
