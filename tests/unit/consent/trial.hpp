// What the tests of the gate share: a gate, a visitor, and the time.
#pragma once

#include <gatepost/consent/gate.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <support/fake_clock.hpp>
#include <utility>

namespace gatepost::test {

constexpr auto now = fake_clock::start;
constexpr auto now_seconds = std::chrono::floor<std::chrono::seconds>(now);

inline std::string unix_text(std::chrono::seconds from_now) {
    return std::to_string((now_seconds + from_now).time_since_epoch().count());
}

// Cookies of a visitor who chose a week ago.
inline const std::string granted_cookie =
    "gatepost_consent=v1.m:1.s:" + unix_text(-std::chrono::hours(168)) + ".src:page";
inline const std::string denied_cookie =
    "gatepost_consent=v1.m:0.s:" + unix_text(-std::chrono::hours(168)) + ".src:page";

// TC strings of 1 September 2026 as @iabtechlabtcf/core 1.5.21 encodes them: vendors 755 and 986
// disclosed, purposes 1, 2, 3, 4 and 7 granted or none; and one that never asked for vendor 986.
constexpr std::string_view tcf_granted =
    "CQp3NcAQp3NcAAKACADECSFgAPIAAAIAAAYgHtQAgF5gPaA9qACA9oAA.IHtQAgF5gPaA";
constexpr std::string_view tcf_denied = "CQp3NcAQp3NcAAKACADECSFgAAAAAAAAAAYgAAAAAAAA.IHtQAgF5gPaA";
constexpr std::string_view tcf_undisclosed =
    "CQp3NcAQp3NcAAKACADECSFgAPAAAAIAAAYgF5wAQF5gXnABAXmAAAAA.IF5wAQF5gAAA";
// GPP strings that OneTrust wrote: US national, nothing opted out; everything opted out, with GPC.
constexpr std::string_view gpp_kept = "DBABLA~BVQqAAAACgA.QA";
constexpr std::string_view gpp_opted_out = "DBABLA~BVQVAAAAAAGA.YA";

inline consent::gate make_gate(consent::options chosen = {}, std::string_view own_rules = "") {
    static const auto built_in = consent::catalog::built_in();
    auto rules = built_in;
    rules.add_first(own_rules);
    return {std::move(chosen), std::move(rules)};
}

// A visitor in a country with some cookies; both texts are borrowed.
inline consent::signals visitor(std::string_view country, std::string_view cookie = "") {
    consent::signals from;
    from.country = country;
    from.cookie = cookie;
    return from;
}

inline consent::decision decide(const consent::signals& from, consent::options chosen = {}) {
    return make_gate(std::move(chosen)).decide(from, {}, now);
}

// The finding of a source; the test fails when there is none.
inline const consent::finding& finding_of(const consent::decision& verdict,
                                          std::string_view source) {
    const auto found = std::ranges::find(verdict.findings, source, &consent::finding::source);
    if (found == verdict.findings.end()) {
        throw std::runtime_error("no finding from " + std::string(source));
    }
    return *found;
}

} // namespace gatepost::test
