// IAB Global Privacy Platform strings (github.com/InteractiveAdvertisingBureau/
// Global-Privacy-Platform, Core/Consent String Specification.md and Sections/).
#pragma once

#include "reading.hpp"

#include <gatepost/consent/gate.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gatepost::consent {

// What a GPP string says, by kind.
struct gpp_reading {
    std::optional<reading> tcf; // section 2, a TC string
    // US Privacy (section 6) and the US sections (7 to 27), together, the strictest of them:
    // denied with us_opt_out, implied (does not opt out), undecided (does not apply) or unreadable.
    // Also set when the string as a whole is unreadable, and undecided when no section was read.
    std::optional<reading> us;
    bool gpc = false;         // a GPC segment says so
    bool known_child = false; // any KnownChild field is not zero
};

// `sections` are those that apply (gpp_sid; -1 and 0 stand for none); nullopt reads all. A section
// of another id than those above that applies is unreadable.
gpp_reading read_gpp(std::string_view text,
                     const std::optional<std::span<const std::int64_t>>& sections,
                     const tcf_options& wanted);

} // namespace gatepost::consent
