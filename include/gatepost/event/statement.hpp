// What an application says about a visitor, apart from any event: the bodies of POST /v1/consent,
// /v1/erasure and /v1/subject (docs/http-api.md).
#pragma once

#include <gatepost/core/json.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/event/inbound.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::event {

struct statement {
    core::json::document text;  // what the views below point into
    std::string_view marketing; // "" when it is not there, or no string
    std::optional<std::chrono::sys_seconds> at;
    inbound about;                     // `pixel`, `visitor` and `user` only
    std::vector<std::string> warnings; // "/user/phone: ...", as for events
};

// Takes {"marketing", "at", "pixel", "visitor", "user"}, all of them optional here; `pixel` also by
// TikTok's name, event_source_id. Errors: invalid_json, invalid_body (not an object),
// invalid_statement with the path of what is wrong.
core::input_result<statement> decode_statement(std::string body);

} // namespace gatepost::event
