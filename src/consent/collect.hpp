// Signals in, findings out.
#pragma once

#include "policy.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::consent {

// Everything a set of signals says, in no particular order. Copies of one source that disagree are
// one finding: the one that lets less through.
std::vector<finding> collect(const policy& rules, const signals& from);

// "granted" or "denied" in any case, with white space around it; nullopt for any other text.
std::optional<state> marketing_verdict(std::string_view text);

} // namespace gatepost::consent
