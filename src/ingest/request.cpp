#include "request.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/net/forwarded.hpp>
#include <gatepost/net/media_type.hpp>

namespace gatepost::ingest {

std::optional<event::body_format> format_of(const net::request_head& head) {
    const auto media = net::media_type(head);
    if (media == "application/x-ndjson") {
        return event::body_format::ndjson;
    }
    return media.empty() || net::is_json(media) ? std::optional(event::body_format::json)
                                                : std::nullopt;
}

caller caller_of(const net::request_head& head, const options& chosen) {
    caller result;
    std::string hops; // several headers of that name are one list (RFC 9110 section 5.3)
    for (const auto& [name, value] : head.headers) {
        if (core::iequals(name, "Cookie")) {
            result.cookie.append(result.cookie.empty() ? "" : "; ").append(value);
            continue;
        }
        if (core::iequals(name, "X-Forwarded-For")) {
            hops.append(hops.empty() ? "" : ",").append(value);
        }
        result.headers.emplace_back(name, value);
    }
    if (head.count("X-Forwarded-For") > 0) {
        result.address = net::client_address(hops, chosen.trusted_proxies).value_or("");
        result.user_agent = head.find("User-Agent").value_or("");
    }
    result.idempotency_key = head.find("Idempotency-Key").value_or("");
    return result;
}

} // namespace gatepost::ingest
