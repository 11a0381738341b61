#include "tokens.hpp"

#include <algorithm>

namespace gatepost::ingest {
namespace {

using consent::rule;
using identity::token_verdict;

constexpr std::string_view source = "token";

std::optional<token_verdict> verdict_of(rule decided) {
    switch (decided) {
    case rule::explicit_grant:
        return token_verdict::granted;
    case rule::withdrawn:
    case rule::known_minor:
    case rule::explicit_denial:
        return token_verdict::denied;
    case rule::opt_out_signal:
        return token_verdict::opted_out;
    case rule::unreadable:
    case rule::grant_expired:
    case rule::opt_in_default:
    case rule::opt_out_default:
    case rule::denied_event:
        break;
    }
    return std::nullopt;
}

consent::state state_of(token_verdict verdict) {
    switch (verdict) {
    case token_verdict::granted:
        return consent::state::granted;
    case token_verdict::denied:
    case token_verdict::opted_out:
        return consent::state::denied;
    case token_verdict::implied:
        return consent::state::implied;
    case token_verdict::undecided:
        break;
    }
    return consent::state::undecided;
}

// A choice without a time is as old as its token; for which country is not known here.
std::chrono::seconds shortest_age(const consent::options& chosen) {
    auto shortest = chosen.max_age;
    for (const auto& [country, age] : chosen.max_age_by_country) {
        shortest = std::min(shortest, age);
    }
    return shortest;
}

} // namespace

std::optional<identity::decision_claim> claim_of(const consent::decision& verdict,
                                                 std::string_view controller, core::wall_time now) {
    const auto said = verdict_of(verdict.rule);
    if (!said) {
        return std::nullopt;
    }
    identity::decision_claim claim{.verdict = *said,
                                   .at = std::nullopt,
                                   .expires = std::nullopt,
                                   .issued = core::to_seconds(now),
                                   .source = verdict.source,
                                   .controller = std::string(controller)};
    for (const auto& found : verdict.findings) {
        if (found.source == verdict.source && found.format == verdict.format) {
            claim.at = found.at;
            claim.expires = found.expires;
            // A token made of a token must not make the choice any younger.
            if (found.from == consent::origin::token && !found.at && found.expires) {
                return std::nullopt;
            }
        }
    }
    return claim;
}

consent::finding read_token(const std::optional<identity::token_signer>& signer,
                            std::string_view token, std::string_view controller,
                            const consent::options& chosen) {
    consent::finding found{.from = consent::origin::token,
                           .source = std::string(source),
                           .format = source,
                           .state = consent::state::unreadable};
    const auto claim = signer ? signer->verify(token) : std::nullopt;
    if (!claim) {
        found.detail = "not a token of this instance";
    } else if (claim->controller != controller) {
        found.detail = "of another controller";
    } else {
        found.state = state_of(claim->verdict);
        found.meaning = claim->verdict == token_verdict::opted_out ? consent::objection::us_opt_out
                                                                   : consent::objection::refusal;
        found.at = claim->at;
        found.expires = claim->expires;
        if (!claim->at) {
            const auto end = claim->issued + shortest_age(chosen);
            found.expires = std::min(found.expires.value_or(end), end);
        }
    }
    return found;
}

} // namespace gatepost::ingest
