#include "decode_event.hpp"

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

// Each header is a string, a whole number (`"sec-gpc": 1`), or several of them in an array, as web
// frameworks hand headers on. Their names are not known beforehand, so none gets into a path.
void read_headers(reading& now, visitor& into, value from) {
    if (!from.is_object()) {
        now.refuse("must be an object");
        return;
    }
    from.each_member([&](std::string_view name, value member) {
        const auto add = [&](value one) {
            if (const auto text = now.text_or_integer(one)) {
                into.headers.emplace_back(name, *text);
            } else if (!one.is_null()) {
                now.refuse("every header must be a string");
            }
        };
        if (member.is_array()) {
            member.each_element(add);
        } else {
            add(member);
        }
    });
}

void read_cookie(reading& now, visitor& into, value from) {
    required_text<&visitor::cookie>(now, into, from);
    into.cookie_given = true;
}

void read_age(reading& now, visitor& into, value from) {
    if (const auto age = from.integer(); age && *age >= 0) {
        into.age = *age;
    } else {
        now.refuse("must be whole years, as a number");
    }
}

constexpr std::array visitor_fields{
    field<visitor>{"cookie", read_cookie},
    field<visitor>{"ip", required_text<&visitor::ip>},
    field<visitor>{"user_agent", required_text<&visitor::user_agent>},
    field<visitor>{"country", required_text<&visitor::country>},
    field<visitor>{"region", required_text<&visitor::region>},
    field<visitor>{"headers", read_headers},
    field<visitor>{"minor", required_flag<&visitor::minor>},
    field<visitor>{"age", read_age},
};

} // namespace

void read_visitor(reading& now, inbound& into, value from) {
    read_fields<visitor>(now, into.from, from, visitor_fields);
}

} // namespace gatepost::event
