// Every rule of the built-in catalog with whatever value its cookie may have: JSON that lost its
// end grants nothing, and two copies that grant nothing grant nothing together.
//
// The input is a Cookie header. The name of its first cookie chooses the rule; any other name
// stands for some rule as well, so that no input is lost.

#include "catalog/cookie_rule.hpp"
#include "lawful.hpp"

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/base64.hpp>
#include <gatepost/core/text.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

using namespace gatepost;
using consent::cookie_rule;
using fuzz::check;
using fuzz::check_lawful;

namespace {

// The catalog of a site that has names of its own wherever the catalog knows none.
consent::catalog named_catalog() {
    auto rules = consent::catalog::built_in();
    consent::marketing_names own;
    for (const auto& rule : rules.rules().rules) {
        if (rule.by_name() && rule.marketing.empty()) {
            own[rule.name] = {"3"};
        }
    }
    check(rules.rename(own).empty());
    return rules;
}

const consent::catalog& rules() {
    static const auto made = named_catalog();
    return made;
}

std::string cookie_of(const cookie_rule& rule) {
    if (rule.is_prefix) {
        return rule.cookie + "7" + rule.suffix;
    }
    auto name = rule.cookie;
    if (const auto at = name.find(consent::marketing_placeholder); at != name.npos) {
        name.replace(at, consent::marketing_placeholder.size(), rule.marketing.front());
    }
    return name;
}

bool is_for(const cookie_rule& rule, std::string_view name) {
    return rule.is_prefix ? rule.takes(name) : cookie_of(rule) == name;
}

const cookie_rule& choose_rule(std::string_view name) {
    const auto& all = rules().rules().rules;
    const auto found =
        std::ranges::find_if(all, [&](const cookie_rule& rule) { return is_for(rule, name); });
    return found == all.end() ? all[std::hash<std::string_view>{}(name) % all.size()] : *found;
}

bool sends(const std::string& header) {
    static const consent::gate gate({}, rules());
    const auto verdict = gate.decide({.cookie = header, .country = "DE"}, {}, fuzz::now);
    check_lawful(verdict);
    return verdict.sends();
}

bool is_json(const cookie_rule& rule) {
    return rule.form.type == consent::shape::kind::json ||
           rule.form.type == consent::shape::kind::js_literal;
}

// Whether the text can be JSON in one way only: what holds quotes and percent signs both may be
// read as it stands or decoded.
bool is_plain(std::string_view text) {
    return (text.starts_with('{') || text.starts_with('[')) &&
           (text.find('"') == text.npos || text.find('%') == text.npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    auto value = core::next_field(rest, ';');
    const auto& rule = choose_rule(core::trim(core::next_field(value, '=')));
    value = core::trim(value);
    const bool is_base64 = rule.decode == consent::decoding::base64;
    const auto cookie = [&, name = cookie_of(rule) + "="](std::string_view text) {
        return name + std::string(text);
    };
    const auto encoded = [&](std::string_view text) {
        return cookie(is_base64 ? core::base64url_encode(text) : std::string(text));
    };

    sends(cookie(value) + ";" + std::string(rest));
    const auto half = value.substr(value.size() / 2);
    check(!sends(cookie(value) + ";" + cookie(half)) || sends(cookie(value)) ||
          sends(cookie(half)));
    if (is_json(rule) && !value.empty() && (is_base64 || is_plain(value))) {
        check(!sends(encoded(value)) || !sends(encoded(value.substr(0, value.size() - 1))));
    }
    return 0;
}
