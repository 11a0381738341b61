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

bool has_gpc_of_visitor(const consent::decision& verdict) {
    return std::ranges::any_of(verdict.findings, [](const finding& f) {
        return f.meaning == objection::gpc && f.from == origin::gpc && f.state == state::denied &&
               f.detail != consent::of_the_request;
    });
}

// Whether the drop says something new, and not only what the registry held already.
bool denied_now(const consent::decision& verdict) {
    const bool by_denial = verdict.rule == rule::known_minor ||
                           verdict.rule == rule::explicit_denial ||
                           verdict.rule == rule::opt_out_signal;
    return by_denial && !verdict.sends() && verdict.source != "registry";
}

bool keeps_gpc(const consent::decision& verdict) {
    return verdict.jurisdiction.regime == consent::regime::opt_out && has_gpc_of_visitor(verdict);
}

} // namespace

bool wants_reaction(const consent::decision& verdict, bool events_wait) {
    return lifted(verdict) || keeps_gpc(verdict) || (events_wait && denied_now(verdict));
}

void add_reactions(const consent::decision& verdict, const std::string& controller,
                   const std::vector<core::subject_key>& keys, core::wall_time now,
                   std::vector<reaction>& into) {
    if (keys.empty()) {
        return;
    }
    const ledger::subject who{controller, keys};
    if (lifted(verdict)) {
        into.push_back({reaction::kind::lift, who, *verdict.granted_at});
    }
    if (keeps_gpc(verdict)) {
        into.push_back({reaction::kind::note_gpc, who, core::to_seconds(now)});
    }
    if (denied_now(verdict)) {
        into.push_back({reaction::kind::withdraw_waiting, who, core::to_seconds(now)});
    }
}

} // namespace gatepost::ingest
