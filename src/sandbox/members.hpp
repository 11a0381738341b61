// What the members of a JSON object must be, as tables, and what is wrong with one in TikTok's
// manner: its path and "Not a valid string."
#pragma once

#include <gatepost/core/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatepost::sandbox {

// With its path; nullopt when nothing is wrong.
using fault = std::optional<std::string>;

enum class type {
    string,
    text_or_list,
    hash, // SHA-256 as 64 lower-case hex digits
    hash_or_list,
    idfa, // upper case, or a hash
    gaid, // lower case, or a hash
    att_status,
    timestamp, // ISO 8601
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

fault missing(std::string_view path);

// The first member that is not as the table says; none for what is no object. `closed`: members
// that the table does not have are a fault. `path` goes before each name: "" or "data.0.user.".
fault check_members(core::json::value object, std::span<const member> members, bool closed,
                    const std::string& path);

// `properties.contents`, whose items both generations check alike but for their quantity.
fault check_contents(core::json::value contents, std::span<const member> members,
                     const std::string& path);

} // namespace gatepost::sandbox
