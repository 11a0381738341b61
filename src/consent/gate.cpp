#include "collect.hpp"
#include "policy.hpp"
#include "unread_formats.hpp"
#include "verdict.hpp"

#include <gatepost/consent/gate.hpp>

#include <algorithm>

namespace gatepost::consent {

gate::gate(options chosen, catalog rules)
    : policy_(std::make_shared<const policy>(std::move(chosen), rules.rules())) {}

decision gate::decide(const signals& visitor, const signals* bystander, core::wall_time now) const {
    auto findings = collect(*policy_, visitor);
    if (bystander != nullptr) {
        for (auto& found : collect(*policy_, *bystander)) {
            // What cannot be read yet may hold a denial.
            if ((found.state == state::denied && found.format != format::minor) ||
                blocks_grants(found)) {
                found.detail = "of the request that carried the list";
                findings.push_back(std::move(found));
            }
        }
    }
    const auto& chosen = policy_->chosen;
    auto verdict =
        judge(std::move(findings),
              find_jurisdiction(chosen.regime, visitor.country, visitor.region), chosen, now);
    verdict.texts = policy_;
    return verdict;
}

bool gate::is_verdict(std::string_view marketing) {
    return marketing_verdict(marketing).has_value();
}

std::vector<std::string_view> gate::formats() {
    std::vector<std::string_view> words{format::relay, format::body, format::header, format::gpc};
    for (const auto& unread : unread_claims()) {
        if (std::ranges::find(words, unread.format) == words.end()) {
            words.push_back(unread.format);
        }
    }
    return words;
}

} // namespace gatepost::consent
