// The cookie `gatepost_consent`, which a page writes for consent platforms that keep their state
// out of cookies: v1.m:<1|0|i>.s:<unix seconds>.src:<name> (docs/consent.md).
#pragma once

#include <gatepost/consent/finding.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace gatepost::consent {

constexpr std::string_view relay_cookie_name = "gatepost_consent";

struct relayed {
    consent::state state;
    std::chrono::sys_seconds at;
};

// nullopt for anything but the form above. One percent-encoding is undone.
std::optional<relayed> parse_relay_cookie(std::string_view value);

} // namespace gatepost::consent
