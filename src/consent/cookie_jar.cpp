#include "cookie_jar.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {

cookie_jar::cookie_jar(std::string_view header, const cookie_index& index) {
    std::vector<std::uint8_t> copies(index.slots());
    while (!header.empty()) {
        auto value = core::trim(core::next_field(header, ';'));
        if (value.find('=') == std::string_view::npos) {
            continue;
        }
        const auto name = core::trim(core::next_field(value, '='));
        value = core::trim(value);
        if (value.empty()) {
            continue;
        }
        index.look_up(name, [&](std::uint16_t slot) {
            // The first copy too many stands for all the others, so that work stays bounded.
            if (copies[slot] <= max_copies) {
                sightings_.push_back({slot, name, value, copies[slot] == max_copies});
                ++copies[slot];
            }
        });
    }
}

} // namespace gatepost::consent
