#include <gatepost/core/json.hpp>
#include <gatepost/tiktok/protocol.hpp>

namespace gatepost::tiktok {

std::string batch_body(const event_set& to, std::span<const std::string_view> payloads) {
    core::json::writer head;
    head.begin_object().member("event_source", to.source).member("event_source_id", to.id);
    if (!to.test_event_code.empty()) {
        head.member("test_event_code", to.test_event_code);
    }
    head.key("data").begin_array();

    // The payloads are JSON already and may be a megabyte together: joined once, without a parse.
    std::size_t size = head.view().size() + 2;
    for (const auto payload : payloads) {
        size += payload.size() + 1;
    }
    std::string body;
    body.reserve(size);
    body += head.view();
    std::string_view separator;
    for (const auto payload : payloads) {
        body.append(separator).append(payload);
        separator = ",";
    }
    body += "]}";
    return body;
}

core::upstream_request batch_request(const event_set& to, const core::secret_string& access_token,
                                     std::span<const std::string_view> payloads) {
    return {.target = "/open_api/v1.3/event/track/",
            .headers = {{"Access-Token", std::string(access_token.reveal())},
                        {"Content-Type", "application/json"},
                        {"Accept", "application/json"}},
            .body = batch_body(to, payloads)};
}

} // namespace gatepost::tiktok
