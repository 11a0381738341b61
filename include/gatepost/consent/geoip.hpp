// Countries of addresses, from a MaxMind database (GeoLite2-Country, GeoIP2-City or another one
// with the same members).
#pragma once

#include <gatepost/core/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::consent {

class geoip {
  public:
    // Takes a copy of the file into memory: what becomes of the file then does not matter. The
    // error is libmaxminddb's or the file system's own words, for a person to read.
    static core::result<std::shared_ptr<const geoip>, std::string> open(const std::string& file);

    virtual ~geoip() = default;

    struct place {
        std::string country; // ISO 3166-1 alpha-2, country.iso_code
        std::string region;  // ISO 3166-2 without the country, subdivisions[0].iso_code; may be ""
    };
    // nullopt for what is no address, is not in the database, or has no country there. Any thread.
    virtual std::optional<place> find(std::string_view address) const = 0;
};

} // namespace gatepost::consent
