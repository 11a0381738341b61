#include "policy.hpp"
#include "readers.hpp"
#include "verdict.hpp"

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <optional>

namespace gatepost::consent {
namespace {

finding_list collect(const policy& rules, const signals& from) {
    finding_list found(rules);
    read_cookies(from.cookie, rules, found);
    read_headers(from.headers, rules, found);
    read_claims(from, rules, found);
    return found;
}

// In a list the request grants nothing; whatever denies applies to all.
void add_request(const policy& rules, const signals& request, std::vector<finding>& to) {
    for (auto& found : collect(rules, request).take()) {
        if (found.state == state::denied) {
            found.detail = of_the_request;
            to.push_back(std::move(found));
        }
    }
}

// Copies that disagree: one may be the client's own, and nobody can say which. Unknown, then.
std::string_view header_named(const signals& from, const std::string& name) {
    constexpr std::string_view unknown = "XX";
    std::optional<std::string_view> found;
    for (const auto& [given, value] : from.headers) {
        if (!name.empty() && core::iequals(given, name)) {
            const auto text = core::trim(value);
            found = !found || core::iequals(*found, text) ? text : unknown;
        }
    }
    return found.value_or("");
}

jurisdiction locate(const regime_options& chosen, const signals& from, const known_places& places) {
    auto where =
        find_jurisdiction(chosen, {.country = from.country,
                                   .region = from.region,
                                   .header_country = header_named(from, chosen.country_header),
                                   .header_region = header_named(from, chosen.region_header),
                                   .address = from.address});
    for (const auto& [country, region] : places) {
        tighten(where, chosen, country, region);
    }
    return where;
}

} // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): handed over, as the options are.
gate::gate(options chosen, catalog rules)
    : policy_(std::make_shared<const policy>(std::move(chosen), rules.rules())) {}

decision gate::decide(const signals& visitor, beside more, core::wall_time now) const {
    auto gathered = collect(*policy_, visitor);
    const auto& options = policy_->chosen;
    auto where = locate(options.regime, visitor, gathered.places());
    auto findings = gathered.take();
    if (more.request != nullptr) {
        add_request(*policy_, *more.request, findings);
    }
    std::ranges::move(more.known, std::back_inserter(findings));
    auto verdict = judge(std::move(findings), std::move(where), options, now);
    verdict.texts = policy_;
    return verdict;
}

const options& gate::chosen() const {
    return policy_->chosen;
}

bool gate::reads(std::string_view format) const {
    return policy_->reads(format);
}

bool gate::is_verdict(std::string_view marketing) {
    return read_verdict(marketing).state != state::unreadable;
}

std::vector<std::string_view> gate::formats() {
    return {format::tcf,          format::additional_consent,
            format::relay,        format::token,
            format::body,         format::header,
            format::tracking,     format::gpp,
            format::consent_mode, format::us_privacy,
            format::gpc,          format::dnt};
}

std::vector<std::string_view> gate::fixed_formats() {
    return {format::minor, format::registry, "none"};
}

} // namespace gatepost::consent
