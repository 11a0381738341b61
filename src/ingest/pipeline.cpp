#include "evidence.hpp"
#include "reactions.hpp"
#include "tokens.hpp"
#include "visitor_signals.hpp"

#include <gatepost/ingest/pipeline.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::ingest {
namespace {

// The same key makes the same id, so that an application's retry is recognised; the event's place
// keeps the events of one request apart.
std::string made_id(const caller& by, std::size_t index, identity::hasher& digest) {
    if (by.idempotency_key.empty()) {
        return core::random_id();
    }
    constexpr std::size_t length = 32;
    return digest.hex(std::string(by.idempotency_key) + '\0' + std::to_string(index))
        .substr(0, length);
}

// Who the visitor is costs a few microseconds of hashing: asked for only where it matters.
class acquaintance {
  public:
    acquaintance(identity::identifier& by, const event::inbound& event) : by_(by), event_(event) {}

    const identity::visitor& who() {
        if (!known_) {
            known_ = by_.identify(event_, warnings_);
        }
        return *known_;
    }
    // What was left out, for an event that goes out.
    const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    identity::identifier& by_;
    const event::inbound& event_;
    std::optional<identity::visitor> known_;
    std::vector<std::string> warnings_;
};

// What the registry holds and what a token says.
std::vector<consent::finding> known_findings(const event::inbound& event, const pixel& to,
                                             const consent::gate& gate, acquaintance& visitor,
                                             const pipeline_parts& parts) {
    std::vector<consent::finding> known;
    if (parts.registry != nullptr && !parts.registry->empty()) {
        known = parts.registry->recall(to.controller, visitor.who().keys);
    }
    constexpr std::string_view token = "token";
    for (const auto& [name, value] : event.consent.fields) {
        if (name == token && gate.reads(token) && !value.empty()) {
            known.push_back(read_token(parts.signer, value, to.controller, gate.chosen()));
        }
    }
    if (is_unreadable(event.consent, token) && gate.reads(token)) {
        known.push_back(read_token(parts.signer, "", to.controller, gate.chosen()));
    }
    return known;
}

} // namespace

std::string_view to_string(outcome value) {
    switch (value) {
    case outcome::queued:
        return "queued";
    case outcome::dropped:
        return "dropped";
    case outcome::duplicate:
        return "duplicate";
    case outcome::rejected:
        return "rejected";
    }
    return "rejected";
}

pipeline::pipeline(const options& chosen, pipeline_parts parts)
    : options_(chosen), parts_(std::move(parts)) {}

judgement pipeline::judge(event::batch posted, const caller& by, arrival when) {
    judgement result;
    result.warnings = std::move(posted.warnings);
    const bool alone = posted.events.size() == 1;
    for (auto& event : posted.events) {
        if (event.has_error()) {
            verdict rejected;
            rejected.error = event.error();
            result.verdicts.push_back(std::move(rejected));
        } else {
            result.verdicts.push_back(judge_one(*event, by, alone, when, result));
        }
    }
    return result;
}

verdict pipeline::judge_one(event::inbound& event, const caller& by, bool alone, arrival& when,
                            judgement& into) {
    verdict result;
    result.event_id = event.id;
    const auto* to = find_pixel(event.pixel);
    if (to == nullptr) {
        result.error = core::input_error("unknown_pixel",
                                         event.pixel.empty()
                                             ? "the event names no pixel and several are configured"
                                             : "this pixel is not configured",
                                         at_event(event.index, "pixel"));
        return result;
    }
    result.pixel = to->id;
    const auto time = event::event_time(event, when.now, options_.max_age);
    if (time.has_error()) {
        result.error = time.error();
        return result;
    }
    if (event.id.empty()) {
        result.event_id = made_id(by, event.index, digest_);
        into.warnings.push_back(at_event(event.index, "event_id") +
                                ": absent; one was made, give it to the pixel for deduplication");
    }
    std::string cookies;
    complete(event, by, alone, cookies);
    leave_out_unusable(event, into.warnings);
    decide(event, by, alone, {*to, *time, when}, result, into);
    return result;
}

void pipeline::decide(event::inbound& event, const caller& by, bool alone, const checked& about,
                      verdict& result, judgement& into) {
    const auto& to = about.to;
    const auto& gate = parts_.consent.of(to.id);
    acquaintance visitor(parts_.identifier, event);
    const consent::signals request{.cookie = by.cookie, .headers = by.headers};
    auto decision = gate.decide(signals_of(event),
                                {.request = alone ? nullptr : &request,
                                 .known = known_findings(event, to, gate, visitor, parts_)},
                                about.when.now);
    warn_of_words(event, decision, into.warnings);
    if (wants_reaction(decision, about.when.events_wait)) {
        add_reactions(decision, {to.controller, visitor.who().keys}, about.when, into.reactions);
    }
    const auto claim = claim_of(decision, to.controller, about.when.now);
    if (claim && parts_.signer) {
        result.token = parts_.signer->sign(*claim);
    }
    if (decision.sends() || options_.audit_drops) {
        result.event = event.name;
        result.evidence = write_evidence(decision, options_, about.when.now, digest_);
    }
    if (decision.sends()) {
        const auto who = visitor.who();
        std::ranges::copy(visitor.warnings(), std::back_inserter(into.warnings));
        const auto permitted = consent::admit(decision, std::move(event));
        into.records.push_back(parts_.encoder.seal(*permitted, who,
                                                   {.pixel = to.id,
                                                    .controller = to.controller,
                                                    .event_id = result.event_id,
                                                    .event_time = about.time,
                                                    .received = about.when.received,
                                                    .evidence = result.evidence}));
        result.record = into.records.size() - 1;
    }
    result.outcome = decision.sends() ? outcome::queued : outcome::dropped;
    result.disclosed = consent::tcf_disclosure(decision);
    result.decision = std::move(decision);
    // The signals end here, and what borrows from them with them.
    for (auto& found : result.decision->findings) {
        found.tc_string = {};
    }
}

const pixel* pipeline::find_pixel(std::string_view id) const {
    if (id.empty()) {
        return options_.pixels.size() == 1 ? &options_.pixels.front() : nullptr;
    }
    const auto found = std::ranges::find(options_.pixels, id, &pixel::id);
    return found == options_.pixels.end() ? nullptr : &*found;
}

} // namespace gatepost::ingest
