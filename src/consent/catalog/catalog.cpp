#include "built_in_catalog.hpp"
#include "cookie_rule.hpp"
#include "rule_fields.hpp"
#include "rule_parser.hpp"

#include <gatepost/consent/catalog.hpp>

#include <algorithm>
#include <stdexcept>

namespace gatepost::consent {

catalog::catalog() : rules_(std::make_shared<const rule_set>()) {}

// Read once: the rules are shared, and a copy is a pointer.
catalog catalog::built_in() {
    static const catalog read = [] {
        catalog result;
        for (const auto& error : result.add_first(built_in_yaml())) {
            throw std::logic_error("built-in consent catalog, line " + std::to_string(error.line) +
                                   ": " + error.message);
        }
        return result;
    }();
    return read;
}

std::vector<rule_error> catalog::add_first(std::string_view yaml) {
    try {
        return add_first(YAML::Load(std::string(yaml)));
    } catch (const YAML::ParserException& error) {
        return {error_at(error.mark, error.msg)};
    }
}

std::vector<rule_error> catalog::add_first(const YAML::Node& list) {
    std::vector<rule_error> errors;
    auto added = parse_rules(list, errors);
    if (errors.empty()) {
        added.insert(added.end(), rules_->rules.begin(), rules_->rules.end());
        rules_ = std::make_shared<const rule_set>(rule_set{std::move(added)});
    }
    return errors;
}

std::vector<rule_error> catalog::rename(const marketing_names& names) {
    std::vector<rule_error> errors;
    auto renamed = *rules_;
    for (const auto& [entry, given] : names) {
        bool known = false;
        for (auto& rule : renamed.rules) {
            // A rule for the whole cookie has no names to replace.
            if (rule.name != entry || !rule.by_name()) {
                continue;
            }
            known = true;
            rule.marketing = given;
            if (const auto wrong = check_marketing_names(rule, given); !wrong.empty()) {
                errors.push_back({0, 0, entry + ": 'marketing' " + wrong});
                break;
            }
        }
        if (!known) {
            errors.push_back({0, 0, entry + ": no such entry with categories in the catalog"});
        }
    }
    if (errors.empty()) {
        rules_ = std::make_shared<const rule_set>(std::move(renamed));
    }
    return errors;
}

std::vector<std::string> catalog::entry_names() const {
    std::vector<std::string> names;
    for (const auto& rule : rules_->rules) {
        if (std::ranges::find(names, rule.name) == names.end()) {
            names.push_back(rule.name);
        }
    }
    return names;
}

} // namespace gatepost::consent
