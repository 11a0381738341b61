#include "evidence.hpp"
#include "pixel_choice.hpp"
#include "reactions.hpp"
#include "tokens.hpp"
#include "visitor_signals.hpp"

#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/tiktok/event_names.hpp>
#include <gatepost/tiktok/rules.hpp>

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

bool is_denied(const pixel& to, std::string_view name) {
    return std::ranges::find(to.deny_events, name) != to.deny_events.end();
}

// The visitor's verdict stands; the event is not sent all the same.
void keep_back(consent::decision& decision) {
    decision.action = consent::action::drop;
    decision.rule = consent::rule::denied_event;
    decision.source = "none";
    decision.format = "none";
}

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
    case outcome::observed:
        return "observed";
    case outcome::rejected:
        break;
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
    const auto to = choose_pixel(options_.pixels, event);
    if (to.has_error()) {
        result.error = to.error();
        return result;
    }
    const auto about = check(event, **to, when.now, into.warnings);
    result.pixel = about.to.id;
    result.error = about.fault;
    if (!result.error && event.id.empty()) {
        result.event_id = made_id(by, event.index, digest_);
        into.warnings.push_back(at_event(event.index, "event_id") +
                                ": absent; one was made, give it to the pixel for deduplication");
    }
    borrowed_texts texts;
    complete(event, by, alone, texts);
    leave_out_unusable(event, into.warnings);
    decide(event, by, alone, about, when, result, into);
    return result;
}

pipeline::checked pipeline::check(event::inbound& event, const pixel& to, core::wall_time now,
                                  std::vector<std::string>& warnings) const {
    checked result{.to = to};
    if (const auto time = event::event_time(event, now, options_.max_age.of(to.source))) {
        result.time = *time;
    } else {
        result.fault = time.error();
    }
    const auto posted_name = event.name;
    result.kept_back = is_denied(to, posted_name);
    if (options_.map_names) {
        event.name = tiktok::mapped_name(posted_name);
        result.kept_back = result.kept_back || is_denied(to, event.name) ||
                           tiktok::is_foreign_page_view(posted_name);
    }
    // What is not sent need not be as TikTok wants it.
    if (!result.fault && !result.kept_back) {
        result.fault = tiktok::find_fault(event, to.source, warnings, to.deny_properties);
    }
    return result;
}

void pipeline::decide(event::inbound& event, const caller& by, bool alone, const checked& about,
                      arrival& when, verdict& result, judgement& into) {
    const auto& to = about.to;
    const auto& gate = parts_.consent.of(to.id);
    acquaintance visitor(parts_.identifier, event);
    const consent::signals request{.cookie = by.cookie, .headers = by.headers};
    auto decision = gate.decide(signals_of(event),
                                {.request = alone ? nullptr : &request,
                                 .known = known_findings(event, to, gate, visitor, parts_)},
                                when.now);
    warn_of_words(event, decision, into.warnings);
    if (wants_reaction(decision, when.events_wait, to.observes)) {
        add_reactions(decision, {to.controller, visitor.who().keys}, when, to.observes,
                      into.reactions);
    }
    if (about.fault) {
        return; // the visitor's word counts all the same
    }
    const auto claim = claim_of(decision, to.controller, when.now);
    if (claim && parts_.signer) {
        result.token = parts_.signer->sign(*claim);
    }
    if (decision.sends() && about.kept_back) {
        keep_back(decision);
    }
    if (decision.sends() || options_.audit_drops) {
        result.event = event.name;
        result.evidence = write_evidence(decision, options_, when.now, digest_);
    }
    result.outcome = to.observes        ? outcome::observed
                     : decision.sends() ? outcome::queued
                                        : outcome::dropped;
    if (result.outcome == outcome::queued) {
        const auto who = visitor.who();
        std::ranges::copy(visitor.warnings(), std::back_inserter(into.warnings));
        result.identifiers = match_keys(who, event, to);
        const auto permitted = consent::admit(decision, std::move(event));
        into.records.push_back(parts_.encoder.seal(*permitted, who,
                                                   {.pixel = to.id,
                                                    .controller = to.controller,
                                                    .event_id = result.event_id,
                                                    .event_time = about.time,
                                                    .received = when.received,
                                                    .evidence = result.evidence,
                                                    .source = to.source,
                                                    .deny_properties = to.deny_properties,
                                                    .send_ip = to.send_ip}));
        result.record = into.records.size() - 1;
    }
    result.disclosed = consent::tcf_disclosure(decision);
    result.decision = std::move(decision);
    // The signals end here, and what borrows from them with them.
    for (auto& found : result.decision->findings) {
        found.tc_string = {};
    }
}

} // namespace gatepost::ingest
