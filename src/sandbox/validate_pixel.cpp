// Events API 1.0.
#include "members.hpp"

#include <gatepost/sandbox/validate.hpp>

#include <array>

namespace gatepost::sandbox {
namespace {

using core::json::value;

constexpr member test_code{"test_event_code", type::string};
constexpr member partner{"partner_name", type::string};

constexpr std::array track_members{member{"pixel_code", type::string},
                                   member{"event", type::string},
                                   member{"event_id", type::string},
                                   member{"timestamp", type::timestamp},
                                   member{"context", type::object},
                                   member{"properties", type::object},
                                   test_code,
                                   partner};

constexpr std::array batch_members{member{"pixel_code", type::string}, member{"batch", type::list},
                                   test_code, partner};

constexpr std::array item_members{member{"type", type::string},
                                  member{"event", type::string},
                                  member{"event_id", type::string},
                                  member{"timestamp", type::timestamp},
                                  member{"context", type::object},
                                  member{"properties", type::object},
                                  test_code};

constexpr std::array context_members{member{"ad", type::object}, member{"page", type::object},
                                     member{"user", type::object}, member{"ip", type::string},
                                     member{"user_agent", type::string}};
constexpr std::array ad_members{member{"callback", type::string}};
constexpr std::array page_members{member{"url", type::string}, member{"referrer", type::string}};
constexpr std::array user_members{
    member{"external_id", type::hash}, member{"phone_number", type::hash},
    member{"email", type::hash},       member{"ttp", type::string},
    member{"ttclid", type::string},    member{"locale", type::string}};

// Custom properties may be there too; these have a type.
constexpr std::array property_members{
    member{"contents", type::list}, member{"currency", type::string},
    member{"value", type::number},  member{"description", type::string},
    member{"query", type::string},  member{"status", type::string}};

constexpr std::array content_members{
    member{"price", type::number},        member{"quantity", type::number},
    member{"content_id", type::string},   member{"content_category", type::string},
    member{"content_name", type::string}, member{"content_type", type::string},
    member{"status", type::string}};

fault check_context(value context, const std::string& path) {
    if (auto found = check_members(context, context_members, true, path)) {
        return found;
    }
    if (auto found = check_members(context.find("ad"), ad_members, true, path + "ad.")) {
        return found;
    }
    if (auto found = check_members(context.find("page"), page_members, true, path + "page.")) {
        return found;
    }
    return check_members(context.find("user"), user_members, true, path + "user.");
}

// Its own members have been checked.
fault check_parts(value event, const std::string& path) {
    if (event.find("event").text().empty()) {
        return missing(path + "event");
    }
    if (auto found = check_context(event.find("context"), path + "context.")) {
        return found;
    }
    const auto properties = event.find("properties");
    const auto below = path + "properties.";
    if (auto found = check_members(properties, property_members, false, below)) {
        return found;
    }
    return check_contents(properties.find("contents"), content_members, below);
}

fault check_item(value item, const std::string& path) {
    if (!item.is_object()) {
        return path + ": Not a valid object.";
    }
    const auto below = path + ".";
    if (auto found = check_members(item, item_members, true, below)) {
        return found;
    }
    if (const auto kind = item.find("type"); kind && kind.text() != "track") {
        return below + "type: Not a valid choice.";
    }
    return check_parts(item, below);
}

fault check_head(value body, std::span<const member> members) {
    if (!body.is_object()) {
        return "body: Not a valid object.";
    }
    if (auto found = check_members(body, members, true, "")) {
        return found;
    }
    return body.find("pixel_code").text().empty() ? missing("pixel_code") : std::nullopt;
}

} // namespace

fault find_pixel_fault(value body) {
    if (auto found = check_head(body, track_members)) {
        return found;
    }
    return check_parts(body, "");
}

fault find_pixel_batch_fault(value body) {
    constexpr std::size_t most = 50;
    if (auto found = check_head(body, batch_members)) {
        return found;
    }
    const auto batch = body.find("batch");
    if (!batch) {
        return missing("batch");
    }
    if (batch.size() == 0 || batch.size() > most) {
        return "batch: Length must be between 1 and 50.";
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (auto found = check_item(batch.at(i), "Batch." + std::to_string(i))) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace gatepost::sandbox
