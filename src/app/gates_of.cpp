#include "gates_of.hpp"

namespace gatepost::app {

ingest::gates gates_of(const config::config& chosen) {
    ingest::gates all(consent::gate(chosen.consent.options, chosen.consent.catalog));
    for (const auto& [pixel, own] : chosen.pixel_consent) {
        all.override_for(pixel, consent::gate(own.options, own.catalog));
    }
    // Where TikTok knows no limited data use, sending with it would be sending without it.
    for (const auto& pixel : chosen.ingest.pixels) {
        const auto own = chosen.pixel_consent.find(pixel.id);
        auto settings = own == chosen.pixel_consent.end() ? chosen.consent : own->second;
        if (settings.options.us_opt_out_limited && !tiktok::knows_limited_data_use(pixel.source)) {
            settings.options.us_opt_out_limited = false;
            all.override_for(pixel.id, consent::gate(settings.options, settings.catalog));
        }
    }
    return all;
}

} // namespace gatepost::app
