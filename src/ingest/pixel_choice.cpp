#include "pixel_choice.hpp"

#include "visitor_signals.hpp"

#include <gatepost/event/page_url.hpp>

#include <algorithm>

namespace gatepost::ingest {
namespace {

// How well a host fits: longer is better, 0 is not at all. The whole name is longer than any
// wildcard for it.
std::size_t fit(std::string_view host, std::string_view pattern) {
    constexpr std::string_view anything = "*";
    if (!pattern.starts_with("*.")) {
        return host == pattern ? pattern.size() + anything.size() : 0;
    }
    const auto below = pattern.substr(anything.size());
    return host.size() > below.size() && host.ends_with(below) ? below.size() : 0;
}

const pixel* by_host(const std::vector<pixel>& pixels, std::string_view url) {
    const auto host = event::host_of(url);
    const pixel* best = nullptr;
    std::size_t best_fit = 0;
    for (const auto& each : pixels) {
        for (const auto& pattern : each.hosts) {
            if (const auto found = host.empty() ? 0 : fit(host, pattern); found > best_fit) {
                best = &each;
                best_fit = found;
            }
        }
    }
    return best;
}

const pixel* find(const std::vector<pixel>& pixels, const event::inbound& event) {
    if (!event.pixel.empty()) {
        const auto named = std::ranges::find(pixels, event.pixel, &pixel::id);
        return named == pixels.end() ? nullptr : &*named;
    }
    if (pixels.size() == 1) {
        return &pixels.front();
    }
    return by_host(pixels, event.where.url);
}

} // namespace

core::input_result<const pixel*> choose_pixel(const std::vector<pixel>& pixels,
                                              const event::inbound& event) {
    const auto* const found = find(pixels, event);
    if (found == nullptr) {
        return core::input_error("unknown_pixel",
                                 event.pixel.empty()
                                     ? "the event names no pixel, and no pixel's hosts fit page.url"
                                     : "this pixel is not configured",
                                 at_event(event.index, "pixel"));
    }
    if (event.source && *event.source != found->source) {
        return core::input_error("invalid_event",
                                 "the pixel is configured for " +
                                     std::string(event::to_string(found->source)) + " events",
                                 at_event(event.index, "event_source"));
    }
    return found;
}

} // namespace gatepost::ingest
