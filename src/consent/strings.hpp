// Strings with a definition of their own, wherever they stand: a cookie, a header, a field.
#pragma once

#include "findings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::consent {

enum class string_format : std::uint8_t { tcf, gpp, us_privacy, gcs, gcd, additional_consent };

// The `gpp_sid` that goes with a GPP string: which sections apply.
using section_list = std::vector<std::int64_t>;
// "7,8" or "7_8"; nullopt for what is no list of numbers, and for an empty one: nobody says then.
std::optional<section_list> parse_sections(std::string_view list);

struct string_context {
    const section_list* applying = nullptr; // for GPP; null when nobody says: then all do
    // When the application says the choice was made, for formats that hold no time.
    std::optional<std::chrono::sys_seconds> at{};
    bool at_unreadable = false; // it says so in a way that cannot be read
    // The text as it was sent, when what is read is a copy: findings borrow from the signals alone.
    std::string_view sent{};
};

// Adds what a string says.
void add_string(finding_list& to, const policy& rules, string_format format,
                std::string_view source, std::string_view text, const string_context& beside = {});
// Adds that one is there and cannot be read.
void add_unreadable(finding_list& to, const policy& rules, string_format format,
                    std::string_view source, std::string_view why);

} // namespace gatepost::consent
