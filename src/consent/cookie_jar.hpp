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

class cookie_jar {
  public:
    // Host and domain cookies of one name come together; real headers hold three.
    static constexpr std::uint8_t max_copies = 16;

    // One pass over the header. It is split on ';' alone: values may hold quotes, commas and raw
    // JSON. Empty values count as absent. Text is borrowed.
    cookie_jar(std::string_view header, const cookie_index& index);

    const std::vector<sighting>& sightings() const { return sightings_; }

  private:
    std::vector<sighting> sightings_;
};

} // namespace gatepost::consent
