#include "decode_event.hpp"

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

// One value or an array of them.
template <auto Member, bool Numbers>
void identifiers(reading& now, user& into, value from) {
    const auto add = [&](value one) {
        const auto text = Numbers           ? now.text_or_integer(one)
                          : one.is_string() ? std::optional(one.text())
                                            : std::nullopt;
        if (text) {
            (into.*Member).push_back(*text);
        } else if (!one.is_null()) {
            now.warn("not a string; left out");
        }
    };
    if (from.is_array()) {
        from.each_element(add);
    } else {
        add(from);
    }
}

constexpr std::array user_fields{
    field<user>{"email", identifiers<&user::emails, false>},
    field<user>{"phone", identifiers<&user::phones, true>},
    field<user>{"external_id", identifiers<&user::external_ids, true>},
    field<user>{"phone_region", optional_text<&user::phone_region>},
    field<user>{"ttclid", optional_text<&user::ttclid>},
    field<user>{"ttp", optional_text<&user::ttp>},
    field<user>{"ip", optional_text<&user::ip>},
    field<user>{"user_agent", optional_text<&user::user_agent>},
    field<user>{"first_name", not_available},
    field<user>{"last_name", not_available},
    field<user>{"zip_code", not_available},
    field<user>{"city", not_available},
    field<user>{"state", not_available},
    field<user>{"country", not_available},
    field<user>{"locale", not_available},
    field<user>{"idfa", not_available},
    field<user>{"idfv", not_available},
    field<user>{"gaid", not_available},
    field<user>{"att_status", required_text<&user::att_status>},
};

} // namespace

void read_user(reading& now, inbound& into, value from) {
    read_fields<user>(now, into.who, from, user_fields);
}

} // namespace gatepost::event
