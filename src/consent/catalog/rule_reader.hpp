// Applies one rule to one cookie.
#pragma once

#include "cookie_jar.hpp"
#include "cookie_rule.hpp"
#include "reading.hpp"

#include <string_view>

namespace gatepost::consent {

// `jar` holds the other cookies, for conditions and times that stand there.
// Where copies disagree, the reading that lets less through is taken.
reading read_cookie(const cookie_rule& rule, std::string_view value, const cookie_jar& jar);

} // namespace gatepost::consent
