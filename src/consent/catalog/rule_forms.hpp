// How a rule says what a cookie looks like.
#pragma once

#include "cookie_rule.hpp"
#include "rule_fields.hpp"

#include <optional>

namespace gatepost::consent {

// What a shape offers: members with values, and members of members.
bool has_members(const shape& form);
bool is_nested(const shape& form);

// The keys `shape`, `between`, `equals` and `most`, of a rule or of its `inside`; nullopt after a
// wrong shape, which leaves an error in the fields.
std::optional<shape> read_form(rule_fields& fields);

} // namespace gatepost::consent
