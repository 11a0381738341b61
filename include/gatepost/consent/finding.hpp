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

struct finding {
    origin from = origin::platform_cookie;
    std::string source;      // as answers show it: "cookie:CookieConsent", "header:sec-gpc", ...
    std::string_view format; // metric label: the catalog entry's name, "gpc", "tcf", ...; a
                             // literal, or text that the decision keeps alive
    consent::state state = state::undecided;
    std::optional<std::chrono::sys_seconds> at;      // when the visitor chose
    std::optional<std::chrono::sys_seconds> expires; // the platform's own expiry
    std::string_view detail; // why, in a few fixed words; "" when there is nothing to add
};

std::string_view to_string(state value);

} // namespace gatepost::consent
