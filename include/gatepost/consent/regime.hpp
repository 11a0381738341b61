// Which law applies: opt-in (consent first) or opt-out (an objection stops it).
#pragma once

#include <gatepost/consent/decision.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::consent {

// consent.regime of the configuration. Keys of `countries`: "US" or "US-CA", upper case.
struct regime_options {
    regime fallback = regime::opt_in; // `default`
    std::map<std::string, regime, std::less<>> countries;
    std::optional<regime> force;
};

// The built-in table: opt-in for the EEA, GB, CH, BR, TR, KR, JP, IN, ZA, TH and CA; US is opt-out;
// every other country, `XX`, `T1` and text that is no country code take the default.
jurisdiction find_jurisdiction(const regime_options& options, std::string_view country,
                               std::string_view region);

} // namespace gatepost::consent
