// One rule of the catalog, as written in the rule language (config/consent-catalog.yaml).
#pragma once

#include "timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::consent {

constexpr std::string_view marketing_placeholder = "{marketing}";

enum class decoding { raw, url, base64 };

// How a decoded text is taken apart.
struct shape {
    enum class kind { plain, json, js_literal, query, pairs, list };
    kind type = kind::plain;
    char between = ','; // between the entries of pairs and list
    char equals = ':';  // between name and value of pairs
};

// The way to a value. A step stands for a member name, or for the marketing name.
struct step {
    std::string name;
    bool marketing = false;
};
using path = std::vector<step>;

// A test on a field of the cookie itself or on another cookie.
struct condition {
    std::string cookie;     // "" for the cookie itself
    std::uint16_t slot = 0; // of `cookie`, filled in by the policy
    path field;
    std::vector<std::string> is; // empty: being there (and not empty) is enough
    std::optional<std::int64_t> at_least;
};

// Where a time stands; the first field that is there counts.
struct moment {
    std::string cookie;
    std::uint16_t slot = 0;
    std::vector<path> fields;
    time_unit unit = time_unit::seconds;
};

// Values of the whole cookie, before it is taken apart.
struct whole_values {
    std::vector<std::string> granted;
    std::vector<std::string> denied;
    std::vector<std::string> implied;
    std::vector<std::string> undecided;
};

struct cookie_rule {
    std::string name;
    std::string cookie; // a name, a prefix, or a name with {marketing} in it
    bool is_prefix = false;
    decoding decode = decoding::url;
    shape form;
    std::vector<path> where;     // the first that is there counts
    std::optional<shape> inside; // the text at `where` is taken apart once more
    bool lists_accepted = false; // only what was accepted is there
    std::vector<std::string> marketing;
    std::vector<std::string> vetoes; // names whose no is a denial, while a yes is no grant
    std::vector<std::string> granted;
    std::vector<std::string> denied;
    std::vector<std::string> undecided;
    whole_values whole;
    std::vector<condition> decided_when;
    std::vector<condition> implied_when;
    std::vector<condition> asked_again_when;
    std::vector<condition> gpc_when;
    std::optional<moment> chosen_at;
    std::optional<moment> expires_at;
};

struct rule_set {
    std::vector<cookie_rule> rules; // in the order in which they are tried
};

} // namespace gatepost::consent
