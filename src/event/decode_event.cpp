#include "decode_event.hpp"

#include <gatepost/core/text.hpp>

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

constexpr std::array page_fields{
    field<page>{"url", optional_text<&page::url>},
    field<page>{"referrer", optional_text<&page::referrer>},
};

constexpr std::array app_fields{
    field<app>{"app_id", optional_text_or_integer<&app::id>},
    field<app>{"app_name", optional_text<&app::name>},
    field<app>{"app_version", optional_text_or_integer<&app::version>},
};

void read_app(reading& now, inbound& into, value from) {
    read_fields<app>(now, into.app, from, app_fields);
}

constexpr std::array lead_fields{
    field<lead>{"lead_id", optional_text_or_integer<&lead::id>},
    field<lead>{"lead_event_source", optional_text<&lead::source>},
};

void read_lead(reading& now, inbound& into, value from) {
    lead said;
    read_fields<lead>(now, said, from, lead_fields);
    if (said.id.empty()) {
        said.id = into.lead.id; // from user.lead_id
    }
    into.lead = said;
}

template <auto Member>
void optional_object(reading& now, inbound& into, value from) {
    if (from.is_object()) {
        into.*Member = from;
    } else {
        now.warn("not an object; left out");
    }
}

constexpr std::array fields{
    field<inbound>{"event", read_name},
    field<inbound>{"event_id", read_id},
    field<inbound>{"event_time", required_time<&inbound::time>},
    field<inbound>{"event_source", read_source},
    field<inbound>{"pixel", read_pixel},
    field<inbound>{"event_source_id", read_pixel},
    field<inbound>{"test_event_code", read_test_event_code},
    field<inbound>{"user", read_user},
    field<inbound>{"page", read_page},
    field<inbound>{"properties", read_properties},
    field<inbound>{"visitor", read_visitor},
    field<inbound>{"consent", read_consent},
    field<inbound>{"limited_data_use", required_flag<&inbound::limited_data_use>},
    field<inbound>{"app", read_app},
    field<inbound>{"ad", optional_object<&inbound::ad>},
    field<inbound>{"lead", read_lead},
    field<inbound>{"device", optional_object<&inbound::device>},
};

} // namespace

event_fields own_fields() {
    return fields;
}

core::input_result<inbound> decode_event(value object, inbound event, event_fields known,
                                         core::json::document& text,
                                         std::vector<std::string>& warnings) {
    reading now(text, warnings, "/events/" + std::to_string(event.index), "invalid_event");
    read_fields<inbound>(now, event, object, known);
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

} // namespace gatepost::event
