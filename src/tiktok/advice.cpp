#include <gatepost/tiktok/protocol.hpp>

#include <algorithm>
#include <array>

namespace gatepost::tiktok {
namespace {

struct said {
    std::string_view label;
    std::string_view refusal; // "" for any
    std::string_view words;
};

// By what classify() makes of an answer.
constexpr std::array advices{
    said{"ok", "",
         "TikTok took it. With a test event code it shows up under Test Events in Events Manager "
         "within minutes; without one, reports may take a day."},
    said{"partial", "",
         "TikTok took the batch but for some events. Those that it named are dead letters; it may "
         "have left out others without a word."},
    said{"rate_limited", "",
         "Too many requests for this token. Gatepost slows down and tries again; nothing is lost. "
         "If it goes on, lower relay.rate or look for others that use the same token."},
    said{"refused", "token",
         "The access token is missing, wrong, expired or revoked. Make a new one in Events "
         "Manager (pixel, Settings, Events API, Generate Access Token) and put it where the "
         "pixel's configuration reads it; events wait meanwhile."},
    said{"refused", "permission",
         "The access token is not allowed to send to this pixel. Compare the pixel's id with the "
         "one the token was made for, and the rights of the account; events wait meanwhile."},
    said{"refused", "not_found",
         "TikTok knows no such pixel or event set. Look at the pixel's id and its source; events "
         "wait meanwhile."},
    said{"invalid", "",
         "TikTok does not take the event as it is; its message says where. The event is a dead "
         "letter: correct what sends it, sending it again changes nothing."},
    said{"too_large", "",
         "The request was too large for TikTok. A batch is halved; a single event that is too "
         "large is a dead letter. Lower relay.batch.max_bytes if it happens often."},
    said{"server_error", "",
         "TikTok has trouble of its own. Gatepost tries again later with the same event_id; "
         "nothing is lost."},
    said{"unexpected", "",
         "TikTok's Events API is not known to answer like this. Look at relay.endpoint and at what "
         "stands between (proxy, firewall); Gatepost tries again later, nothing is lost."},
};

constexpr std::string_view no_answer =
    "There was no answer. Look at the connection to TikTok (name, proxy, firewall, certificates); "
    "Gatepost tries again later, nothing is lost.";

} // namespace

std::string_view advice(const core::delivery& verdict) {
    const auto found = std::ranges::find_if(advices, [&verdict](const said& row) {
        return row.label == verdict.label &&
               (row.refusal.empty() || row.refusal == verdict.refusal);
    });
    return found == advices.end() ? no_answer : found->words;
}

} // namespace gatepost::tiktok
