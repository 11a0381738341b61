// Which law applies: opt-in (consent first) or opt-out (an objection stops it).
#pragma once

#include <gatepost/consent/decision.hpp>
#include <gatepost/consent/geoip.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::consent {

// consent.regime of the configuration. Keys of `countries`: "US" or "US-CA", upper case.
struct regime_options {
    std::string country_header; // "" reads none; compared without case
    std::string region_header;
    std::shared_ptr<const geoip> addresses; // geoip_file; none when null
    regime fallback = regime::opt_in;       // `default`
    std::map<std::string, regime, std::less<>> countries;
    std::optional<regime> force;
};

// Where a visitor may be, as each source says it: ISO 3166-1 alpha-2 and ISO 3166-2 without the
// country, any case, "" for unknown.
struct whereabouts {
    std::string_view country; // the application's own word (`visitor`)
    std::string_view region;
    std::string_view header_country; // the configured headers
    std::string_view header_region;
    std::string_view address; // for GeoIP
};

// The first source that says anything decides: visitor, header, GeoIP. Its own region counts beside
// it; a header's country may have the region that the application gave without a country. A region
// that is no code takes the strictest of what `countries` says about that country. The source is
// "default" when no table lists the country. The built-in table: opt-in for the EEA, GB, CH, BR,
// TR, KR, JP, IN, ZA, TH and CA; US is opt-out; every other country, `XX`, `T1` and text that is no
// country code take the default. `force` overrides all of it.
jurisdiction find_jurisdiction(const regime_options& options, const whereabouts& seen);

// A consent platform's own idea of where the visitor is. It may only tighten: an opt-out regime
// becomes opt-in, source "platform", when the place is an opt-in one by the same tables and
// default. The country and region stay, nothing else changes, and nothing at all under `force` or
// by text that is no country code.
void tighten(jurisdiction& where, const regime_options& options, std::string_view country,
             std::string_view region);

} // namespace gatepost::consent
