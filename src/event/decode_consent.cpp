#include "decode_event.hpp"

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

// What cannot be read is not left out: the gate must know that something was said.
void unreadable(reading& now, claims& into, std::string_view why) {
    into.unreadable.push_back(now.here());
    now.warn(why);
}

void read_text(reading& now, claims& into, value from) {
    into.fields.emplace_back(now.here(), from.text());
    if (!from.is_string()) {
        unreadable(now, into, "not a string; unreadable");
    }
}

void read_at(reading& now, claims& into, value from) {
    const auto at = from.integer();
    if (at && *at >= 0 && *at <= latest_second) {
        into.at = std::chrono::sys_seconds(std::chrono::seconds(*at));
    } else {
        unreadable(now, into, "not whole seconds since 1970; unreadable");
    }
}

void read_gpp_sid(reading& now, claims& into, value from) {
    bool readable = from.is_array();
    from.each_element([&](value one) {
        if (const auto section = one.integer()) {
            into.gpp_sid.push_back(*section);
        } else {
            readable = false;
        }
    });
    if (!readable) {
        unreadable(now, into, "not an array of whole numbers; unreadable");
    }
}

constexpr std::array consent_fields{
    field<claims>{"marketing", read_text},  field<claims>{"at", read_at},
    field<claims>{"token", read_text},      field<claims>{"tcf", read_text},
    field<claims>{"gpp", read_text},        field<claims>{"gpp_sid", read_gpp_sid},
    field<claims>{"us_privacy", read_text}, field<claims>{"gcs", read_text},
    field<claims>{"gcd", read_text},        field<claims>{"ac", read_text},
};

} // namespace

void read_consent(reading& now, inbound& into, value from) {
    read_fields<claims>(now, into.consent, from, consent_fields);
}

} // namespace gatepost::event
