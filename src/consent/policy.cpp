#include "policy.hpp"

#include "formats/relay_cookie.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::consent {
namespace {

// Names that the IAB's storage conventions and consent platforms use. `euconsent`, TCF v1, has been
// invalid since 2020 and is no signal.
struct known_cookie {
    std::string_view name; // a prefix when `is_prefix`
    built_in what;
    std::string_view format;
    bool is_prefix = false;
    std::string_view suffix{};
};
constexpr std::array known_cookies{
    known_cookie{relay_cookie_name, built_in::relay, format::relay},
    // Scripts repeat the browser's GPC in these (Ketch, TrustArc).
    known_cookie{"gpcsignal", built_in::gpc_mirror, format::gpc},
    known_cookie{"gpcishonored", built_in::gpc_mirror, format::gpc},
    known_cookie{"euconsent-v2", built_in::tcf, format::tcf},
    known_cookie{"eupubconsent-v2", built_in::tcf, format::tcf},
    known_cookie{"dm-euconsent-v2", built_in::tcf, format::tcf},
    known_cookie{"uniconsent-v2", built_in::tcf, format::tcf},
    known_cookie{"snconsent", built_in::tcf, format::tcf},
    known_cookie{"__cmpconsent", built_in::tcf, format::tcf, true},
    known_cookie{"real_cookie_banner", built_in::tcf, format::tcf, true, "-tcf"},
    known_cookie{"GdprConsent", built_in::tcf_in_json, format::tcf},
    known_cookie{"OTGPPConsent", built_in::gpp, format::gpp},
    known_cookie{"__gpp", built_in::gpp, format::gpp},
    known_cookie{"__gpp_sid", built_in::gpp_sections, format::gpp},
    known_cookie{"usprivacy", built_in::us_privacy, format::us_privacy},
    known_cookie{"us_privacy", built_in::us_privacy, format::us_privacy},
    known_cookie{"__cmpccpausps", built_in::us_privacy, format::us_privacy},
    known_cookie{"addtl_consent", built_in::additional_consent, format::additional_consent},
};

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
        at(index.prefix(rule.cookie, rule.suffix)).rules.push_back(number);
    } else if (place == std::string::npos) {
        at(index.exact(rule.cookie)).rules.push_back(number);
    } else {
        for (const auto& name : rule.marketing) {
            auto cookie = rule.cookie;
            cookie.replace(place, marketing_placeholder.size(), name);
            at(index.exact(cookie)).rules.push_back(number);
        }
    }
    rule.each_other_cookie([&](const std::string& name, auto& slot) { slot = index.exact(name); });
}

void policy::index_built_in() {
    for (const auto& cookie : known_cookies) {
        if (reads(cookie.format)) {
            const auto slot = cookie.is_prefix ? index.prefix(cookie.name, cookie.suffix)
                                               : index.exact(cookie.name);
            at(slot).known = cookie.what;
        }
    }
}

} // namespace gatepost::consent
