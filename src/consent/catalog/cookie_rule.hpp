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
    enum class kind { plain, json, js_literal, query, pairs, list, fields, shopify };
    kind type = kind::plain;
    std::string between = ",";     // any of these stands between the entries of pairs, list, fields
    char equals = ':';             // between name and value of pairs
    std::size_t most = max_fields; // of fields: the last one takes the rest

    static constexpr std::size_t max_fields = 10;
};

// The way to a value. A step stands for a member name, or for the marketing name.
struct step {
    std::string name;
    bool marketing = false;
    std::string key; // not "": every element or member whose member `key` is or lists the name
};
using path = std::vector<step>;

// A test on a field of the cookie itself or on another cookie.
struct condition {
    std::string cookie;                // "" for the cookie itself
    std::optional<std::uint16_t> slot; // of `cookie` in the index of names
    std::vector<path> fields;          // one of them is enough; for `absent` none may be there
    // Exactly one of these.
    std::vector<std::string> is;
    std::vector<std::string> is_not;
    std::string contains;
    std::optional<std::int64_t> at_least;
    bool present = false; // there, and not empty
    bool absent = false;
};

// Where a time stands; the first field that is there counts.
struct moment {
    std::string cookie;
    std::optional<std::uint16_t> slot;
    std::vector<path> fields;
    std::vector<time_unit> units; // the first that fits
};

// Where a platform writes down where the visitor is.
struct whereabouts_hint {
    enum class form {
        country,        // de
        country_region, // AT;9
        joined,         // USCA
        region_country, // CA#US
        behavior,       // expressed,eu
    };
    std::string cookie;
    std::optional<std::uint16_t> slot;
    path field;
    form written = form::country;
};

// Values of the whole cookie, before it is taken apart.
struct whole_values {
    std::vector<std::string> granted;
    std::vector<std::string> denied;
    std::vector<std::string> implied;
    std::vector<std::string> undecided;
};

// What stands at the places of a rule.
enum class listing {
    none,     // one value for everything
    all,      // a value for every category
    accepted, // what was accepted
    refused,  // what was refused
};

struct cookie_rule {
    std::string name;
    std::string cookie; // a name, a prefix, or a name with {marketing} in it
    bool is_prefix = false;
    std::string suffix;                    // after a prefix
    std::vector<std::string> other_suffix; // names that end so are something else
    bool digits = false;                   // between prefix and suffix
    bool ignore_case = false;              // of the marketing names
    decoding decode = decoding::url;
    shape form;
    std::vector<path> where;        // of accepted, the first that is there; else every one
    std::optional<shape> inside;    // the text at `where` is taken apart once more
    std::vector<path> inside_where; // in there, with the same meaning
    listing lists = listing::none;
    std::vector<path> refused;          // lists of what was refused, beside those at `where`
    bool members_only = false;          // what stands in the lists of an object names nothing
    bool needs_all = false;             // every marketing name has to be listed, not any
    bool unlisted_denied = true;        // an accepted list without marketing is a denial
    std::vector<std::string> marketing; // may be empty until the site names some
    std::vector<std::string> vetoes;    // names whose no is a denial, while a yes is no grant
    std::vector<std::string> granted;
    std::vector<std::string> denied;
    std::vector<std::string> implied;
    std::vector<std::string> undecided;
    whole_values whole;
    std::vector<condition> denied_when;
    std::vector<condition> all_granted_when; // every one of them holds
    std::vector<condition> all_denied_when;  // every one of them holds
    std::vector<condition> decided_when;
    std::vector<condition> implied_when;
    std::vector<condition> asked_again_when;
    std::vector<condition> withheld_when;
    std::vector<condition> gpc_when;
    std::vector<condition> us_opt_out_when;
    std::optional<moment> chosen_at;
    std::optional<moment> expires_at;
    std::vector<path> expires_after_days; // after chosen_at; the first that is there counts
    std::optional<whereabouts_hint> region_hint;

    // Whether the rule looks for categories by name, so that `consent.catalog` can name them.
    bool by_name() const;

    // Whether a cookie is one of this rule's: for a prefix, what follows has to fit as well.
    bool takes(std::string_view cookie_name) const;

    // Calls visit(name, slot) for each other cookie the rule looks at. A slot that is not set
    // stands for a cookie that is never there.
    template <class Visit>
    void each_other_cookie(Visit&& visit) {
        const auto offer = [&](auto& part) {
            if (!part.cookie.empty()) {
                visit(part.cookie, part.slot);
            }
        };
        for (auto* tests :
             {&denied_when, &all_granted_when, &all_denied_when, &decided_when, &implied_when,
              &asked_again_when, &withheld_when, &gpc_when, &us_opt_out_when}) {
            for (auto& test : *tests) {
                offer(test);
            }
        }
        for (auto* when : {&chosen_at, &expires_at}) {
            if (*when) {
                offer(**when);
            }
        }
        if (region_hint) {
            offer(*region_hint);
        }
    }
};

struct rule_set {
    std::vector<cookie_rule> rules; // in the order in which they are tried
};

} // namespace gatepost::consent
