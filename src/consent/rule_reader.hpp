// Applies one rule to one cookie.
#pragma once

#include "cookie_jar.hpp"
#include "cookie_rule.hpp"

#include <gatepost/consent/finding.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace gatepost::consent {

struct reading {
    consent::state state = consent::state::undecided;
    std::string_view detail{};
    std::optional<std::chrono::sys_seconds> at{};
    std::optional<std::chrono::sys_seconds> expires{};
    bool gpc = false; // the platform saw Global Privacy Control
};

// `jar` holds the other cookies, for conditions and times that stand there.
// Where copies disagree, the reading that lets less through is taken.
reading read_cookie(const cookie_rule& rule, std::string_view value, const cookie_jar& jar);

// How much a state forbids: the higher one wins where two copies of a cookie disagree.
int strictness(state value);

} // namespace gatepost::consent
