#include "policy.hpp"

#include "relay_cookie.hpp"
#include "unread_formats.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::consent {
namespace {

// Cookies in which scripts repeat the browser's GPC (Ketch, TrustArc).
constexpr std::array gpc_mirrors{"gpcsignal", "gpcishonored"};

} // namespace

policy::policy(options options_given, const rule_set& given)
    : chosen(std::move(options_given)), header_source("header:" + core::lower(chosen.header)) {
    std::ranges::copy_if(given.rules, std::back_inserter(rules),
                         [&](const cookie_rule& rule) { return reads(rule.name); });
    for (std::size_t number = 0; number < rules.size(); ++number) {
        index_rule(number);
    }
    index_built_in();
    uses.resize(index.slots());
}

bool policy::reads(std::string_view format) const {
    return std::ranges::find(chosen.ignore, format) == chosen.ignore.end();
}

policy::use& policy::at(std::uint16_t slot) {
    if (slot >= uses.size()) {
        uses.resize(slot + std::size_t{1});
    }
    return uses[slot];
}

void policy::index_rule(std::size_t number) {
    auto& rule = rules[number];
    const auto place = rule.cookie.find(marketing_placeholder);
    if (rule.is_prefix) {
        at(index.prefix(rule.cookie)).rules.push_back(number);
    } else if (place == std::string::npos) {
        at(index.exact(rule.cookie)).rules.push_back(number);
    } else {
        for (const auto& name : rule.marketing) {
            auto cookie = rule.cookie;
            cookie.replace(place, marketing_placeholder.size(), name);
            at(index.exact(cookie)).rules.push_back(number);
        }
    }
    for (auto* tests :
         {&rule.decided_when, &rule.implied_when, &rule.asked_again_when, &rule.gpc_when}) {
        for (auto& test : *tests) {
            if (!test.cookie.empty()) {
                test.slot = index.exact(test.cookie);
            }
        }
    }
    for (auto* when : {&rule.chosen_at, &rule.expires_at}) {
        if (*when && !(*when)->cookie.empty()) {
            (*when)->slot = index.exact((*when)->cookie);
        }
    }
}

void policy::index_built_in() {
    if (reads(format::relay)) {
        at(index.exact(relay_cookie_name)).known = built_in{origin::relay_cookie, format::relay};
    }
    if (reads(format::gpc)) {
        for (const auto* name : gpc_mirrors) {
            at(index.exact(name)).known = built_in{origin::gpc, format::gpc};
        }
    }
    for (const auto& cookie : unread_cookies()) {
        if (reads(cookie.format)) {
            const auto slot = cookie.is_prefix ? index.prefix(cookie.name, cookie.suffix)
                                               : index.exact(cookie.name);
            at(slot).known = built_in{cookie.from, cookie.format};
        }
    }
}

} // namespace gatepost::consent
