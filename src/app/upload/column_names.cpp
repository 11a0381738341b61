#include "column_names.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::app {
namespace {

struct entry {
    std::string_view name; // lower case, words joined by underscores
    std::string_view path;
    cell_kind kind;
};

constexpr auto text = cell_kind::text;
constexpr auto number = cell_kind::number;
constexpr auto time_of = cell_kind::time;

// The first name of a path is the usual one. `event_type`, `event_set_id`, `timestamp`, `emails`
// and `phones` are words of TikTok's own template and of its offline API.
constexpr std::array entries{
    entry{"event", "event", text},
    entry{"event_name", "event", text},
    entry{"event_type", "event", cell_kind::event_name},
    entry{"event_id", "event_id", text},
    entry{"event_time", "event_time", time_of},
    entry{"timestamp", "event_time", time_of},
    entry{"event_source", "event_source", text},
    entry{"pixel", "pixel", text},
    entry{"pixel_code", "pixel", text},
    entry{"event_source_id", "pixel", text},
    entry{"event_set_id", "pixel", text},
    entry{"test_event_code", "test_event_code", text},
    entry{"limited_data_use", "limited_data_use", cell_kind::flag},
    entry{"email", "user.email", text},
    entry{"emails", "user.email", text},
    entry{"e_mail", "user.email", text},
    entry{"phone", "user.phone", text},
    entry{"phones", "user.phone", text},
    entry{"phone_number", "user.phone", text},
    entry{"phone_region", "user.phone_region", text},
    entry{"external_id", "user.external_id", text},
    entry{"first_name", "user.first_name", text},
    entry{"last_name", "user.last_name", text},
    entry{"zip_code", "user.zip_code", text},
    entry{"zip", "user.zip_code", text},
    entry{"city", "user.city", text},
    entry{"state", "user.state", text},
    entry{"user.country", "user.country", text},
    entry{"locale", "user.locale", text},
    entry{"ttclid", "user.ttclid", text},
    entry{"ttp", "user.ttp", text},
    entry{"idfa", "user.idfa", text},
    entry{"idfv", "user.idfv", text},
    entry{"gaid", "user.gaid", text},
    entry{"att_status", "user.att_status", text},
    entry{"user.ip", "user.ip", text},
    entry{"user.user_agent", "user.user_agent", text},
    entry{"url", "page.url", text},
    entry{"referrer", "page.referrer", text},
    entry{"value", "properties.value", number},
    entry{"currency", "properties.currency", text},
    entry{"order_id", "properties.order_id", text},
    entry{"shop_id", "properties.shop_id", text},
    entry{"event_channel", "properties.event_channel", text},
    entry{"content_ids", "properties.content_ids", cell_kind::list},
    entry{"content_type", "properties.content_type", text},
    entry{"num_items", "properties.num_items", number},
    entry{"query", "properties.query", text},
    entry{"search_string", "properties.search_string", text},
    entry{"description", "properties.description", text},
    entry{"status", "properties.status", text},
    entry{"properties.predicted_ltv", "properties.predicted_ltv", number},
    entry{"content_id", "properties.contents[].content_id", text},
    entry{"content_name", "properties.contents[].content_name", text},
    entry{"content_category", "properties.contents[].content_category", text},
    entry{"brand", "properties.contents[].brand", text},
    entry{"price", "properties.contents[].price", number},
    entry{"quantity", "properties.contents[].quantity", number},
    entry{"country", "visitor.country", text},
    entry{"region", "visitor.region", text},
    entry{"ip", "visitor.ip", text},
    entry{"user_agent", "visitor.user_agent", text},
    entry{"cookie", "visitor.cookie", text},
    entry{"minor", "visitor.minor", cell_kind::flag},
    entry{"age", "visitor.age", number},
    entry{"consent", "consent.marketing", cell_kind::word},
    entry{"consent_at", "consent.at", time_of},
    entry{"consent_token", "consent.token", text},
    entry{"tcf", "consent.tcf", text},
    entry{"gpp", "consent.gpp", text},
    entry{"gpp_sid", "consent.gpp_sid", cell_kind::numbers},
    entry{"us_privacy", "consent.us_privacy", text},
    entry{"gcs", "consent.gcs", text},
    entry{"gcd", "consent.gcd", text},
    entry{"ac", "consent.ac", text},
    entry{"lead_id", "lead.lead_id", text},
    entry{"lead_event_source", "lead.lead_event_source", text},
    entry{"app_id", "app.app_id", text},
    entry{"app_name", "app.app_name", text},
    entry{"app_version", "app.app_version", text},
};

// Whatever stands behind these is a name of the sender's own.
constexpr std::array<std::string_view, 4> open_objects{"properties.", "ad.", "device.",
                                                       "visitor.headers."};

// "E-mail address" and "EMAIL_ADDRESS" are one name.
std::string usual_form(std::string_view header) {
    auto name = core::lower(core::trim(header));
    std::ranges::replace(name, ' ', '_');
    std::ranges::replace(name, '-', '_');
    return name;
}

} // namespace

std::optional<column_meaning> meaning_of(std::string_view header) {
    const auto name = usual_form(header);
    for (const auto& each : entries) {
        if (each.name == name || each.path == name) {
            return column_meaning{std::string(each.path), each.kind};
        }
    }
    for (const auto prefix : open_objects) {
        if (name.starts_with(prefix) && name.size() > prefix.size() &&
            name != "properties.contents") {
            // Its own spelling is kept.
            return column_meaning{
                std::string(prefix) + std::string(core::trim(header).substr(prefix.size())), text};
        }
    }
    return std::nullopt;
}

std::vector<std::string> known_column_names() {
    std::vector<std::string> names;
    for (const auto& each : entries) {
        names.emplace_back(each.name);
        if (each.path.find('[') == std::string_view::npos) {
            names.emplace_back(each.path);
        }
    }
    return names;
}

} // namespace gatepost::app
