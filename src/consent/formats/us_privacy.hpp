// The IAB's US Privacy string ("U.S. Privacy String" v1.0): version, notice, opt-out of sale, LSPA.
#pragma once

#include "reading.hpp"

#include <string_view>

namespace gatepost::consent {

// Y at the third place: denied with us_opt_out; N: implied; `-`: undecided. Any case; also as the
// member uspString of a JSON object, which some sites store. unreadable for anything else.
reading read_us_privacy(std::string_view text);

} // namespace gatepost::consent
