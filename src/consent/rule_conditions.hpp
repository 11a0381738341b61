// The parts of a rule that point into a cookie: paths, conditions and times.
#pragma once

#include "cookie_rule.hpp"
#include "rule_fields.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::consent {

// What a shape offers: members with values, and members of members.
bool has_members(const shape& form);
bool is_nested(const shape& form);
bool has_placeholder(const path& steps);

// Each of these takes the shape of the cookie (nullptr when it is not known, which checks nothing
// against it) and adds an error to the fields for what is wrong.

// "a.b.{marketing}"; "" is the whole cookie.
std::optional<path> read_path(rule_fields& fields, std::string_view key, std::string_view text,
                              const shape* form);
std::vector<condition> read_conditions(rule_fields& fields, std::string_view key,
                                       const shape* form);
std::optional<moment> read_moment(rule_fields& fields, std::string_view key, const shape* form);

} // namespace gatepost::consent
