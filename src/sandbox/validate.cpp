#include <gatepost/core/text.hpp>
#include <gatepost/sandbox/validate.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace gatepost::sandbox {
namespace {

using core::json::value;
using fault = std::optional<std::string>;

enum class type {
    string,
    text_or_list,
    hash,
    hash_or_list,
    integer,
    number,
    boolean,
    object,
    list
};

struct member {
    std::string_view name;
    type kind;
};

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
                                  member{"idfa", type::string},
                                  member{"idfv", type::string},
                                  member{"gaid", type::string},
                                  member{"att_status", type::string}};

constexpr std::array page_members{member{"url", type::string}, member{"referrer", type::string}};

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
                                      member{"status", type::string}};

constexpr std::array content_members{
    member{"price", type::number},        member{"quantity", type::integer},
    member{"content_id", type::string},   member{"content_category", type::string},
    member{"content_name", type::string}, member{"content_type", type::string},
    member{"brand", type::string}};

bool is_hash(value given) {
    const auto text = given.text();
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return core::is_digit(c) || (c >= 'a' && c <= 'f');
           });
}

bool each_is(value list, bool (*wanted)(value)) {
    bool all = list.is_array() && list.size() > 0;
    list.each_element([&](value element) { all = all && wanted(element); });
    return all;
}

bool is_text(value given) {
    return given.is_string();
}

// What is wrong about the type, in TikTok's manner; "" when nothing is.
std::string_view type_fault(value given, type wanted) {
    switch (wanted) {
    case type::string:
        return is_text(given) ? "" : "Not a valid string.";
    case type::text_or_list:
        return is_text(given) || each_is(given, is_text) ? "" : "Not a valid string.";
    case type::hash:
        return is_hash(given) ? "" : "Not a valid SHA-256 hash.";
    case type::hash_or_list:
        return is_hash(given) || each_is(given, is_hash) ? "" : "Not a valid SHA-256 hash.";
    case type::integer:
        return given.integer() ? "" : "Not a valid integer.";
    case type::number:
        return given.is_number() ? "" : "Not a valid number.";
    case type::boolean:
        return given.boolean() ? "" : "Not a valid boolean.";
    case type::object:
        return given.is_object() ? "" : "Not a valid object.";
    case type::list:
        return given.is_array() ? "" : "Not a valid list.";
    }
    return "";
}

// `closed`: members that are not listed are a fault.
fault check_members(value object, std::span<const member> members, bool closed,
                    const std::string& path) {
    fault found;
    object.each_member([&](std::string_view name, value given) {
        if (found) {
            return;
        }
        const auto known = std::ranges::find(members, name, &member::name);
        if (known == members.end()) {
            if (closed) {
                found = path + std::string(name) + ": Unknown field.";
            }
        } else if (const auto wrong = type_fault(given, known->kind); !wrong.empty()) {
            found = path + std::string(name) + ": " + std::string(wrong);
        }
    });
    return found;
}

fault check_contents(value contents, const std::string& path) {
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const auto at = path + "contents." + std::to_string(i);
        if (!contents.at(i).is_object()) {
            return at + ": Not a valid object.";
        }
        if (auto found = check_members(contents.at(i), content_members, false, at + ".")) {
            return found;
        }
    }
    return std::nullopt;
}

fault check_event(value event, const std::string& path) {
    if (!event.is_object()) {
        return path + ": Not a valid object.";
    }
    const auto below = path + ".";
    if (event.find("event").text().empty()) {
        return below + "event: Missing data for required field.";
    }
    if (!event.find("event_time")) {
        return below + "event_time: Missing data for required field.";
    }
    if (auto found = check_members(event, event_members, true, below)) {
        return found;
    }
    if (auto found = check_members(event.find("user"), user_members, true, below + "user.")) {
        return found;
    }
    if (auto found = check_members(event.find("page"), page_members, true, below + "page.")) {
        return found;
    }
    const auto properties = event.find("properties");
    if (auto found = check_members(properties, property_members, false, below + "properties.")) {
        return found;
    }
    return check_contents(properties.find("contents"), below + "properties.");
}

} // namespace

std::optional<std::string> find_fault(value body) {
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
            return std::string(needed) + ": Missing data for required field.";
        }
    }
    if (auto found = check_members(body, members, true, "")) {
        return found;
    }
    if (std::ranges::find(sources, body.find("event_source").text()) == sources.end()) {
        return "event_source: Not a valid choice.";
    }
    if (body.find("event_source_id").text().empty()) {
        return "event_source_id: Missing data for required field.";
    }
    const auto data = body.find("data");
    if (data.size() == 0 || data.size() > most) {
        return "data: Length must be between 1 and 1000.";
    }
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (auto found = check_event(data.at(i), "data." + std::to_string(i))) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace gatepost::sandbox
