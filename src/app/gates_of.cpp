#include "gates_of.hpp"

namespace gatepost::app {

ingest::gates gates_of(const config::config& chosen) {
    ingest::gates all(consent::gate(chosen.consent.options, chosen.consent.catalog));
    for (const auto& [pixel, own] : chosen.pixel_consent) {
        all.override_for(pixel, consent::gate(own.options, own.catalog));
    }
    return all;
}

} // namespace gatepost::app
