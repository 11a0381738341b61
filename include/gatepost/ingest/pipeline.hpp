// From a decoded request to verdicts and sealed records: request -> event -> consent -> tiktok.
#pragma once

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/event/decode.hpp>
#include <gatepost/identity/decision_token.hpp>
#include <gatepost/identity/identifier.hpp>
#include <gatepost/ingest/arrivals.hpp>
#include <gatepost/ingest/gates.hpp>
#include <gatepost/ingest/match_keys.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/tiktok/encoder.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ingest {

enum class outcome { queued, dropped, duplicate, rejected, observed };
std::string_view to_string(outcome value);

// What became of one event.
struct verdict {
    ingest::outcome outcome = ingest::outcome::rejected;
    std::string event_id;
    std::string pixel; // "" when the event names none that is known
    std::optional<consent::decision> decision;
    std::string token; // decision.token; "" when the visitor has said nothing
    std::optional<consent::disclosure> disclosed;
    std::optional<core::input_error> error;
    std::optional<std::size_t> record; // place in judgement::records, for those to be queued
    match_keys identifiers;            // of those
    // For the audit trail; of drops only when they are recorded.
    std::string event;
    std::string evidence;
};

// What the registry is to remember of a decision.
struct reaction {
    enum class kind : std::uint8_t {
        lift,             // a later grant ended a withdrawal; `at` is the grant's time
        note_gpc,         // Global Privacy Control of a known visitor, seen at `at`
        withdraw_waiting, // a denial: what waits of this visitor is not to be sent
    };
    kind what;
    ledger::subject who;
    std::chrono::sys_seconds at;
    core::wall_time denied_up_to{}; // for withdraw_waiting: what was received up to then
};

struct judgement {
    std::vector<verdict> verdicts; // one per event, in order
    std::vector<core::sealed_record> records;
    std::vector<reaction> reactions;
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

// When a request came, and what came before it.
struct arrival {
    core::wall_time now;
    core::wall_time received;  // by the order of arrivals; what the second look compares
    bool events_wait = true;   // whether there is anything a denial could take back
    arrivals* order = nullptr; // tells what stands before a denial; null where nothing is kept
};

// What a pipeline works with.
struct pipeline_parts {
    const gates& consent;             // outlives the pipeline
    const ledger::registry* registry; // outlives the pipeline; null where nobody is remembered
    identity::identifier identifier;
    std::optional<identity::token_signer> signer; // without one no token is made or verified
    tiktok::encoder encoder;
};

// One for each thread.
class pipeline {
  public:
    pipeline(const options& chosen, pipeline_parts parts);

    // Decides about every event, and seals those that may go. Keeps nothing.
    judgement judge(event::batch posted, const caller& by, arrival when);

  private:
    // What is settled about an event before its consent is looked at.
    struct checked {
        const pixel& to;
        std::chrono::sys_seconds time{};
        bool kept_back = false; // an event of this name is not sent, whoever consented
        std::optional<core::input_error> fault; // why it is rejected
    };

    verdict judge_one(event::inbound& event, const caller& by, bool alone, arrival& when,
                      judgement& into);
    // The rules that an event has to keep.
    checked check(event::inbound& event, const pixel& to, core::wall_time now,
                  std::vector<std::string>& warnings) const;
    void decide(event::inbound& event, const caller& by, bool alone, const checked& about,
                arrival& when, verdict& result, judgement& into);

    options options_;
    pipeline_parts parts_;
    identity::hasher digest_;
};

} // namespace gatepost::ingest
