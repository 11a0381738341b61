#include <gatepost/core/text.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/net/address.hpp>

#include <algorithm>
#include <span>

namespace gatepost::ingest {
namespace {

std::string at_event(std::size_t index, std::string_view field) {
    return "/events/" + std::to_string(index) + "/" + std::string(field);
}

bool names(std::span<const consent::field> headers, std::string_view name) {
    return std::ranges::any_of(headers, [name](const consent::field& header) {
        return core::iequals(header.first, name);
    });
}

// What the event says of its visitor: a Cookie header may stand among the headers too.
std::string cookies_of(const event::visitor& from) {
    std::string all(from.cookie);
    for (const auto& [name, value] : from.headers) {
        if (core::iequals(name, "Cookie")) {
            all.append(all.empty() ? "" : "; ").append(value);
        }
    }
    return all;
}

// Per field: what the event says of its visitor, else, for an event that came alone, what the
// request says of itself. `cookies` holds the text that the event's cookie points to.
void complete(event::inbound& event, const caller& by, bool alone, std::string& cookies) {
    auto& from = event.from;
    auto& who = event.who;
    who.ip = from.ip.empty() ? who.ip : from.ip;
    who.user_agent = from.user_agent.empty() ? who.user_agent : from.user_agent;
    const bool speaks = from.cookie_given || names(from.headers, "Cookie");
    cookies = cookies_of(from);
    from.cookie = alone && !speaks ? std::string_view(by.cookie) : cookies;
    if (!alone) {
        return;
    }
    const auto own = from.headers.size();
    for (const auto& header : by.headers) {
        // Every copy of a header that the event does not name itself.
        if (!names(std::span(from.headers).first(own), header.first)) {
            from.headers.push_back(header);
        }
    }
    who.ip = who.ip.empty() ? by.address : who.ip;
    who.user_agent = who.user_agent.empty() ? by.user_agent : who.user_agent;
}

// What TikTok would refuse, and a whole batch with it.
void leave_out_unusable(event::inbound& event, std::vector<std::string>& warnings) {
    if (!event.who.ip.empty() && !net::is_ip_address(event.who.ip)) {
        event.who.ip = {};
        warnings.push_back(at_event(event.index, "visitor/ip") + ": no IP address; left out");
    }
    if (!core::is_utf8(event.who.user_agent)) {
        event.who.user_agent = {};
        warnings.push_back(at_event(event.index, "visitor/user_agent") + ": not UTF-8; left out");
    }
}

bool is_unreadable(const event::claims& claims, std::string_view field) {
    return std::ranges::find(claims.unreadable, field) != claims.unreadable.end();
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

// Names what was neither granted nor denied: the application means something that it does not say.
void warn_of_words(const event::inbound& event, const consent::decision& decision,
                   std::vector<std::string>& warnings) {
    for (const auto& [name, value] : event.consent.fields) {
        if (name == "marketing" && !is_unreadable(event.consent, name) &&
            !consent::gate::is_verdict(value)) {
            warnings.push_back(at_event(event.index, "consent/marketing") +
                               ": neither granted nor denied; unreadable");
        }
    }
    for (const auto& found : decision.findings) {
        if (found.from == consent::origin::header && found.state == consent::state::unreadable) {
            warnings.push_back(at_event(event.index, "visitor/headers") + ": " + found.source +
                               " is neither granted nor denied; unreadable");
        }
    }
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

    std::string cookies;
    complete(event, by, alone, cookies);
    leave_out_unusable(event, into.warnings);
    const consent::signals request{.cookie = by.cookie, .headers = by.headers};
    auto decision = gate_.decide(signals_of(event), alone ? nullptr : &request, now);
    warn_of_words(event, decision, into.warnings);
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
