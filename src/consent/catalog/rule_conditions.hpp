// The parts of a rule that point into a cookie: paths, conditions, times and places.
#pragma once

#include "cookie_rule.hpp"
#include "rule_fields.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::consent {

bool has_placeholder(const path& steps);

// Each of these takes the shape of the cookie (nullptr when it is not known, which checks nothing
// against it) and adds an error to the fields for what is wrong.

// "a.b.{marketing}" or "a[key={marketing}].b"; "" is the whole cookie. Where members have no
// members, a dot belongs to the name.
std::optional<path> read_path(rule_fields& fields, std::string_view key, std::string_view text,
                              const shape* form);
std::vector<path> read_paths(rule_fields& fields, std::string_view key, const shape* form);
std::vector<condition> read_conditions(rule_fields& fields, std::string_view key,
                                       const shape* form);
std::optional<moment> read_moment(rule_fields& fields, std::string_view key, const shape* form);
// {field, unit: days}: the fields.
std::vector<path> read_term(rule_fields& fields, std::string_view key, const shape* form);
std::optional<whereabouts_hint> read_hint(rule_fields& fields, std::string_view key,
                                          const shape* form);

} // namespace gatepost::consent
