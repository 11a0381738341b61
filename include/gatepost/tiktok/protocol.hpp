// TikTok's Events API 2.0 on the wire: the request for a batch and what an answer means.
#pragma once

#include <gatepost/core/delivery.hpp>
#include <gatepost/core/secret_string.hpp>

#include <span>
#include <string>
#include <string_view>

namespace gatepost::tiktok {

// Where a batch goes. One request holds events of one source and one id.
struct event_set {
    std::string source = "web"; // TikTok's event_source
    std::string id;             // TikTok's event_source_id, the pixel code
    std::string test_event_code;
};

// The body: {"event_source", "event_source_id", "test_event_code"?, "data": [...]}.
// Each payload is one event object as tiktok::encoder wrote it.
std::string batch_body(const event_set& to, std::span<const std::string_view> payloads);

core::upstream_request batch_request(const event_set& to, const core::secret_string& access_token,
                                     std::span<const std::string_view> payloads);

// Interface section 5: success is HTTP 200 and body code 0, both; otherwise a non-zero code
// decides, else the HTTP status.
core::delivery classify(const core::upstream_answer& answer, std::size_t records);

} // namespace gatepost::tiktok
