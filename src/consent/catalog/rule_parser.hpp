// The rule language: YAML in, rules out. config/consent-catalog.yaml describes it.
#pragma once

#include "cookie_rule.hpp"

#include <gatepost/consent/catalog.hpp>

#include <yaml-cpp/yaml.h>

#include <vector>

namespace gatepost::consent {

// Reads a list of rules. Errors, with their places, are appended; a rule with an error in it must
// not be used.
std::vector<cookie_rule> parse_rules(const YAML::Node& list, std::vector<rule_error>& errors);

// What a set of marketing names must fulfil for a rule; "" when it is all right.
std::string check_marketing_names(const cookie_rule& rule, const std::vector<std::string>& names);

} // namespace gatepost::consent
