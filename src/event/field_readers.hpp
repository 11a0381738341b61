// Readers for the tables: what becomes of a member's value.
#pragma once

#include "reading.hpp"

#include <gatepost/event/inbound.hpp>

namespace gatepost::event {

// Greater times are milliseconds sent by mistake: as seconds they lie after the year 5000.
constexpr std::int64_t latest_second = 100'000'000'000;

// Of another type: the object is refused where that could change whether or
// for whom an event is sent, and the field is left out elsewhere.
template <auto Member, class Target>
void required_text(reading& now, Target& into, core::json::value from) {
    if (from.is_string()) {
        into.*Member = from.text();
    } else {
        now.refuse("must be a string");
    }
}

template <auto Member, class Target>
void optional_text(reading& now, Target& into, core::json::value from) {
    if (from.is_string()) {
        into.*Member = from.text();
    } else {
        now.warn("not a string; left out");
    }
}

template <auto Member, class Target>
void optional_text_or_integer(reading& now, Target& into, core::json::value from) {
    if (const auto text = now.text_or_integer(from)) {
        into.*Member = *text;
    } else {
        now.warn("not a string; left out");
    }
}

// One string or an array of them, at most max_identifiers.
enum class numbers { as_text, refused };

template <auto Member, numbers Numbers, class Target>
void optional_texts(reading& now, Target& into, core::json::value from) {
    const auto add = [&](core::json::value one) {
        const auto text = Numbers == numbers::as_text ? now.text_or_integer(one)
                          : one.is_string()           ? std::optional(one.text())
                                                      : std::nullopt;
        if (text) {
            (into.*Member).push_back(*text);
        } else if (!one.is_null()) {
            now.warn("not a string; left out");
        }
    };
    if (from.size() > max_identifiers) {
        now.refuse("more than 100 values");
    } else if (from.is_array()) {
        from.each_element(add);
    } else {
        add(from);
    }
}

template <auto Member, class Target>
void required_flag(reading& now, Target& into, core::json::value from) {
    if (const auto flag = from.boolean()) {
        into.*Member = *flag;
    } else {
        now.refuse("must be true or false");
    }
}

template <auto Member, class Target>
void required_time(reading& now, Target& into, core::json::value from) {
    const auto time = from.integer();
    if (!time || *time < 0) {
        now.refuse("must be whole seconds since 1970, as a number");
    } else if (*time > latest_second) {
        now.refuse("these are milliseconds; must be seconds since 1970");
    } else {
        into.*Member = std::chrono::sys_seconds(std::chrono::seconds(*time));
    }
}

// What is taken and needs no mention.
template <class Target>
void leave_out(reading&, Target&, core::json::value) {}

} // namespace gatepost::event
