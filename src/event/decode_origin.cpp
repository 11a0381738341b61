// What an event is and where it belongs: its name and id, its source, pixel and test code.
#include "decode_event.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/event/blank.hpp>

namespace gatepost::event {
namespace {

using core::json::value;

constexpr std::size_t max_text = 256; // in bytes

bool fits(reading& now, std::string_view text) {
    if (text.size() > max_text) {
        now.refuse("longer than 256 bytes");
    }
    return text.size() <= max_text;
}

// What may be said more than once, under two names or by the body for all its events, and is ""
// when it is not.
void read_once(reading& now, std::string_view& into, value from, std::string_view contradiction) {
    const auto text = from.text();
    if (!from.is_string()) {
        now.refuse("must be a string");
    } else if (!into.empty() && !text.empty() && into != text) {
        now.refuse(contradiction);
    } else if (!text.empty() && fits(now, text)) {
        into = text;
    }
}

} // namespace

void read_name(reading& now, inbound& into, value from) {
    if (core::trim(from.text()).empty()) {
        now.refuse("must be a string that is not blank");
    } else if (fits(now, from.text())) {
        into.name = from.text();
    }
}

void read_id(reading& now, inbound& into, value from) {
    const auto id = now.text_or_integer(from);
    if (!id) {
        now.refuse("must be a string");
    } else if (!is_blank(*id) && fits(now, *id)) {
        into.id = *id; // "undefined" would make duplicates of everybody's events
    }
}

void read_source(reading& now, inbound& into, value from) {
    const auto source = source_named(from.text());
    if (!source) {
        now.refuse("must be web, app, offline or crm");
    } else if (into.source && into.source != source) {
        now.refuse("not the source of the whole request");
    } else {
        into.source = source;
    }
}

void read_pixel(reading& now, inbound& into, value from) {
    read_once(now, into.pixel, from, "two pixels are named");
}

// Without its code a test would count as a real event.
void read_test_event_code(reading& now, inbound& into, value from) {
    read_once(now, into.test_event_code, from, "two test codes are given");
}

} // namespace gatepost::event
