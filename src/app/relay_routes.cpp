#include "relay_routes.hpp"

#include <gatepost/ingest/options.hpp>
#include <gatepost/tiktok/protocol.hpp>

namespace gatepost::app {

std::vector<relay::route> relay_routes(const config::config& chosen) {
    std::vector<relay::route> routes;
    for (const auto& pixel : chosen.ingest.pixels) {
        auto request = [pixel, token = chosen.access_tokens.at(pixel.id)](
                           std::string_view variant, std::span<const std::string_view> payloads) {
            return tiktok::batch_request(ingest::event_set_of(pixel, variant), token, payloads);
        };
        routes.push_back({.pixel = pixel.id,
                          .to = {.request = std::move(request),
                                 .most_events = tiktok::most_events(pixel.api),
                                 .classify = tiktok::classify},
                          .held = pixel.observes});
    }
    return routes;
}

} // namespace gatepost::app
