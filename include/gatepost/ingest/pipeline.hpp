// From a decoded request to verdicts and sealed records: request -> event -> consent -> tiktok.
#pragma once

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/event/decode.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/tiktok/encoder.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ingest {

enum class outcome { queued, dropped, duplicate, rejected };
std::string_view to_string(outcome value);

// What became of one event.
struct verdict {
    ingest::outcome outcome = ingest::outcome::rejected;
    std::string event_id;
    std::string pixel; // "" when the event names none that is known
    std::optional<consent::decision> decision;
    std::optional<core::input_error> error;
    std::optional<std::size_t> record; // place in judgement::records, for those to be queued
};

struct judgement {
    std::vector<verdict> verdicts; // one per event, in order
    std::vector<core::sealed_record> records;
    std::vector<std::string> warnings;
};

// What the request itself tells about the visitor; text lives as long as the request.
struct caller {
    std::string cookie; // all Cookie headers
    std::vector<consent::field> headers;
    std::string address;         // only beside an X-Forwarded-For
    std::string_view user_agent; // the same
    std::string_view idempotency_key;
};

// One for each thread.
class pipeline {
  public:
    // The gate outlives the pipeline.
    pipeline(const options& chosen, const consent::gate& gate, tiktok::encoder encoder);

    // Decides about every event, and seals those that may go. Keeps nothing.
    judgement judge(event::batch posted, const caller& by, core::wall_time now);

  private:
    verdict judge_one(event::inbound& event, const caller& by, bool alone, core::wall_time now,
                      judgement& into);
    const pixel* find_pixel(std::string_view id) const;

    options options_;
    const consent::gate& gate_;
    tiktok::encoder encoder_;
    identity::hasher digest_;
};

} // namespace gatepost::ingest
