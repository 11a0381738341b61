// Where signals stand: in cookies, headers and the fields of a body. Each reader adds its findings.
#pragma once

#include "findings.hpp"

#include <gatepost/consent/gate.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::consent {

void read_cookies(std::string_view header, const policy& rules, finding_list& into);
void read_headers(const std::vector<field>& headers, const policy& rules, finding_list& into);
// The body's consent fields, age, and iOS App Tracking Transparency. Not the token: its key is
// elsewhere.
void read_claims(const signals& from, const policy& rules, finding_list& into);

// What the configured header or the body's `marketing` says. "granted" or "denied" in any case,
// with white space around it; of several, joined by commas, one denial denies. Anything else is
// unreadable.
reading read_verdict(std::string_view text);

} // namespace gatepost::consent
