#include "unread_formats.hpp"

#include <algorithm>
#include <array>

namespace gatepost::consent {
namespace {

constexpr std::string_view tcf = "tcf";
constexpr std::string_view gpp = "gpp";
constexpr std::string_view us_privacy = "us_privacy";
constexpr std::string_view consent_mode = "consent_mode";

// Names that the IAB's storage conventions and consent platforms use. `euconsent`, TCF v1, has been
// invalid since 2020 and is no signal.
constexpr std::array cookies{
    unread_cookie{"euconsent-v2", false, "", origin::tcf, tcf},
    unread_cookie{"eupubconsent-v2", false, "", origin::tcf, tcf},
    unread_cookie{"dm-euconsent-v2", false, "", origin::tcf, tcf},
    unread_cookie{"uniconsent-v2", false, "", origin::tcf, tcf},
    unread_cookie{"snconsent", false, "", origin::tcf, tcf},
    unread_cookie{"GdprConsent", false, "", origin::tcf, tcf},
    unread_cookie{"__cmpconsent", true, "", origin::tcf, tcf},
    unread_cookie{"real_cookie_banner", true, "-tcf", origin::tcf, tcf},
    unread_cookie{"OTGPPConsent", false, "", origin::us_privacy, gpp},
    unread_cookie{"__gpp", false, "", origin::us_privacy, gpp},
    unread_cookie{"usprivacy", false, "", origin::us_privacy, us_privacy},
    unread_cookie{"us_privacy", false, "", origin::us_privacy, us_privacy},
    unread_cookie{"__cmpccpausps", false, "", origin::us_privacy, us_privacy},
};

constexpr std::array headers{
    unread_field{"x-ga-gcs", "header:x-ga-gcs", origin::consent_mode, consent_mode},
    unread_field{"x-ga-gcd", "header:x-ga-gcd", origin::consent_mode, consent_mode},
};

constexpr std::array claims{
    unread_field{"tcf", "body:consent.tcf", origin::tcf, tcf},
    unread_field{"gpp", "body:consent.gpp", origin::us_privacy, gpp},
    unread_field{"gpp_sid", "body:consent.gpp_sid", origin::us_privacy, gpp},
    unread_field{"us_privacy", "body:consent.us_privacy", origin::us_privacy, us_privacy},
    unread_field{"gcs", "body:consent.gcs", origin::consent_mode, consent_mode},
    unread_field{"gcd", "body:consent.gcd", origin::consent_mode, consent_mode},
    unread_field{"ac", "body:consent.ac", origin::tcf, "ac"},
    unread_field{"token", "token", origin::token, "token"},
};

} // namespace

std::span<const unread_cookie> unread_cookies() {
    return cookies;
}

std::span<const unread_field> unread_headers() {
    return headers;
}

std::span<const unread_field> unread_claims() {
    return claims;
}

bool blocks_grants(const finding& found) {
    return found.state == state::unreadable &&
           std::ranges::any_of(claims, [&](const auto& c) { return c.format == found.format; });
}

} // namespace gatepost::consent
