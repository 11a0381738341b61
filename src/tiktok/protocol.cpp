#include "pixel_body.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <utility>

namespace gatepost::tiktok {
namespace {

struct addressed_body {
    std::string_view target;
    std::string text;
};

std::string event_body(const event_set& to, std::span<const std::string_view> payloads) {
    core::json::writer head;
    head.begin_object()
        .member("event_source", event::to_string(to.source))
        .member("event_source_id", to.id);
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

// An event that may only go with limited_data_use never goes by 1.0, whatever else is in the batch.
addressed_body address(const event_set& to, std::span<const std::string_view> payloads) {
    if (to.api == api::pixel && to.source == event::source::web) {
        if (auto body = pixel_body(to, payloads)) {
            return {payloads.size() == 1 ? "/open_api/v1.3/pixel/track/"
                                         : "/open_api/v1.3/pixel/batch/",
                    *std::move(body)};
        }
    }
    return {"/open_api/v1.3/event/track/", event_body(to, payloads)};
}

} // namespace

std::size_t most_events(api generation) {
    return generation == api::pixel ? 50 : 1000;
}

bool knows_limited_data_use(event::source source) {
    return source == event::source::web || source == event::source::app;
}

std::string to_text(const variant& kept) {
    std::string text(kept.source ? event::to_string(*kept.source) : "");
    return text.append("/").append(kept.test_event_code);
}

variant read_variant(std::string_view text) {
    const auto slash = text.find('/');
    if (const auto source = event::source_named(text.substr(0, slash));
        source && slash != std::string_view::npos) {
        return {source, text.substr(slash + 1)};
    }
    return {std::nullopt, text};
}

std::string batch_body(const event_set& to, std::span<const std::string_view> payloads) {
    return address(to, payloads).text;
}

core::upstream_request batch_request(const event_set& to, const core::secret_string& access_token,
                                     std::span<const std::string_view> payloads) {
    auto [target, body] = address(to, payloads);
    return {.target = std::string(target),
            .headers = {{"Access-Token", access_token.reveal()},
                        {"Content-Type", "application/json"},
                        {"Accept", "application/json"}},
            .body = std::move(body)};
}

} // namespace gatepost::tiktok
