// Identifiers as they must be before hashing (TikTok's Events API 2.0 rules for email, phone and
// external_id; sources in docs/tiktok.md).
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/event/blank.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::identity {

// True for what means "no value" and is never hashed: blank, "null", "undefined".
using event::is_blank;

// Trimmed (as JavaScript's trim() does) and lower-cased. Nothing without an `@` between two parts,
// and nothing when the lower case is not certain: letters outside Latin, Greek and Cyrillic.
std::optional<std::string> normalise_email(std::string_view text);

enum class phone_problem {
    no_region,      // a national number, and neither a country code nor a region to read it in
    unknown_region, // a region whose national rules are not known for certain
    not_a_number,   // no such calling code, too few or too many digits, or other characters
};
std::string_view to_string(phone_problem problem); // words for a warning

// E.164 with its `+` (ITU-T E.164: at most 15 digits). A number without `+` is read in `region`
// (ISO 3166-1 alpha-2, any case, may be empty): as a national one, as one dialled with that
// region's international prefix, or as one whose `+` was lost. An extension is dropped. What can be
// read in no way, or in more than one, is a problem, never a guess.
core::result<std::string, phone_problem> normalise_phone(std::string_view text,
                                                         std::string_view region);

// Trimmed, case kept; nothing when blank.
std::optional<std::string> normalise_external_id(std::string_view text);

} // namespace gatepost::identity
