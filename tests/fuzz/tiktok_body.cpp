// Whatever a client of TikTok's posts is read or refused, the same way every time; what was read
// keeps to the bounds of its dialect and stays readable, and neither errors nor warnings show what
// was sent. What passes the gate is as TikTok wants it, under whatever options.

#include "json_mutator.hpp"
#include "sealed.hpp"

#include <gatepost/event/tiktok_dialect.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;
using fuzz::is_path;

namespace {

// The first byte chooses the dialect, the second the options.
constexpr std::size_t head = 2;

struct dialect {
    core::input_result<event::batch> (*decode)(std::string);
    std::size_t most;
    bool is_web; // all its events are of the web
};

constexpr std::array<dialect, 3> dialects{{
    {event::decode_event_track, event::max_events, false},
    {event::decode_pixel_track, 1, true},
    {event::decode_pixel_batch, 50, true},
}};

bool has_bounds(std::string_view text) {
    constexpr std::size_t longest = 256;
    return text.size() <= longest;
}

// Every byte that the views point at, so that a dangling one does not go unseen.
std::string all_text(const event::inbound& event) {
    std::string all;
    const auto add = [&](auto... texts) { (all.append(texts).append("\n"), ...); };
    add(event.name, event.id, event.pixel, event.test_event_code);
    const auto& who = event.who;
    for (const auto* list : {&who.emails, &who.phones, &who.external_ids}) {
        for (const auto text : *list) {
            add(text);
        }
    }
    add(who.phone_region, who.ttclid, who.ttp, who.ip, who.user_agent, who.att_status);
    add(who.first_name, who.last_name, who.zip_code, who.city, who.state, who.country);
    add(who.locale, who.idfa, who.idfv, who.gaid);
    add(event.where.url, event.where.referrer, event.app.id, event.app.name, event.app.version);
    add(event.lead.id, event.lead.source);
    const auto& from = event.from;
    add(from.cookie, from.ip, from.user_agent, from.country, from.region);
    for (const auto& [name, value] : from.headers) {
        add(name, value);
    }
    for (const auto& [name, value] : event.consent.fields) {
        add(name, value);
    }
    for (const auto name : event.consent.unreadable) {
        add(name);
    }
    for (const auto tree : {event.properties, event.ad, event.device}) {
        core::json::writer out;
        add(out.copy(tree).view());
    }
    return all;
}

void check_event(const event::inbound& event, std::size_t index, const dialect& form) {
    check(event.index == index);
    check(!event.name.empty() && has_bounds(event.name) && has_bounds(event.id));
    check(has_bounds(event.pixel) && has_bounds(event.test_event_code));
    check(!form.is_web || event.source == event::source::web);
    check(!event.time || event.time->time_since_epoch().count() >= 0);
    for (const auto tree : {event.properties, event.ad, event.device}) {
        check(!tree || tree.is_object());
    }
    // A cookie that is read was given.
    check(event.from.cookie.empty() || event.from.cookie_given);
    check(!event.from.age || *event.from.age >= 0);
}

void check_refusal(const core::input_error& error, const core::input_error& again) {
    constexpr std::array<std::string_view, 4> codes{"invalid_json", "invalid_body", "empty_list",
                                                    "too_many_events"};
    check(std::ranges::find(codes, error.code) != codes.end());
    check(is_path(error.path) && error.path == again.path && error.message == again.message);
}

void check_batch(const event::batch& read, const event::batch& again, const dialect& form) {
    check(!read.events.empty() && read.events.size() <= form.most);
    check(read.events.size() == again.events.size());
    check(read.warnings == again.warnings);
    fuzz::check_warnings(read.warnings);
    for (std::size_t i = 0; i < read.events.size(); ++i) {
        const auto& event = read.events[i];
        check(event.has_value() == again.events[i].has_value());
        if (event) {
            check_event(*event, i, form);
            check(all_text(*event) == all_text(*again.events[i]));
        } else {
            check(event.error().code == "invalid_event" && is_path(event.error().path));
            check(event.error().path.starts_with("/events/" + std::to_string(i)));
        }
    }
}

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
    return fuzz::mutate_json(data, size, most, seed, head);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < head) {
        return 0;
    }
    const auto& form = dialects[data[0] % dialects.size()];
    const std::string body(reinterpret_cast<const char*>(data + head), size - head);
    auto read = form.decode(body);
    const auto again = form.decode(body);
    check(read.has_error() == again.has_error());
    if (read) {
        auto kept = std::move(*read);
        check_batch(kept, *again, form);
        fuzz::check_judged(std::move(kept), data[1]);
    } else {
        check_refusal(read.error(), again.error());
    }
    return 0;
}
