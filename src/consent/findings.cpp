#include "findings.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

namespace gatepost::consent {
namespace {

using optional_time = std::optional<std::chrono::sys_seconds>;

void take_earlier(optional_time& into, const optional_time& other) {
    if (other && (!into || *other < *into)) {
        into = other;
    }
}

} // namespace

void finding_list::merge(finding found) {
    const auto same = std::ranges::find_if(findings_, [&](const finding& f) {
        return f.from == found.from && f.format == found.format && f.source == found.source &&
               f.meaning == found.meaning;
    });
    if (same == findings_.end()) {
        findings_.push_back(std::move(found));
    } else if (strictness(found.state) > strictness(same->state)) {
        *same = std::move(found);
    } else if (found.state == same->state) {
        take_earlier(same->at, found.at);
        take_earlier(same->expires, found.expires);
        same->detail = std::min(same->detail, found.detail);
    }
}

void finding_list::add(origin from, std::string_view source, std::string_view format, reading said,
                       std::string_view tc_string) {
    if (said.gpc) {
        add_gpc(source);
    }
    if (!rules_.reads(format)) {
        return;
    }
    // A platform's cookie may hold a yes and an opt-out of sale side by side.
    if (said.us_opt_out && from != origin::us_privacy) {
        merge({.from = origin::us_privacy,
               .source = std::string(source),
               .format = format,
               .state = state::denied,
               .meaning = objection::us_opt_out});
    }
    std::ranges::move(said.places, std::back_inserter(places_));
    merge({.from = from,
           .source = std::string(source),
           .format = format,
           .state = said.state,
           .meaning = from == origin::us_privacy ? objection::us_opt_out : objection::refusal,
           .at = said.at,
           .expires = said.expires,
           .detail = said.detail,
           .tc_string = tc_string});
}

void finding_list::add_gpc(std::string_view source) {
    if (rules_.reads(format::gpc)) {
        merge({.from = origin::gpc,
               .source = std::string(source),
               .format = format::gpc,
               .state = state::denied,
               .meaning = objection::gpc});
    }
}

void finding_list::add_refusals(finding_list&& other) {
    for (auto& found : other.findings_) {
        const bool is_new = std::ranges::none_of(
            findings_, [&](const finding& f) { return f.source == found.source; });
        if (found.state == state::denied || (found.state == state::unreadable && is_new)) {
            merge(std::move(found));
        }
    }
}

void finding_list::add_minor(std::string_view source) {
    merge({.from = origin::body,
           .source = std::string(source),
           .format = format::minor,
           .state = state::denied,
           .meaning = objection::minor});
}

} // namespace gatepost::consent
