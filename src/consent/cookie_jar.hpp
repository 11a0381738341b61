// The cookies of one Cookie header that the policy knows.
#pragma once

#include "cookie_index.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gatepost::consent {

struct sighting {
    std::uint16_t slot = 0;
    std::string_view name;
    std::string_view value;
    bool crowded = false; // more copies than are read; `value` is one of those left out
};

// Browsers put `; ` between cookies. HTTP/2 lets a client send them as several fields (RFC 9113
// section 8.2.3), and gateways that treat those as any repeated header join them with commas.
enum class joined_by { semicolons, commas_as_well };

// Whether a comma of the header stands where the next cookie may begin: before a name and `=`. In
// raw JSON quotes stand there.
bool may_hold_commas_between_cookies(std::string_view header);

class cookie_jar {
  public:
    // Host and domain cookies of one name come together; real headers hold three.
    static constexpr std::uint8_t max_copies = 16;

    // One pass over the header. Values may hold quotes, commas and raw JSON: it is split on ';',
    // and if `how` says so on the commas named above, on no other. Empty values count as absent.
    // Text is borrowed.
    cookie_jar(std::string_view header, const cookie_index& index,
               joined_by how = joined_by::semicolons);

    const std::vector<sighting>& sightings() const { return sightings_; }

  private:
    // `copies` are those of each slot so far.
    void add(std::string_view cookie, const cookie_index& index, std::vector<std::uint8_t>& copies);

    std::vector<sighting> sightings_;
};

} // namespace gatepost::consent
