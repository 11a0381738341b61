#include "reactions.hpp"

#include <algorithm>

namespace gatepost::ingest {
namespace {

using consent::finding;
using consent::objection;
using consent::origin;
using consent::rule;
using consent::state;

bool lifted(const consent::decision& verdict) {
    return verdict.rule == rule::explicit_grant && verdict.granted_at &&
           std::ranges::any_of(verdict.findings, [](const finding& f) {
               return f.from == origin::registry && f.state == state::undecided;
           });
}

// Said by the visitor now: neither by the registry, which knew it already, nor by the request
// around a list.
bool is_own_denial(const finding& f) {
    return f.state == state::denied && f.from != origin::registry &&
           f.detail != consent::of_the_request;
}

bool keeps_gpc(const consent::decision& verdict) {
    return verdict.jurisdiction.regime == consent::regime::opt_out &&
           std::ranges::any_of(verdict.findings, [](const finding& f) {
               return is_own_denial(f) && f.meaning == objection::gpc;
           });
}

bool takes_back(const consent::decision& verdict) {
    return !verdict.sends() && std::ranges::any_of(verdict.findings, [&](const finding& f) {
        // GPC beside a grant in an opt-in regime denies nothing.
        return is_own_denial(f) &&
               (f.meaning != objection::gpc || verdict.rule == rule::opt_out_signal);
    });
}

} // namespace

bool wants_reaction(const consent::decision& verdict, bool events_wait, bool observes) {
    return (!observes && (lifted(verdict) || keeps_gpc(verdict))) ||
           (events_wait && takes_back(verdict));
}

void add_reactions(const consent::decision& verdict, const ledger::subject& who, arrival& when,
                   bool observes, std::vector<reaction>& into) {
    if (who.keys.empty()) {
        return;
    }
    const auto now = core::to_seconds(when.now);
    if (!observes && lifted(verdict)) {
        into.push_back({reaction::kind::lift, who, *verdict.granted_at});
    }
    if (!observes && keeps_gpc(verdict)) {
        into.push_back({reaction::kind::note_gpc, who, now});
    }
    if (when.events_wait && when.order != nullptr && takes_back(verdict)) {
        into.push_back({reaction::kind::withdraw_waiting, who, now, when.order->denial(when.now)});
        when.received = when.order->after_denial();
    }
}

} // namespace gatepost::ingest
