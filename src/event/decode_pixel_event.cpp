// An event of TikTok's Events API 1.0: the same things in other places (official SDK,
// PixelTrackBody, PixelbatchBatch and PixelContext).
#include "decode_event.hpp"

#include <gatepost/core/iso8601.hpp>
#include <gatepost/event/blank.hpp>

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

void read_timestamp(reading& now, inbound& into, value from) {
    into.time = core::parse_iso8601(from.text());
    if (!into.time) {
        now.refuse("must be a date and time in ISO 8601");
    }
}

void read_type(reading& now, inbound&, value from) {
    if (from.text() != "track") {
        now.refuse("must be track");
    }
}

// The documented place of the click id; it goes before context.user.ttclid.
void read_callback(reading& now, inbound& into, value from) {
    if (!from.is_string()) {
        now.warn("not a string; left out");
    } else if (!is_blank(from.text())) {
        into.who.ttclid = from.text();
    }
}

constexpr std::array ad_fields{
    field<inbound>{"callback", read_callback},
};

void read_ad(reading& now, inbound& into, value from) {
    read_fields<inbound>(now, into, from, ad_fields);
}

void read_ttclid(reading& now, user& into, value from) {
    if (!from.is_string()) {
        now.warn("not a string; left out");
    } else if (into.ttclid.empty()) {
        into.ttclid = from.text();
    }
}

constexpr std::array user_fields{
    field<user>{"email", optional_texts<&user::emails, numbers::refused>},
    field<user>{"phone_number", optional_texts<&user::phones, numbers::as_text>},
    field<user>{"external_id", optional_texts<&user::external_ids, numbers::as_text>},
    field<user>{"ttclid", read_ttclid},
    field<user>{"ttp", optional_text<&user::ttp>},
    field<user>{"locale", optional_text<&user::locale>},
};

void read_context_user(reading& now, inbound& into, value from) {
    read_fields<user>(now, into.who, from, user_fields);
}

template <auto Member>
void of_user(reading& now, inbound& into, value from) {
    optional_text<Member>(now, into.who, from);
}

constexpr std::array context_fields{
    field<inbound>{"ad", read_ad},
    field<inbound>{"page", read_page},
    field<inbound>{"user", read_context_user},
    field<inbound>{"ip", of_user<&user::ip>},
    field<inbound>{"user_agent", of_user<&user::user_agent>},
};

void read_context(reading& now, inbound& into, value from) {
    read_fields<inbound>(now, into, from, context_fields);
}

constexpr std::array fields{
    field<inbound>{"type", read_type},
    field<inbound>{"event", read_name},
    field<inbound>{"event_id", read_id},
    field<inbound>{"timestamp", read_timestamp},
    field<inbound>{"pixel_code", read_pixel},
    field<inbound>{"test_event_code", read_test_event_code},
    field<inbound>{"partner_name", leave_out},
    field<inbound>{"context", read_context},
    field<inbound>{"properties", read_properties},
    field<inbound>{"visitor", read_visitor},
    field<inbound>{"consent", read_consent},
    field<inbound>{"limited_data_use", required_flag<&inbound::limited_data_use>},
};

} // namespace

event_fields pixel_fields() {
    return fields;
}

} // namespace gatepost::event
