// What the head of a request tells.
#pragma once

#include <gatepost/event/decode.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/net/http.hpp>

#include <optional>

namespace gatepost::ingest {

// How the body is written; no Content-Type counts as JSON. nullopt for another media type.
std::optional<event::body_format> format_of(const net::request_head& head);

// What the request says about a visitor.
caller caller_of(const net::request_head& head, const options& chosen);

} // namespace gatepost::ingest
