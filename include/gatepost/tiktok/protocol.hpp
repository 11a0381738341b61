// TikTok's Events API on the wire: the request for a batch and what an answer means.
#pragma once

#include <gatepost/core/delivery.hpp>
#include <gatepost/core/secret_string.hpp>
#include <gatepost/event/inbound.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatepost::tiktok {

// The product's generations. Payloads are kept in the form of 2.0 whichever is used, so that what
// waits survives a change of pixels[].api.
enum class api : std::uint8_t {
    event, // Events API 2.0: /open_api/v1.3/event/track/, up to 1,000 events
    pixel, // Events API 1.0: /open_api/v1.3/pixel/track/ and /pixel/batch/, up to 50
};
std::size_t most_events(api generation);
// Whether limited_data_use has a meaning in events of that source: of web and app events it does.
bool knows_limited_data_use(event::source source);

// Where a batch goes. One request holds events of one source, one id and one test code.
struct event_set {
    event::source source = event::source::web;
    std::string id; // TikTok's event_source_id, the pixel code
    std::string test_event_code;
    tiktok::api api = tiktok::api::event;
};

// What a record keeps of where it goes, beside its pixel: an event stays of the source that it was
// checked and written for, whatever the pixel's source is called when it is sent. As text it is
// core::record::variant: "web/", "web/TEST1".
struct variant {
    std::optional<event::source> source; // nullopt: kept by an older version, which did not say
    std::string_view test_event_code;    // the event's own; "" for the pixel's
};
std::string to_text(const variant& kept);
variant read_variant(std::string_view text); // views into it

// The body of Events API 2.0: {"event_source", "event_source_id", "test_event_code"?, "data":
// [...]}; of 1.0 the single event of pixel/track, or {"pixel_code", "batch": [...]}. Each payload
// is one event object as tiktok::encoder wrote it, now or in an older version; there is at least
// one.
//
// What 1.0 cannot say as it is meant goes by 2.0, with the batch it stands in: an event with
// limited_data_use, for which 1.0 has no member in TikTok's SDK, an event of another source than
// the web, and what is no event at all.
std::string batch_body(const event_set& to, std::span<const std::string_view> payloads);

core::upstream_request batch_request(const event_set& to, const core::secret_string& access_token,
                                     std::span<const std::string_view> payloads);

// Interface section 5: success is HTTP 200 and body code 0, both; otherwise a non-zero code
// decides, else the HTTP status.
core::delivery classify(const core::upstream_answer& answer, std::size_t records);

// What an answer means and what to do about it, as a sentence or two for people.
std::string_view advice(const core::delivery& verdict);

} // namespace gatepost::tiktok
