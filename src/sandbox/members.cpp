#include "members.hpp"

#include <gatepost/core/iso8601.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::sandbox {
namespace {

using core::json::value;

bool is_text(value given) {
    return given.is_string();
}

bool is_hash(value given) {
    const auto text = given.text();
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return core::is_digit(c) || (c >= 'a' && c <= 'f');
           });
}

// An advertising id as it is, in the one case of letters that TikTok asks for.
bool is_raw_id(value given, char (*wanted)(char)) {
    const auto text = given.text();
    return !text.empty() && text.size() < 64 &&
           std::ranges::all_of(text, [wanted](char c) { return wanted(c) == c; });
}

bool is_att_status(value given) {
    static constexpr std::array<std::string_view, 5> known{"AUTHORIZED", "DENIED", "NOT_DETERMINED",
                                                           "RESTRICTED", "NOT_APPLICABLE"};
    return std::ranges::find(known, given.text()) != known.end();
}

bool each_is(value list, bool (*wanted)(value)) {
    bool all = list.is_array() && list.size() > 0;
    list.each_element([&](value element) { all = all && wanted(element); });
    return all;
}

std::string_view unless(bool fits, std::string_view wrong) {
    return fits ? std::string_view() : wrong;
}

// What is wrong about the type; "" when nothing is.
std::string_view type_fault(value given, type wanted) {
    constexpr std::string_view no_string = "Not a valid string.";
    constexpr std::string_view no_hash = "Not a valid SHA-256 hash.";
    switch (wanted) {
    case type::string:
        return unless(is_text(given), no_string);
    case type::text_or_list:
        return unless(is_text(given) || each_is(given, is_text), no_string);
    case type::hash:
        return unless(is_hash(given), no_hash);
    case type::hash_or_list:
        return unless(is_hash(given) || each_is(given, is_hash), no_hash);
    case type::idfa:
        return unless(is_hash(given) || is_raw_id(given, core::to_upper), "Not a valid IDFA.");
    case type::gaid:
        return unless(is_hash(given) || is_raw_id(given, core::to_lower), "Not a valid GAID.");
    case type::att_status:
        return unless(is_att_status(given), "Not a valid choice.");
    case type::timestamp:
        return unless(core::parse_iso8601(given.text()).has_value(), "Not a valid datetime.");
    case type::integer:
        return unless(given.integer().has_value(), "Not a valid integer.");
    case type::number:
        return unless(given.is_number(), "Not a valid number.");
    case type::boolean:
        return unless(given.boolean().has_value(), "Not a valid boolean.");
    case type::object:
        return unless(given.is_object(), "Not a valid object.");
    case type::list:
        return unless(given.is_array(), "Not a valid list.");
    }
    return "";
}

} // namespace

fault missing(std::string_view path) {
    return std::string(path) + ": Missing data for required field.";
}

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

fault check_contents(value contents, std::span<const member> members, const std::string& path) {
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const auto at = path + "contents." + std::to_string(i);
        if (!contents.at(i).is_object()) {
            return at + ": Not a valid object.";
        }
        if (auto found = check_members(contents.at(i), members, false, at + ".")) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace gatepost::sandbox
