// The verdict on one event: docs/consent.md "Decisions".
#pragma once

#include <gatepost/consent/finding.hpp>
#include <gatepost/core/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::consent {

enum class action : std::uint8_t { send, send_limited, drop };

// In the order in which they are tried; the first that applies decides. The last is no matter of
// consent: what the gate let through and the operator does not send (pixels[].deny_events).
enum class rule : std::uint8_t {
    withdrawn,
    known_minor,
    explicit_denial,
    opt_out_signal,
    explicit_grant,
    unreadable,
    grant_expired,
    opt_in_default,
    opt_out_default,
    denied_event,
};

enum class regime : std::uint8_t { opt_in, opt_out };

// The law that applies, and how it was found.
struct jurisdiction {
    std::string country; // upper case; "" when unknown
    std::string region;  // upper case; "" when unknown
    consent::regime regime = regime::opt_in;
    std::string_view source; // "visitor", "header", "geoip", "platform", "force" or "default"
    bool country_known = false;
};

struct decision {
    consent::action action = action::drop;
    consent::rule rule = rule::opt_in_default;
    std::string source = "none";      // of the finding that decided
    std::string_view format = "none"; // its metric label
    consent::jurisdiction jurisdiction;
    std::vector<finding> findings; // in source order
    // The newest time of a grant that counts and is not ahead of our clock; what an older
    // withdrawal is lifted by.
    std::optional<std::chrono::sys_seconds> granted_at;
    std::shared_ptr<const void> texts; // keeps alive what the formats point to

    bool sends() const { return action != action::drop; }
};

// A source that said yes and one that said no, by format; each pair once (conflicts_total).
struct conflict {
    std::string_view granted;
    std::string_view denied;
    friend bool operator==(const conflict&, const conflict&) = default;
};
std::vector<conflict> conflicts(const decision& verdict);
std::vector<conflict> conflicts(decision&&) = delete; // it keeps the formats alive

// What an event's TC strings say of the configured vendor: a site whose strings never disclose it
// will never have its consent. nullopt when there is no TC string.
enum class disclosure : std::uint8_t { disclosed, not_disclosed, unreadable };
std::optional<disclosure> tcf_disclosure(const decision& verdict);

std::string_view to_string(action value);     // "send", "send_limited", "drop"
std::string_view to_string(rule value);       // "explicit-grant", ...
std::string_view to_string(regime value);     // "opt_in", "opt_out"
std::string_view to_string(disclosure value); // "disclosed", "not_disclosed", "unreadable"
// Why a rule applied, as a sentence for people.
std::string_view reason(rule value);

// Members of an answer's `decision` object: action, rule, source, regime, country (when known).
void write_summary(core::json::writer& out, const decision& verdict);
// The members of one finding: source, format, state, at, detail.
void write_members(core::json::writer& out, const finding& found);
// The array `findings`, each with those members; members without a value are absent.
void write_findings(core::json::writer& out, const decision& verdict);
// The object `jurisdiction`: country, region, regime, source.
void write_jurisdiction(core::json::writer& out, const jurisdiction& where);

} // namespace gatepost::consent
