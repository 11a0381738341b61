// Identifiers as they must be before hashing, or as TikTok gets those that are not hashed (the
// rules of TikTok's Events API 2.0; sources in docs/tiktok.md). No function here looks at hashes,
// unless it says so.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/event/blank.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::identity {

// True for what means "no value" and is never hashed: blank, "null", "undefined".
using event::is_blank;

// Trimmed and lower-cased as JavaScript's trim() and toLowerCase() do it (here and below: TikTok's
// pixel is JavaScript). Nothing without an `@` between two parts, and nothing when the lower case
// is not certain: bytes that are not UTF-8, code points without a character in Unicode 15.0.
std::optional<std::string> normalise_email(std::string_view text);

enum class phone_problem {
    no_region,      // a national number, and neither a country code nor a region to read it in
    unknown_region, // no country code, and no such region
    not_a_number,   // none that is certain: wrong length, no such range, or other characters
};
std::string_view to_string(phone_problem problem); // words for a warning

// E.164 with its `+` (ITU-T E.164: at most 15 digits), as libphonenumber reads it. A number with
// `+` needs a length that its country has. One without is read in `region` (ISO 3166-1 alpha-2, any
// case, may be empty): as a national one, as one dialled with that region's international prefix,
// or as one whose `+` was lost; it must be in a range that is in use. An extension is dropped. What
// can be read in no way, or in more than one, is a problem, never a guess.
core::result<std::string, phone_problem> normalise_phone(std::string_view text,
                                                         std::string_view region);

// Trimmed, case kept; nothing when blank.
std::optional<std::string> normalise_external_id(std::string_view text);

// First or last name: trimmed, lower-cased, without punctuation (Unicode's P*); white space between
// words stays. Here and in the two below: nothing without any letter or digit, and nothing when the
// lower case is not certain.
std::optional<std::string> normalise_name(std::string_view text);
// Lower-cased, without white space and dashes (Unicode's Pd and the minus sign).
std::optional<std::string> normalise_zip_code(std::string_view text);
// City, state or country: trimmed, lower-cased, letters and digits of any script with the marks
// that belong to them, nothing between them.
std::optional<std::string> normalise_place(std::string_view text);

// Trimmed, `_` made `-`, case kept. Nothing unless it looks like a language tag: letters and digits
// in groups of up to 8, the first of letters alone (RFC 5646, section 2.1).
std::optional<std::string> normalise_locale(std::string_view text);

// The advertising id (or its hash) of every device whose owner does not permit tracking: nobody's.
bool is_zero_id(std::string_view text);
// Trimmed; a UUID (RFC 9562) in upper case (iOS) or lower case (Android), 64 hex digits are a hash
// and in lower case. Nothing for anything else, nor for the zero id.
std::optional<std::string> normalise_idfa(std::string_view text);
std::optional<std::string> normalise_gaid(std::string_view text);
// Trimmed, case kept; nothing unless it is a UUID, and nothing for the zero id.
std::optional<std::string> normalise_idfv(std::string_view text);
// One of TikTok's words for App Tracking Transparency, in upper case: AUTHORIZED, DENIED,
// NOT_DETERMINED, RESTRICTED, NOT_APPLICABLE. Nothing for any other.
std::optional<std::string> normalise_att_status(std::string_view text);

} // namespace gatepost::identity
