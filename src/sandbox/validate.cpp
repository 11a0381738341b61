#include "members.hpp"

#include <gatepost/sandbox/validate.hpp>

#include <algorithm>
#include <array>

namespace gatepost::sandbox {
namespace {

using core::json::value;

constexpr std::array event_members{
    member{"event", type::string},      member{"event_time", type::integer},
    member{"event_id", type::string},   member{"user", type::object},
    member{"properties", type::object}, member{"page", type::object},
    member{"app", type::object},        member{"ad", type::object},
    member{"lead", type::object},       member{"limited_data_use", type::boolean},
    member{"device", type::object}};

constexpr std::array user_members{member{"ttclid", type::string},
                                  member{"ttp", type::string},
                                  member{"email", type::hash_or_list},
                                  member{"phone", type::hash_or_list},
                                  member{"external_id", type::hash_or_list},
                                  member{"ip", type::string},
                                  member{"user_agent", type::string},
                                  member{"locale", type::string},
                                  member{"first_name", type::hash},
                                  member{"last_name", type::hash},
                                  member{"zip_code", type::hash},
                                  member{"city", type::string},
                                  member{"state", type::string},
                                  member{"country", type::string},
                                  member{"idfa", type::idfa},
                                  member{"idfv", type::string},
                                  member{"gaid", type::gaid},
                                  member{"att_status", type::att_status}};

constexpr std::array page_members{member{"url", type::string}, member{"referrer", type::string}};

constexpr std::array app_members{member{"app_id", type::string}, member{"app_name", type::string},
                                 member{"app_version", type::string}};

constexpr std::array ad_members{member{"callback", type::string},
                                member{"campaign_id", type::string},
                                member{"ad_id", type::string},
                                member{"creative_id", type::string},
                                member{"is_retargeting", type::boolean},
                                member{"attributed", type::boolean},
                                member{"attribution_type", type::string},
                                member{"attribution_provider", type::string}};

constexpr std::array lead_members{member{"lead_id", type::string},
                                  member{"lead_event_source", type::string}};

constexpr std::array device_members{member{"architecture", type::string},
                                    member{"bitness", type::string},
                                    member{"browser_version_list", type::list},
                                    member{"mobile", type::boolean},
                                    member{"model", type::string},
                                    member{"platform", type::string},
                                    member{"platform_version", type::string}};

// Custom properties may be there too; these have a type.
constexpr std::array property_members{member{"contents", type::list},
                                      member{"content_type", type::string},
                                      member{"content_ids", type::text_or_list},
                                      member{"num_items", type::integer},
                                      member{"currency", type::string},
                                      member{"value", type::number},
                                      member{"query", type::string},
                                      member{"search_string", type::string},
                                      member{"description", type::string},
                                      member{"order_id", type::string},
                                      member{"shop_id", type::string},
                                      member{"status", type::string},
                                      member{"delivery_category", type::string},
                                      member{"predicted_ltv", type::number},
                                      member{"event_channel", type::string}};

constexpr std::array content_members{
    member{"price", type::number},        member{"quantity", type::integer},
    member{"content_id", type::string},   member{"content_category", type::string},
    member{"content_name", type::string}, member{"content_type", type::string},
    member{"brand", type::string}};

struct part {
    std::string_view name;
    std::span<const member> members;
};
constexpr std::array closed_parts{part{"user", user_members}, part{"page", page_members},
                                  part{"app", app_members},   part{"ad", ad_members},
                                  part{"lead", lead_members}, part{"device", device_members}};

// What an event of this source cannot do without, beside its name and time.
fault check_source(value event, std::string_view source, const std::string& below) {
    if (source == "app" && event.find("app").find("app_id").text().empty()) {
        return missing(below + "app.app_id");
    }
    if (source == "crm" && event.find("lead").find("lead_id").text().empty()) {
        return missing(below + "lead.lead_id");
    }
    return std::nullopt;
}

fault check_event(value event, std::string_view source, const std::string& path) {
    if (!event.is_object()) {
        return path + ": Not a valid object.";
    }
    const auto below = path + ".";
    if (event.find("event").text().empty()) {
        return missing(below + "event");
    }
    if (!event.find("event_time")) {
        return missing(below + "event_time");
    }
    if (auto found = check_members(event, event_members, true, below)) {
        return found;
    }
    for (const auto& [name, members] : closed_parts) {
        const auto under = below + std::string(name) + ".";
        if (auto found = check_members(event.find(name), members, true, under)) {
            return found;
        }
    }
    const auto properties = event.find("properties");
    if (auto found = check_members(properties, property_members, false, below + "properties.")) {
        return found;
    }
    if (auto found =
            check_contents(properties.find("contents"), content_members, below + "properties.")) {
        return found;
    }
    return check_source(event, source, below);
}

} // namespace

fault find_fault(value body) {
    static constexpr std::array members{
        member{"event_source", type::string}, member{"event_source_id", type::string},
        member{"test_event_code", type::string}, member{"partner_name", type::string},
        member{"data", type::list}};
    static constexpr std::array<std::string_view, 4> sources{"web", "app", "offline", "crm"};
    constexpr std::size_t most = 1000;
    if (!body.is_object()) {
        return "body: Not a valid object.";
    }
    for (const std::string_view needed : {"event_source", "event_source_id", "data"}) {
        if (!body.find(needed)) {
            return missing(needed);
        }
    }
    if (auto found = check_members(body, members, true, "")) {
        return found;
    }
    const auto source = body.find("event_source").text();
    if (std::ranges::find(sources, source) == sources.end()) {
        return "event_source: Not a valid choice.";
    }
    if (body.find("event_source_id").text().empty()) {
        return missing("event_source_id");
    }
    const auto data = body.find("data");
    if (data.size() == 0 || data.size() > most) {
        return "data: Length must be between 1 and 1000.";
    }
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (auto found = check_event(data.at(i), source, "data." + std::to_string(i))) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace gatepost::sandbox
