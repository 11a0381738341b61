// What one signal says about the visitor's marketing consent.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::consent {

enum class state : std::uint8_t {
    granted,    // the visitor said yes
    denied,     // the visitor said no
    implied,    // a default nobody chose
    undecided,  // asked or not, but no choice yet
    unreadable, // there, but it cannot be read
};

// Where a signal comes from, in the order in which the deciding finding is named.
enum class origin : std::uint8_t {
    tcf,
    platform_cookie,
    relay_cookie, // gatepost_consent
    token,
    registry,
    body,
    header,
    consent_mode,
    us_privacy, // US Privacy and GPP's US sections
    gpc,
    dnt,
};

// What a denial means: which rule judges it.
enum class objection : std::uint8_t {
    refusal,    // the visitor said no to marketing: explicit-denial
    us_opt_out, // of sale, sharing or targeted advertising (GPP, US Privacy): opt-out-signal
    gpc,        // Global Privacy Control: opt-out-signal, where the law makes it one
    minor,      // known-minor
};

struct finding {
    origin from = origin::platform_cookie;
    std::string source{};      // as answers show it: "cookie:CookieConsent", "header:sec-gpc", ...
    std::string_view format{}; // metric label: the catalog entry's name, "gpc", "tcf", ...; a
                               // literal, or text that the decision keeps alive
    consent::state state = state::undecided;
    objection meaning = objection::refusal;            // of a denied state
    std::optional<std::chrono::sys_seconds> at{};      // when the visitor chose
    std::optional<std::chrono::sys_seconds> expires{}; // the platform's own expiry
    std::string_view detail{}; // why, in a few fixed words; "" when there is nothing to add
    // A TC string as it was sent, for the proof; "" for everything else. Borrowed from the signals.
    std::string_view tc_string{};
};

std::string_view to_string(state value);

} // namespace gatepost::consent
