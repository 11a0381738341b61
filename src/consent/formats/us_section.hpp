// The US sections of a GPP string, national and of the states (Global Privacy Platform, Sections/).
#pragma once

#include <gatepost/consent/finding.hpp>

#include <cstdint>
#include <string_view>

namespace gatepost::consent {

constexpr bool is_us_section(std::uint32_t id) {
    return id >= 7 && id <= 27;
}

struct us_section {
    // denied (opted out of sale, sharing or targeted advertising), implied (did not opt out),
    // undecided (does not apply) or unreadable.
    consent::state state = state::unreadable;
    bool gpc = false;         // Global Privacy Control; also of an unreadable section
    bool known_child = false; // a KnownChild field is not zero
};

// `id` is that of a US section.
us_section read_us_section(std::uint32_t id, std::string_view text);

} // namespace gatepost::consent
