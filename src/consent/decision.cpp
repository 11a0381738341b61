#include "formats/tcf.hpp"
#include "policy.hpp"

#include <gatepost/consent/decision.hpp>

#include <algorithm>

namespace gatepost::consent {

std::string_view to_string(state value) {
    switch (value) {
    case state::granted:
        return "granted";
    case state::denied:
        return "denied";
    case state::implied:
        return "implied";
    case state::undecided:
        return "undecided";
    case state::unreadable:
        break;
    }
    return "unreadable";
}

std::string_view to_string(action value) {
    switch (value) {
    case action::send:
        return "send";
    case action::send_limited:
        return "send_limited";
    case action::drop:
        break;
    }
    return "drop";
}

std::string_view to_string(rule value) {
    switch (value) {
    case rule::withdrawn:
        return "withdrawn";
    case rule::known_minor:
        return "known-minor";
    case rule::explicit_denial:
        return "explicit-denial";
    case rule::opt_out_signal:
        return "opt-out-signal";
    case rule::explicit_grant:
        return "explicit-grant";
    case rule::unreadable:
        return "unreadable";
    case rule::grant_expired:
        return "grant-expired";
    case rule::opt_in_default:
        return "opt-in-default";
    case rule::denied_event:
        return "denied-event";
    case rule::opt_out_default:
        break;
    }
    return "opt-out-default";
}

std::string_view reason(rule value) {
    switch (value) {
    case rule::withdrawn:
        return "the registry holds a withdrawal or an erasure, and no later grant";
    case rule::known_minor:
        return "the visitor is known to be a minor";
    case rule::explicit_denial:
        return "a source says denied";
    case rule::opt_out_signal:
        return "the visitor opted out of sale, sharing or targeted advertising, or sends Global "
               "Privacy Control where it counts";
    case rule::explicit_grant:
        return "a source says granted, the grant is not expired, and nothing says denied";
    case rule::unreadable:
        return "no source says granted, and one cannot be read";
    case rule::grant_expired:
        return "the only grant is older than max_age or than its platform lets it be";
    case rule::opt_in_default:
        return "nobody said granted, and the law asks for consent first or is not known";
    case rule::denied_event:
        return "the operator does not send events of this name (deny_events, or a page view under "
               "another tool's name)";
    case rule::opt_out_default:
        break;
    }
    return "nobody said denied, and the law lets an objection stop it";
}

std::string_view to_string(disclosure value) {
    switch (value) {
    case disclosure::disclosed:
        return "disclosed";
    case disclosure::not_disclosed:
        return "not_disclosed";
    case disclosure::unreadable:
        break;
    }
    return "unreadable";
}

std::string_view to_string(regime value) {
    return value == regime::opt_in ? "opt_in" : "opt_out";
}

std::optional<disclosure> tcf_disclosure(const decision& verdict) {
    std::optional<disclosure> found;
    for (const auto& f : verdict.findings) {
        if (f.from == origin::tcf && f.format == format::tcf) {
            const auto said = f.state == state::unreadable       ? disclosure::unreadable
                              : f.detail == vendor_not_disclosed ? disclosure::not_disclosed
                                                                 : disclosure::disclosed;
            found = found == disclosure::disclosed ? found : said;
        }
    }
    return found;
}

std::vector<conflict> conflicts(const decision& verdict) {
    std::vector<conflict> pairs;
    for (const auto& yes : verdict.findings) {
        for (const auto& no : verdict.findings) {
            const conflict pair{yes.format, no.format};
            if (yes.state == state::granted && no.state == state::denied &&
                no.meaning != objection::minor && std::ranges::find(pairs, pair) == pairs.end()) {
                pairs.push_back(pair);
            }
        }
    }
    return pairs;
}

void write_summary(core::json::writer& out, const decision& verdict) {
    out.member("action", to_string(verdict.action));
    out.member("rule", to_string(verdict.rule));
    out.member("source", std::string_view(verdict.source));
    out.member("regime", to_string(verdict.jurisdiction.regime));
    if (!verdict.jurisdiction.country.empty()) {
        out.member("country", std::string_view(verdict.jurisdiction.country));
    }
}

void write_members(core::json::writer& out, const finding& found) {
    out.member("source", std::string_view(found.source));
    out.member("format", found.format);
    out.member("state", to_string(found.state));
    if (found.at) {
        out.member("at", std::int64_t{found.at->time_since_epoch().count()});
    }
    if (!found.detail.empty()) {
        out.member("detail", found.detail);
    }
}

void write_findings(core::json::writer& out, const decision& verdict) {
    out.begin_array();
    for (const auto& found : verdict.findings) {
        out.begin_object();
        write_members(out, found);
        out.end_object();
    }
    out.end_array();
}

void write_jurisdiction(core::json::writer& out, const jurisdiction& where) {
    out.begin_object();
    if (!where.country.empty()) {
        out.member("country", std::string_view(where.country));
    }
    if (!where.region.empty()) {
        out.member("region", std::string_view(where.region));
    }
    out.member("regime", to_string(where.regime));
    out.member("source", where.source);
    out.end_object();
}

} // namespace gatepost::consent
