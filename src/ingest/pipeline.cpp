#include <gatepost/core/text.hpp>
#include <gatepost/ingest/pipeline.hpp>

#include <algorithm>

namespace gatepost::ingest {
namespace {

std::string at_event(std::size_t index, std::string_view field) {
    return "/events/" + std::to_string(index) + "/" + std::string(field);
}

bool has_header(const std::vector<consent::field>& headers, std::string_view name) {
    return std::ranges::any_of(headers, [name](const consent::field& header) {
        return core::iequals(header.first, name);
    });
}

// Per field: what the event says of its visitor, else, for an event that came alone, what the
// request says of itself.
void complete(event::inbound& event, const caller& by, bool alone) {
    auto& who = event.who;
    who.ip = event.from.ip.empty() ? who.ip : event.from.ip;
    who.user_agent = event.from.user_agent.empty() ? who.user_agent : event.from.user_agent;
    if (!alone) {
        return;
    }
    if (event.from.cookie.empty()) {
        event.from.cookie = by.cookie;
    }
    for (const auto& header : by.headers) {
        if (!has_header(event.from.headers, header.first)) {
            event.from.headers.push_back(header);
        }
    }
    who.ip = who.ip.empty() ? by.address : who.ip;
    who.user_agent = who.user_agent.empty() ? by.user_agent : who.user_agent;
}

consent::signals signals_of(const event::inbound& event) {
    consent::signals result;
    result.cookie = event.from.cookie;
    result.headers = event.from.headers;
    result.claims = event.consent.fields;
    result.unreadable_claims = event.consent.unreadable;
    result.claimed_at = event.consent.at;
    result.country = event.from.country;
    result.region = event.from.region;
    result.minor = event.from.minor;
    result.age = event.from.age;
    return result;
}

std::string evidence_of(const consent::decision& decision) {
    core::json::writer out;
    out.begin_object().key("decision").begin_object();
    consent::write_summary(out, decision);
    out.end_object().key("jurisdiction");
    consent::write_jurisdiction(out, decision.jurisdiction);
    out.key("findings");
    consent::write_findings(out, decision);
    out.end_object();
    return out.take();
}

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

pipeline::pipeline(const options& chosen, const consent::gate& gate, tiktok::encoder encoder)
    : options_(chosen), gate_(gate), encoder_(std::move(encoder)) {}

judgement pipeline::judge(event::batch posted, const caller& by, core::wall_time now) {
    judgement result;
    result.warnings = std::move(posted.warnings);
    const bool alone = posted.events.size() == 1;
    for (auto& event : posted.events) {
        if (event.has_error()) {
            verdict rejected;
            rejected.error = event.error();
            result.verdicts.push_back(std::move(rejected));
        } else {
            result.verdicts.push_back(judge_one(*event, by, alone, now, result));
        }
    }
    return result;
}

verdict pipeline::judge_one(event::inbound& event, const caller& by, bool alone,
                            core::wall_time now, judgement& into) {
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
    const auto time = event::event_time(event, now, options_.max_age);
    if (time.has_error()) {
        result.error = time.error();
        return result;
    }
    if (event.id.empty()) {
        result.event_id = made_id(by, event.index, digest_);
        into.warnings.push_back(at_event(event.index, "event_id") +
                                ": absent; one was made, give it to the pixel for deduplication");
    }

    complete(event, by, alone);
    const consent::signals request{.cookie = by.cookie, .headers = by.headers};
    auto decision = gate_.decide(signals_of(event), alone ? nullptr : &request, now);
    const auto permitted = consent::admit(decision, std::move(event));
    if (permitted) {
        into.records.push_back(encoder_.seal(*permitted,
                                             {.pixel = to->id,
                                              .controller = to->controller,
                                              .event_id = result.event_id,
                                              .event_time = *time,
                                              .received = now,
                                              .evidence = evidence_of(decision)},
                                             into.warnings));
        result.record = into.records.size() - 1;
    }
    result.outcome = permitted ? outcome::queued : outcome::dropped;
    result.decision = std::move(decision);
    return result;
}

const pixel* pipeline::find_pixel(std::string_view id) const {
    if (id.empty()) {
        return options_.pixels.size() == 1 ? &options_.pixels.front() : nullptr;
    }
    const auto found = std::ranges::find(options_.pixels, id, &pixel::id);
    return found == options_.pixels.end() ? nullptr : &*found;
}

} // namespace gatepost::ingest
