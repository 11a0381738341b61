#include "visits.hpp"

#include "signals.hpp"

namespace gatepost::test {
namespace {

using headers = http_connection::headers;

constexpr auto limited_pixel = "CLIMITED0PIXEL0CODE";
constexpr auto strict_pixel = "CSTRICT0PIXEL0CODE";
constexpr auto forced_pixel = "CFORCED0PIXEL0CODE";
constexpr auto own_names_pixel = "COWNNAMES0PIXEL0CODE";

// Members of `visitor`.
std::string cookie(const std::string& text, const std::string& country) {
    return "\"country\":\"" + country + "\",\"cookie\":" + quoted(text);
}

std::string from(const std::string& country, const std::string& region = "") {
    return "\"country\":\"" + country + "\"" +
           (region.empty() ? "" : ",\"region\":\"" + region + "\"");
}

std::string granted() {
    return says("marketing", "granted");
}

const headers gpc{{"Sec-GPC", "1"}};

std::vector<visit> visits_with_cookies() {
    return {
        {"klaro", cookie(klaro, "DE"), "send", "explicit-grant", "cookie:klaro"},
        {"onetrust", cookie(onetrust_yes, "AT"), "send", "explicit-grant", "cookie:OptanonConsent"},
        {"onetrust-filled-in-at", cookie(onetrust_filled_in, "AT"), "drop", "opt-in-default",
         "none"},
        {"onetrust-filled-in-us", cookie(onetrust_filled_in, "US"), "send", "opt-out-default",
         "none"},
        {"cookiebot-no", cookie(cookiebot_no, "DE"), "drop", "explicit-denial",
         "cookie:CookieConsent"},
        {"a-no-beside-a-yes", cookie(klaro + "; " + cookiebot_no, "DE"), "drop", "explicit-denial",
         "cookie:CookieConsent"},
        {"ignored-no",
         cookie("klaro={\"our-ads\":true}; " + cookiebot_no, "DE"),
         "send",
         "explicit-grant",
         "cookie:klaro",
         "",
         {},
         own_names_pixel},
        {"not-our-name",
         cookie(klaro, "DE"),
         "drop",
         "opt-in-default",
         "none",
         "",
         {},
         own_names_pixel},
        {"cut-off", cookie("CookieConsent={stamp:%27r1F%27%2Cmarketing:tr", "US"), "drop",
         "unreadable", "cookie:CookieConsent"},
        {"relay-implied", cookie("gatepost_consent=v1.m:i.s:1795000000.src:uc", "DE"), "drop",
         "opt-in-default", "none"},
        {"nothing-de", cookie("_ga=GA1.1.1; session=abc", "DE"), "drop", "opt-in-default", "none"},
        {"nothing-us", cookie("_ga=GA1.1.1; session=abc", "US"), "send", "opt-out-default", "none"},
        {"platform-says-germany",
         cookie("_tracking_consent=3.AMPS_DE_t_t_1SPle0BiTc-GOC2Wom484w", "US"), "drop",
         "opt-in-default", "none"},
        {"own-cookie-of-the-request",
         from("DE"),
         "send",
         "explicit-grant",
         "cookie:tarteaucitron",
         "",
         {{"Cookie", "tarteaucitron=!gtag=true!tiktok=true"}}},
    };
}

std::vector<visit> visits_with_strings() {
    return {
        {"tcf", cookie("euconsent-v2=" + tc_all, "DE"), "send", "explicit-grant",
         "cookie:euconsent-v2"},
        {"tcf-no-purpose-4", cookie("euconsent-v2=" + tc_no_purpose_4, "DE"), "drop",
         "explicit-denial", "cookie:euconsent-v2"},
        {"tcf-no-interest", from("DE"), "drop", "explicit-denial", "body:consent.tcf",
         says("tcf", tc_no_interest)},
        {"tcf-vendor-refused", cookie(klaro + "; euconsent-v2=" + tc_vendor_refused, "DE"), "drop",
         "explicit-denial", "cookie:euconsent-v2"},
        {"tcf-restricted",
         from("DE"),
         "drop",
         "explicit-denial",
         "header:x-consent-tcf",
         "",
         {{"X-Consent-TCF", tc_purpose_4_restricted}}},
        {"tcf-not-disclosed", cookie(klaro + "; euconsent-v2=" + tc_not_disclosed, "DE"), "send",
         "explicit-grant", "cookie:klaro"},
        {"tcf-without-disclosure", cookie("euconsent-v2=" + tc_without_disclosure, "US"), "drop",
         "unreadable", "cookie:euconsent-v2"},
        {"tcf-for-all-services", cookie("euconsent-v2=" + tc_for_all_services, "DE"), "drop",
         "unreadable", "cookie:euconsent-v2"},
        {"gpp", cookie("__gpp=" + gpp_stays, "US"), "send", "opt-out-default", "none"},
        {"gpp-cut-off", cookie("__gpp=DBABLA~CFQqAAAAACA.QA", "US"), "drop", "unreadable",
         "cookie:__gpp"},
        {"gpp-no-sale", cookie("OTGPPConsent=" + gpp_no_sale, "US"), "drop", "opt-out-signal",
         "cookie:OTGPPConsent"},
        {"gpp-no-sale-beside-a-yes", cookie(klaro + "; __gpp=" + gpp_no_sale, "DE"), "drop",
         "opt-out-signal", "cookie:__gpp"},
        {"gpp-of-another-section", from("US"), "send", "opt-out-default", "none",
         R"("consent":{"gpp":")" + gpp_no_sale + R"(","gpp_sid":[8]})"},
        {"gpp-child", from("US"), "drop", "known-minor", "body:consent.gpp",
         says("gpp", gpp_child)},
        {"us-privacy", cookie("usprivacy=1YNN", "US"), "send", "opt-out-default", "none"},
        {"us-privacy-no-sale", cookie("usprivacy=1YYN", "US"), "drop", "opt-out-signal",
         "cookie:usprivacy"},
        {"us-privacy-is-no-grant", cookie("usprivacy=1YNN", "DE"), "drop", "opt-in-default",
         "none"},
        {"gcs-denied", from("DE"), "drop", "explicit-denial", "body:consent.gcs",
         says("gcs", "G100")},
        {"gcs-granted-by-whom", from("DE"), "drop", "opt-in-default", "none", says("gcs", "G111")},
        {"gcd-by-the-visitor", from("DE"), "send", "explicit-grant", "body:consent.gcd",
         says("gcd", "13r3r3r3r5l1")},
        {"gcd-by-default",
         from("DE"),
         "drop",
         "opt-in-default",
         "none",
         "",
         {{"X-GA-GCD", "11t1t1t1t5"}}},
        {"gcd-denied",
         from("US"),
         "drop",
         "explicit-denial",
         "header:x-ga-gcd",
         "",
         {{"X-GA-GCD", "13t3t3u3t5l1"}}},
    };
}

std::vector<visit> visits_with_objections() {
    return {
        {"gpc-de-beside-a-yes", from("DE"), "send", "explicit-grant", "body:consent.marketing",
         granted(), gpc},
        {"gpc-de", from("DE"), "drop", "opt-out-signal", "header:sec-gpc", "", gpc},
        {"gpc-us-beside-a-yes", from("US", "CO"), "drop", "opt-out-signal", "header:sec-gpc",
         granted(), gpc},
        {"gpc-unknown-country", "", "drop", "opt-out-signal", "header:sec-gpc", granted(), gpc},
        {"gpc-everywhere", from("DE"), "drop", "opt-out-signal", "header:sec-gpc", granted(), gpc,
         strict_pixel},
        {"limited-gpc", from("US", "CA"), "send_limited", "opt-out-signal", "header:sec-gpc", "",
         gpc, limited_pixel},
        {"limited-gpp",
         cookie("__gpp=" + gpp_with_gpc, "US"),
         "send_limited",
         "opt-out-signal",
         "cookie:__gpp",
         "",
         {},
         limited_pixel},
        {"limited-not-in-germany", from("DE"), "drop", "opt-out-signal", "header:sec-gpc", "", gpc,
         limited_pixel},
        {"limited-not-in-canada",
         from("CA"),
         "drop",
         "opt-out-signal",
         "cookie:usprivacy",
         granted(),
         {{"Cookie", "usprivacy=1YYN"}},
         limited_pixel},
        {"limited-nowhere-unknown", "", "drop", "opt-out-signal", "header:sec-gpc", "", gpc,
         limited_pixel},
        {"limited-is-no-way-round-a-no",
         from("US"),
         "drop",
         "explicit-denial",
         "cookie:CookieConsent",
         "",
         {{"Sec-GPC", "1"}, {"Cookie", cookiebot_no}},
         limited_pixel},
        {"dnt",
         from("DE"),
         "send",
         "explicit-grant",
         "body:consent.marketing",
         granted(),
         {{"DNT", "1"}}},
        {"dnt-denies",
         from("DE"),
         "drop",
         "explicit-denial",
         "header:dnt",
         granted(),
         {{"DNT", "1"}},
         strict_pixel},
        {"att-denied", from("US"), "drop", "explicit-denial", "body:user.att_status",
         granted() + R"(,"user":{"att_status":"DENIED"})"},
        {"att-authorized", from("DE"), "send", "explicit-grant", "body:consent.marketing",
         granted() + R"(,"user":{"att_status":"AUTHORIZED"})"},
        {"minor", from("US") + R"(,"minor":true)", "drop", "known-minor", "body:visitor.minor",
         granted()},
        {"seventeen", from("DE") + R"(,"age":17)", "drop", "known-minor", "body:visitor.age",
         granted()},
        {"eighteen", from("DE") + R"(,"age":18)", "send", "explicit-grant",
         "body:consent.marketing", granted()},
        {"header-yes",
         from("DE"),
         "send",
         "explicit-grant",
         "header:x-consent-marketing",
         "",
         {{"X-Consent-Marketing", "granted"}}},
        {"header-what",
         from("US"),
         "drop",
         "unreadable",
         "header:x-consent-marketing",
         "",
         {{"X-Consent-Marketing", "yes"}}},
        {"half-a-year-in-france", from("FR"), "drop", "grant-expired", "body:consent.marketing",
         R"("consent":{"marketing":"granted","at":)" +
             seconds_from_now(-std::chrono::hours(24 * 184)) + "}"},
        {"half-a-year-in-germany", from("DE"), "send", "explicit-grant", "body:consent.marketing",
         R"("consent":{"marketing":"granted","at":)" +
             seconds_from_now(-std::chrono::hours(24 * 184)) + "}"},
    };
}

std::vector<visit> visits_from_places() {
    return {
        {"header-us",
         R"("cookie":"")",
         "send",
         "opt-out-default",
         "none",
         "",
         {{"CF-IPCountry", "US"}}},
        {"header-de",
         R"("cookie":"")",
         "drop",
         "opt-in-default",
         "none",
         "",
         {{"CF-IPCountry", "DE"}}},
        {"header-tor",
         R"("cookie":"")",
         "drop",
         "opt-in-default",
         "none",
         "",
         {{"CF-IPCountry", "T1"}}},
        {"visitor-before-header",
         from("DE"),
         "drop",
         "opt-in-default",
         "none",
         "",
         {{"CF-IPCountry", "US"}}},
        {"address-in-california", R"("ip":"203.0.113.9")", "send", "opt-out-default", "none"},
        {"address-in-germany", R"("ip":"198.51.100.9")", "drop", "opt-in-default", "none"},
        {"address-in-france", R"("ip":"2001:db8::9")", "drop", "opt-in-default", "none"},
        {"address-before-the-proxy",
         "",
         "send",
         "opt-out-default",
         "none",
         "",
         {{"X-Forwarded-For", "198.51.100.9, 203.0.113.9"}}},
        {"header-before-address",
         R"("ip":"203.0.113.9")",
         "drop",
         "opt-in-default",
         "none",
         "",
         {{"CF-IPCountry", "DE"}}},
        {"california-opts-in",
         from("US", "CA"),
         "drop",
         "opt-in-default",
         "none",
         "",
         {},
         strict_pixel},
        {"texas-does-not",
         from("US", "TX"),
         "send",
         "opt-out-default",
         "none",
         "",
         {},
         strict_pixel},
        {"forced", from("DE"), "send", "opt-out-default", "none", "", {}, forced_pixel},
        {"forced-but-no",
         cookie(cookiebot_no, "DE"),
         "drop",
         "explicit-denial",
         "cookie:CookieConsent",
         "",
         {},
         forced_pixel},
    };
}

} // namespace

// The signals' own dates are fixed, so that they may be ten years old; France's 183 days stay.
std::string configuration_of_visits() {
    std::string pixels;
    const auto add = [&](const std::string& id, const std::string& consent) {
        pixels +=
            "  - {id: " + id + ", access_token_env: TEST_ACCESS_TOKEN, consent: " + consent + "}\n";
    };
    add(pixel_code, "{}");
    add(limited_pixel, "{us_opt_out: limited}");
    add(strict_pixel, "{gpc: everywhere, dnt: deny, regime: {countries: {US-CA: opt_in}}}");
    add(forced_pixel, "{regime: {force: opt_out}}");
    add(own_names_pixel, "{catalog: {klaro: {marketing: [our-ads]}}, ignore: [cookiebot]}");
    return "pixels:\n" + pixels +
           "consent: {max_age: 3650d, regime: {country_header: CF-IPCountry, "
           "geoip_file: " GATEPOST_SOURCE_DIR "/tests/data/geoip/test.mmdb}}\n";
}

std::vector<visit> all_visits() {
    auto all = visits_with_cookies();
    for (const auto& part :
         {visits_with_strings(), visits_with_objections(), visits_from_places()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

std::string body_of(const visit& one) {
    return event_with(one.id, std::string("\"pixel\":\"") + one.pixel + "\",\"visitor\":{" +
                                  one.visitor + "}" + (one.more.empty() ? "" : ",") + one.more);
}

std::string says(const std::string& name, const std::string& value) {
    return "\"consent\":{\"" + name + "\":" + quoted(value) + "}";
}

} // namespace gatepost::test
