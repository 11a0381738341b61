// IAB TCF 2.2 and 2.3: a TC string against what the configured vendor needs.
//
// The IAB's "Transparency and Consent String with Global Vendor & CMP List Formats" v2.3 and the
// TCF policies. Nothing is copied out of the string: bits are read where they stand, so that a
// string with a thousand vendors costs no memory.
#pragma once

#include "reading.hpp"

#include <gatepost/consent/gate.hpp>

#include <string_view>

namespace gatepost::consent {

// granted, denied, undecided (the vendor was not disclosed) or unreadable; `at` is LastUpdated.
// unreadable: version not 2, not service-specific, a policy version below 4 created after
// 2023-09-30, created on or after 2026-03-01 without a DisclosedVendors segment, or cut off.
// Legitimate interest is no basis for purposes 1 and 3 to 6 (TCF 2.2), whatever the bits say, and
// publisher restrictions that require both bases of one purpose forbid it.
reading read_tcf(std::string_view text, const tcf_options& wanted);

// The detail of a reading whose DisclosedVendors segment does not name the vendor: a site that
// never asks for it will never have its consent, which its operator ought to hear.
constexpr std::string_view vendor_not_disclosed = "vendor not disclosed";

} // namespace gatepost::consent
