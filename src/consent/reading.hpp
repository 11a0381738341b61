// What one cookie, header or field says, before it is known where it stood.
#pragma once

#include <gatepost/consent/finding.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::consent {

struct reading {
    consent::state state = consent::state::undecided;
    std::string_view detail{};
    std::optional<std::chrono::sys_seconds> at{};      // when the visitor chose
    std::optional<std::chrono::sys_seconds> expires{}; // the platform's own expiry
    bool gpc = false;                                  // the platform saw Global Privacy Control
    bool us_opt_out = false; // opted out of sale, sharing or targeted advertising
    // Where the platform believes the visitor to be: ISO 3166-1 alpha-2, and ISO 3166-2 without the
    // country or "", any case. Several when there are copies of the hint.
    std::vector<std::pair<std::string, std::string>> places{};
};

inline reading unreadable(std::string_view why) {
    return {.state = state::unreadable, .detail = why};
}

// How much a state forbids: the higher one wins where two copies of a signal disagree.
int strictness(state value);

} // namespace gatepost::consent
