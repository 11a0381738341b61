// Formats that are known but not read yet: TCF, GPP, US Privacy, Consent Mode, Additional Consent
// and decision tokens.
//
// Each of them may hold a denial, so while one is there nothing is sent, not even on another
// source's grant. That exception to the order of the rules lives here alone; a format leaves this
// file when its reader is built, and the file goes with the last one.
#pragma once

#include <gatepost/consent/finding.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace gatepost::consent {

struct unread_cookie {
    std::string_view name; // a prefix when `is_prefix`
    bool is_prefix;
    std::string_view suffix;
    origin from;
    std::string_view format;
};

// A header (lower-case name) or a field of the body's `consent`, with the source answers show.
struct unread_field {
    std::string_view name;
    std::string_view source;
    origin from;
    std::string_view format;
};

std::span<const unread_cookie> unread_cookies();
std::span<const unread_field> unread_headers();
std::span<const unread_field> unread_claims();

// Whether a finding keeps even an explicit grant from counting.
bool blocks_grants(const finding& found);

} // namespace gatepost::consent
