// What visitors' requests carry. The strings of the IAB were made with its own libraries
// (@iabtechlabtcf/core, @iabgpp/cmpapi); the cookies are as recorded in browsers.
#pragma once

#include <string>

namespace gatepost::test {

// As of 2026-10-01, by a platform that disclosed the vendors it names.
inline const std::string tc = "CQraFkAQraFkAEsACBDECSFgA";
inline const std::string tc_all = tc + "P_gAEPgAAYgHtQAQHtAe1ABAe0AAAAA.IHtQAQHtAAAA";
inline const std::string tc_no_purpose_4 = tc + "OAAAEPgAAYgHtQAQHtAe1ABAe0AAAAA.IHtQAQHtAAAA";
inline const std::string tc_no_interest = tc + "P_gAAAAAAYgHtQAQHtAe1ABAe0AAAAA.IHtQAQHtAAAA";
inline const std::string tc_vendor_refused = tc + "P_gAEPgAAYgABMAAmAA.IHtQAoAAgAEA9oAA";
inline const std::string tc_purpose_4_restricted =
    tc + "P_gAEPgAAYgHtQAQHtAe1ABAe0ACIAAgPaA.IHtQAQHtAAAA";
inline const std::string tc_not_disclosed = tc + "P_gAEPgAAYgABMAAmAA.IABM";
inline const std::string tc_without_disclosure = tc + "P_gAEPgAAYgHtQAQHtAe1ABAe0AAAAA";
inline const std::string tc_for_all_services =
    "CQraFkAQraFkAEsACBDECSFAAP_gAEPgAAYgHtQAQHtAe1ABAe0AAAAA.IHtQAQHtAAAA";
// Section 7, the national one of the US.
inline const std::string gpp_stays = "DBABLA~CFQqAAAAAACA.QA";
inline const std::string gpp_no_sale = "DBABLA~CFQaAAAAAACA.QA";
inline const std::string gpp_child = "DBABLA~CFQqAAAAABCA.QA";
inline const std::string gpp_with_gpc = "DBABLA~BVQVAAAAAAGA.YA"; // recorded

inline const std::string klaro = R"(klaro={"tiktok-pixel":true,"google-analytics":false})";
inline const std::string onetrust_yes =
    "OptanonConsent=isGpcEnabled=0&datestamp=Mon+Nov+20+2023+10%3A00%3A00+GMT%2B0100&version=202309"
    ".1.0&consentId=5f3c&interactionCount=1&groups=C0001%3A1%2CC0002%3A0%2CC0004%3A1&geolocation="
    "AT%3B9&AwaitingReconsent=false; OptanonAlertBoxClosed=2023-11-20T09:00:00.000Z";
inline const std::string onetrust_filled_in =
    "OptanonConsent=isGpcEnabled=0&interactionCount=0&groups=C0001%3A1%2CC0004%3A1"
    "&AwaitingReconsent=false";
inline const std::string cookiebot_no =
    "CookieConsent={stamp:'abc+/==',necessary:true,preferences:false,statistics:false,marketing:"
    "false,method:'explicit',ver:2,utc:1700000000000,region:'de'}";

} // namespace gatepost::test
