// TikTok's own routes, for code that talks to TikTok today: which they are, and answers in TikTok's
// shape (docs/http-api.md "TikTok's routes").
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/event/decode.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/net/http.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::ingest {

using tiktok_decoder = core::input_result<event::batch> (*)(std::string body);

// The decoder of the body that a path takes; null for a path that is not TikTok's. Without a
// trailing slash.
tiktok_decoder tiktok_decoder_of(std::string_view path);

// A batch is all or nothing: with an invalid event in it none is queued, none counts as queued and
// no decision stands.
// What the visitors' signals mean for the registry and for what waits stands.
void refuse_as_a_whole(judgement& judged);

// {"code": 0, "message": "OK", "request_id": "...", "data": {}}. What the gate dropped is told in
// `data`: "dropped", how many, and "reasons", the rule for each of them. The first invalid event
// makes it 40002 with its path, an unknown pixel 40001; all of these with HTTP 200, as TikTok does.
net::response tiktok_answer(const judgement& judged);

// An error about the request as a whole, in the same shape: 40002 for a body that cannot be taken;
// HTTP 503 with 50000 for a spool that is full or fails, HTTP 429 with 40100 for a pixel's quota.
net::response tiktok_refusal(const core::input_error& error);
// The body alone, for an answer with this HTTP status: 40105 for a token that is not known.
std::string tiktok_body(unsigned status, const core::input_error& error);

} // namespace gatepost::ingest
