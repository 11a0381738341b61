#include "pixel_statuses.hpp"

#include <algorithm>

namespace gatepost::app {
namespace {

std::string to_word(relay::breaker::state state) {
    switch (state) {
    case relay::breaker::state::closed:
        return "closed";
    case relay::breaker::state::half_open:
        return "half_open";
    case relay::breaker::state::open:
        break;
    }
    return "open";
}

} // namespace

std::vector<core::pixel_status>
pixel_statuses(const std::vector<ingest::pixel>& pixels, spool::queue& queue,
               const std::vector<relay::lane_status>& lanes,
               const std::map<std::string, ingest::disclosure_tally, std::less<>>& tc_strings) {
    std::vector<core::pixel_status> all;
    for (const auto& pixel : pixels) {
        auto& shown = all.emplace_back();
        shown.id = pixel.id;
        shown.controller = pixel.controller;
        shown.source = event::to_string(pixel.source);
        shown.observes = pixel.observes;
        if (const auto held = queue.look(pixel.id)) {
            shown.waiting = held->waiting();
            shown.leased = held->leased;
        }
        const auto lane = std::ranges::find(lanes, pixel.id, &relay::lane_status::pixel);
        if (lane != lanes.end()) {
            shown.breaker = to_word(lane->state);
            shown.paused = lane->paused;
            shown.rate = lane->rate;
            shown.delivered = lane->delivered;
            shown.last = lane->last;
        }
        if (const auto said = tc_strings.find(pixel.id); said != tc_strings.end()) {
            shown.tcf_disclosed = said->second.disclosed;
            shown.tcf_not_disclosed = said->second.not_disclosed;
            shown.tcf_unreadable = said->second.unreadable;
            shown.tcf_never_disclosed = said->second.never_disclosed();
        }
    }
    return all;
}

} // namespace gatepost::app
