// TikTok's click id and browser id, wherever the event holds them.
#pragma once

#include <gatepost/event/inbound.hpp>

#include <string>
#include <vector>

namespace gatepost::event {

// Longer ones are no ids of TikTok's; in bytes.
constexpr std::size_t max_ttclid = 2048;
constexpr std::size_t max_ttp = 256;

struct click_ids {
    std::string ttclid; // "" when there is none
    std::string ttp;
    // What else stands in their places, each once: other copies of a cookie, a cookie beside the
    // application's own word. They are not sent, but the same visitor may be known by them.
    std::vector<std::string> other_ttclids;
    std::vector<std::string> other_ttps;
};

// As the application gave them; a missing ttclid comes from page.url, then from the referrer if it
// is of the page's host, then from the cookie `ttclid`; a missing ttp from the cookie `_ttp` (the
// order of TikTok's own server tag, github tiktok/gtm-template-eapi). What is blank, longer than
// the bounds above or, outside the application's own fields, not of printable ASCII is passed over.
click_ids find_click_ids(const inbound& event);

} // namespace gatepost::event
