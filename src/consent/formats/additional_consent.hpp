// Google's Additional Consent strings, versions 1 and 2: `1~1.35.41`, `2~1.35.41~dv.9.21.81`
// (support.google.com/admanager/answer/9681920).
#pragma once

#include "reading.hpp"

#include <span>
#include <string_view>

namespace gatepost::consent {

// Every provider consented to: granted. One that was disclosed (or, in version 1, not listed) and
// not consented to: denied. One that was not disclosed: undecided. A version 2 without its list of
// disclosed providers has been cut off and is unreadable.
reading read_additional_consent(std::string_view text, std::span<const int> providers);

} // namespace gatepost::consent
