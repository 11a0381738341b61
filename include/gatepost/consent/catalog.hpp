// The catalog of consent platforms: rules, as data, for reading a platform's cookie.
// config/consent-catalog.yaml describes the rule language and holds the built-in rules.
#pragma once

#include <gatepost/core/result.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace YAML {
class Node;
}

namespace gatepost::consent {

struct rule_set; // private: the compiled rules

// An error in a rule, with its place in the YAML it came from (1-based).
struct rule_error {
    int line = 0;
    int column = 0;
    std::string message;
};

// Site-specific names: catalog entry -> names that mean marketing (`consent.catalog`).
using marketing_names = std::map<std::string, std::vector<std::string>, std::less<>>;

class catalog {
  public:
    catalog(); // no rules

    // The built-in rules (compiled into the program).
    static catalog built_in();

    // Adds rules (YAML text: a list of entries, as in config/consent-catalog.yaml); they are tried
    // before those there are. The errors of every rule at once; nothing is added when there is one.
    std::vector<rule_error> add_first(std::string_view yaml);
    // The same for a list inside a larger document: errors have their places in that document.
    std::vector<rule_error> add_first(const YAML::Node& list);

    // Replaces the marketing names of entries. An unknown entry, and names that cannot be, are
    // errors without a place (line 0); nothing is replaced when there is one.
    std::vector<rule_error> rename(const marketing_names& names);

    // Each entry once; the words of `consent.catalog` and, beside gate::formats(), of
    // `consent.ignore`.
    std::vector<std::string> entry_names() const;
    const rule_set& rules() const { return *rules_; }

  private:
    std::shared_ptr<const rule_set> rules_;
};

} // namespace gatepost::consent
