#include "decode_event.hpp"

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

// Segment's action for offline events sends the id of the lead with the user.
struct said_user : user {
    std::string_view lead_id;
};

constexpr std::array user_fields{
    field<said_user>{"email", optional_texts<&user::emails, numbers::refused>},
    field<said_user>{"phone", optional_texts<&user::phones, numbers::as_text>},
    field<said_user>{"external_id", optional_texts<&user::external_ids, numbers::as_text>},
    field<said_user>{"phone_region", optional_text<&user::phone_region>},
    field<said_user>{"ttclid", optional_text<&user::ttclid>},
    field<said_user>{"ttp", optional_text<&user::ttp>},
    field<said_user>{"ip", optional_text<&user::ip>},
    field<said_user>{"user_agent", optional_text<&user::user_agent>},
    field<said_user>{"first_name", optional_text<&user::first_name>},
    field<said_user>{"last_name", optional_text<&user::last_name>},
    field<said_user>{"zip_code", optional_text_or_integer<&user::zip_code>},
    field<said_user>{"city", optional_text<&user::city>},
    field<said_user>{"state", optional_text<&user::state>},
    field<said_user>{"country", optional_text<&user::country>},
    field<said_user>{"locale", optional_text<&user::locale>},
    field<said_user>{"idfa", optional_text_or_integer<&user::idfa>},
    field<said_user>{"idfv", optional_text_or_integer<&user::idfv>},
    field<said_user>{"gaid", optional_text_or_integer<&user::gaid>},
    field<said_user>{"att_status", required_text<&user::att_status>},
    field<said_user>{"lead_id", optional_text_or_integer<&said_user::lead_id>},
};

} // namespace

void read_user(reading& now, inbound& into, value from) {
    said_user said;
    read_fields<said_user>(now, said, from, user_fields);
    if (into.lead.id.empty()) {
        into.lead.id = said.lead_id;
    }
    into.who = std::move(said);
}

} // namespace gatepost::event
