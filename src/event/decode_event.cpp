#include "decode_event.hpp"

#include <gatepost/core/text.hpp>

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

constexpr std::size_t max_text = 256; // event, event_id and pixel, in bytes

void read_name(reading& now, inbound& into, value from) {
    if (core::trim(from.text()).empty()) {
        now.refuse("must be a string that is not blank");
    } else if (from.text().size() > max_text) {
        now.refuse("longer than 256 bytes");
    } else {
        into.name = from.text();
    }
}

void read_id(reading& now, inbound& into, value from) {
    const auto id = now.text_or_integer(from);
    if (!id) {
        now.refuse("must be a string");
    } else if (id->size() > max_text) {
        now.refuse("longer than 256 bytes");
    } else {
        into.id = *id;
    }
}

void read_source(reading& now, inbound&, value from) {
    const auto source = from.text();
    if (source == "app" || source == "offline" || source == "crm") {
        now.refuse("not available yet; only web is");
    } else if (source != "web") {
        now.refuse("must be web, app, offline or crm");
    }
}

constexpr std::array page_fields{
    field<page>{"url", optional_text<&page::url>},
    field<page>{"referrer", optional_text<&page::referrer>},
};

void read_page(reading& now, inbound& into, value from) {
    read_fields<page>(now, into.where, from, page_fields);
}

void read_properties(reading& now, inbound& into, value from) {
    if (from.is_object()) {
        into.properties = from;
    } else {
        now.refuse("must be an object");
    }
}

constexpr std::array event_fields{
    field<inbound>{"event", read_name},
    field<inbound>{"event_id", read_id},
    field<inbound>{"event_time", required_time<&inbound::time>},
    field<inbound>{"event_source", read_source},
    field<inbound>{"pixel", read_pixel},
    field<inbound>{"event_source_id", read_pixel},
    field<inbound>{"user", read_user},
    field<inbound>{"page", read_page},
    field<inbound>{"properties", read_properties},
    field<inbound>{"visitor", read_visitor},
    field<inbound>{"consent", read_consent},
    field<inbound>{"limited_data_use", required_flag<&inbound::limited_data_use>},
    field<inbound>{"app", not_available},
    field<inbound>{"ad", not_available},
    field<inbound>{"lead", not_available},
    field<inbound>{"device", not_available},
};

} // namespace

// Comes by two names, Gatepost's and TikTok's.
void read_pixel(reading& now, inbound& into, value from) {
    const auto pixel = from.text();
    if (!from.is_string()) {
        now.refuse("must be a string");
    } else if (pixel.size() > max_text) {
        now.refuse("longer than 256 bytes");
    } else if (!into.pixel.empty() && !pixel.empty() && into.pixel != pixel) {
        now.refuse("pixel and event_source_id are not the same");
    } else if (!pixel.empty()) {
        into.pixel = pixel;
    }
}

core::input_result<inbound> decode_event(value object, std::size_t index,
                                         core::json::document& text,
                                         std::vector<std::string>& warnings) {
    reading now(text, warnings, "/events/" + std::to_string(index), "invalid_event");
    inbound event;
    event.index = index;
    read_fields<inbound>(now, event, object, event_fields);
    if (event.name.empty() && !now.error()) {
        now.enter("event");
        now.refuse("missing");
        now.leave();
    }
    if (now.error()) {
        return *now.error();
    }
    return event;
}

} // namespace gatepost::event
