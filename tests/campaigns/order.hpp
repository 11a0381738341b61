// What is posted: orders of a shop, numbered, each of a visitor of its own. Everything about an
// order but its pixel and what its visitor said follows from its number, so that an upstream can
// tell whether what arrived is what was posted.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatepost::campaigns {

using order_number = std::uint64_t;

// The last one goes to TikTok by Events API 1.0.
constexpr std::array<std::string_view, 3> pixels{"CCAMPAIGN0PIXEL0A", "CCAMPAIGN0PIXEL0B",
                                                 "CCAMPAIGN0PIXEL0C"};
constexpr std::size_t pixel_of_1_0 = 2;

enum class said : std::uint8_t { yes, no, nothing, objection };
constexpr bool may_go(said what) {
    return what == said::yes;
}

// What the upstream finds wrong with an order, each time.
enum class flaw : std::uint8_t {
    none,
    invalid, // 40002 for the whole batch
    failed,  // 20001, listed in failed_events
};
flaw flaw_of(order_number number);
std::string_view event_of(order_number number);
std::int64_t value_of(order_number number);
std::string id_of(order_number number); // of orders that are posted with one

// How an order is written down.
struct wording {
    order_number number = 0;
    std::size_t pixel = 0;
    bool with_id = true;
    std::string claims; // members `visitor` and `consent`, as `"visitor":{...}`
};
std::string as_event(const wording& chosen);       // as in POST /v1/events and event/track
std::string as_pixel_event(const wording& chosen); // Events API 1.0, without pixel_code

// What a visitor said, in one of several ways (`way` is any number): in the event, or in the
// headers of a request with this one event.
std::string claims_of(said what, std::size_t way);
struct header_claim {
    std::string name;
    std::string value;
    std::string claims; // what the event itself holds beside it
};
header_claim header_claim_of(said what, std::size_t way);

} // namespace gatepost::campaigns
