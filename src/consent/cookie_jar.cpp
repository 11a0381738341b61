#include "cookie_jar.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {

cookie_jar::cookie_jar(std::string_view header, const cookie_index& index) {
    std::vector<std::uint8_t> copies(index.slots());
    while (!header.empty()) {
        const auto pair = core::next_field(header, ';');
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) {
            continue;
        }
        const auto name = core::trim(pair.substr(0, equals));
        index.look_up(name, [&](std::uint16_t slot) {
            const auto value = core::trim(pair.substr(equals + 1));
            // The first copy too many stands for all the others, so that work stays bounded.
            if (!value.empty() && copies[slot] <= max_copies) {
                sightings_.push_back({slot, name, value, copies[slot] == max_copies});
                ++copies[slot];
            }
        });
    }
}

} // namespace gatepost::consent
