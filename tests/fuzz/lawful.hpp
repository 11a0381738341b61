// What must hold of every decision.
#pragma once

#include "check.hpp"

#include <gatepost/consent/decision.hpp>

#include <algorithm>

namespace gatepost::fuzz {

// An opt-out of the US, where the operator chose to go on with limited_data_use.
inline void check_limited(const consent::decision& verdict) {
    check(verdict.rule == consent::rule::opt_out_signal);
    check(verdict.jurisdiction.regime == consent::regime::opt_out &&
          verdict.jurisdiction.country == "US");
    check(std::ranges::none_of(verdict.findings, [](const auto& found) {
        return found.state == consent::state::denied &&
               found.meaning != consent::objection::us_opt_out &&
               found.meaning != consent::objection::gpc;
    }));
}

// The table of docs/consent.md "Decisions" from its other end, under the default configuration (but
// for `us_limited`, us_opt_out: limited): what must be so when something is sent, and that what
// answers show is text.
inline void check_lawful(const consent::decision& verdict, bool us_limited = false) {
    using consent::objection;
    using consent::state;
    const auto any = [&](auto&& wanted) { return std::ranges::any_of(verdict.findings, wanted); };
    const auto said = [&](state what) {
        return any([&](const auto& found) { return found.state == what; });
    };
    check(!any([](const auto& found) {
        return found.source.empty() || found.format.empty() ||
               std::ranges::any_of(found.source, [](char c) { return c <= ' ' || c > '~'; });
    }));
    if (!verdict.sends()) {
        return;
    }
    if (us_limited && verdict.action == consent::action::send_limited) {
        check_limited(verdict);
        return;
    }
    check(verdict.action == consent::action::send);
    check(!any([](const auto& found) {
        return found.state == state::denied && found.meaning != objection::gpc;
    }));
    const bool opted_in = verdict.rule == consent::rule::explicit_grant;
    const bool opt_out = verdict.jurisdiction.regime == consent::regime::opt_out;
    check(opted_in || (verdict.rule == consent::rule::opt_out_default && opt_out));
    check(opted_in ? said(state::granted) : !said(state::unreadable));
    // Only Global Privacy Control is left among the denials.
    check(!said(state::denied) || (opted_in && !opt_out && verdict.jurisdiction.country_known));
    check((verdict.source == "none") != opted_in);
}

} // namespace gatepost::fuzz
