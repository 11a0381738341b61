#include "region_hint.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {

place_hint read_place_hint(std::string_view text, whereabouts_hint::form written) {
    using form = whereabouts_hint::form;
    constexpr std::size_t country_size = 2; // ISO 3166-1 alpha-2
    text = core::trim(text);
    place_hint hint;
    switch (written) {
    case form::country:
        hint.country = text;
        break;
    case form::country_region:
        hint.country = core::next_field(text, ';');
        hint.region = text;
        break;
    case form::joined:
        hint.country = text.substr(0, country_size);
        hint.region = text.substr(hint.country.size());
        break;
    case form::region_country:
        hint.region = core::next_field(text, '#');
        hint.country = text;
        break;
    case form::behavior:
        // `implied` says that nobody has to be asked, and stands before `eu` for visitors from
        // anywhere.
        if (text.starts_with("expressed")) {
            hint.country = text.substr(text.find_first_of(",|") + 1);
        }
        break;
    }
    return hint;
}

} // namespace gatepost::consent
