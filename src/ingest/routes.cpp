#include "append.hpp"
#include "consent_relay_js.hpp"
#include "react.hpp"
#include "refusal.hpp"
#include "request.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/ingest/routes.hpp>

#include <algorithm>
#include <array>

namespace gatepost::ingest {
namespace {

namespace asio = boost::asio;

constexpr std::string_view events_path = "/v1/events";
constexpr std::string_view explain_path = "/v1/explain";
constexpr std::string_view script_path = "/consent-relay.js";

// Each path and the methods it takes.
struct route {
    std::string_view path;
    std::string_view allow;
};
constexpr std::array routes_table{
    route{events_path, "POST, OPTIONS"},   route{explain_path, "POST, OPTIONS"},
    route{"/v1/consent", "POST, OPTIONS"}, route{"/v1/erasure", "POST, OPTIONS"},
    route{"/v1/subject", "POST, OPTIONS"}, route{script_path, "GET, HEAD, OPTIONS"}};

const route* find_route(std::string_view path) {
    const auto* const found = std::ranges::find(routes_table, path, &route::path);
    return found == routes_table.end() ? nullptr : found;
}

bool takes(const route& at, std::string_view method) {
    for (auto rest = at.allow; !rest.empty();) {
        if (core::trim(core::next_field(rest, ',')) == method) {
            return true;
        }
    }
    return false;
}

net::response spool_refusal(const core::error_code& error) {
    return error == spool::errc::full
               ? refusal(core::input_error("spool_full",
                                           "the spool is full; nothing was kept, try again", ""))
               : refusal(core::input_error("spool_unavailable",
                                           "the spool cannot be written; nothing was kept", ""));
}

unsigned status_of(const judgement& judged) {
    const auto is = [](outcome wanted) {
        return [wanted](const verdict& each) { return each.outcome == wanted; };
    };
    if (std::ranges::any_of(judged.verdicts, is(outcome::queued))) {
        return 202;
    }
    return std::ranges::all_of(judged.verdicts, is(outcome::rejected)) ? 422 : 200;
}

arrival explained_at(core::wall_time now) {
    return {.now = now, .received = now, .events_wait = false};
}

} // namespace

routes::routes(const options& chosen, pipeline judge, surroundings around)
    : options_(chosen), pipeline_(std::move(judge)), around_(around) {}

std::optional<net::response> routes::refuse(const net::request_head& head) {
    if (auto refused = options_.door.refuse(head)) {
        return refused;
    }
    const auto* const at = find_route(head.path());
    std::optional<net::response> refused;
    if (at == nullptr) {
        refused = refusal({"not_found", "no such route", ""});
    } else if (!takes(*at, head.method)) {
        refused = refusal({"method_not_allowed", "this route takes another method", ""});
        refused->headers.emplace_back("Allow", at->allow);
    } else if (head.method == "POST" && !format_of(head)) {
        refused = refusal({"unsupported_type",
                           "send application/json, a +json type or application/x-ndjson", ""});
    }
    if (refused) {
        return with_cors(head, std::move(*refused));
    }
    return std::nullopt;
}

asio::awaitable<net::response> routes::answer(const net::request_head& head, std::string body) {
    const auto path = head.path();
    if (head.method == "OPTIONS") {
        const auto allow = std::string(find_route(path)->allow);
        co_return with_cors(head, {.status = 204, .headers = {{"Allow", allow}}});
    }
    if (path == script_path) {
        co_return with_cors(head, {.content_type = "text/javascript; charset=utf-8",
                                   .body = std::string(consent_relay_js()),
                                   .headers = {{"Cache-Control", "public, max-age=3600"}}});
    }
    if (path == explain_path) {
        co_return with_cors(head, explain(head, std::move(body)));
    }
    if (path != events_path) {
        auto about_visitor =
            co_await around_.visitors.answer(path, caller_of(head, options_), std::move(body));
        co_return with_cors(head, std::move(about_visitor));
    }
    auto answered = co_await events(head, std::move(body));
    co_return with_cors(head, std::move(answered));
}

asio::awaitable<net::response> routes::events(const net::request_head& head, std::string body) {
    const auto begun = std::chrono::steady_clock::now();
    auto ticket = around_.order.event(around_.clock.wall());
    auto judged = judge(head, std::move(body), ticket);
    if (judged.has_error()) {
        co_return refusal(judged.error());
    }
    // From here to the queue nothing waits: what a denial elsewhere takes back is in the queue when
    // its sweep begins, or was received after it.
    const auto reactions = std::move(judged->reactions);
    std::shared_ptr<handed_changes> changes;
    if (!reactions.empty()) {
        changes = handed_changes::make(reactions, around_.registry);
    }
    const bool sweeps = takes_back(reactions);
    bool queued = false;
    if (judged->records.empty()) {
        // Not while the registry writes: other denials would think that something is on its way.
        ticket.end();
    } else {
        auto records = std::move(judged->records);
        const auto statuses = co_await append(around_.queue, std::move(records), std::move(ticket));
        if (statuses.has_error()) {
            if (sweeps) {
                around_.sweeps.request();
            }
            co_return spool_refusal(statuses.error());
        }
        for (auto& each : judged->verdicts) {
            if (each.record && (*statuses)[*each.record] == spool::append_status::duplicate) {
                each.outcome = outcome::duplicate;
            }
        }
        queued = true;
    }
    if (sweeps) {
        // After the append: a list may hold an event and, further down, its visitor's refusal.
        around_.sweeps.request();
    }
    if (changes) {
        // In effect already, and tried again until it is on disk. What was queued is not refused
        // for it: the application would send it again, under another id.
        const bool kept = co_await handed_changes::kept(changes);
        if (!kept && !queued) {
            co_return refusal(core::input_error("registry_unavailable",
                                                "the registry cannot be written; send again", ""));
        }
    }
    count(*judged);
    record_drops(*judged);
    around_.metrics.ingest_took(std::chrono::steady_clock::now() - begun);
    co_return net::response{.status = status_of(*judged), .body = write_answer(*judged)};
}

net::response routes::explain(const net::request_head& head, std::string body) {
    return explain(*format_of(head), caller_of(head, options_), std::move(body));
}

net::response routes::explain(event::body_format format, const caller& by, std::string body) {
    auto posted = event::decode_body(std::move(body), format);
    if (posted.has_error()) {
        return refusal(posted.error());
    }
    const auto judged = pipeline_.judge(std::move(*posted), by, explained_at(around_.clock.wall()));
    return {.status = status_of(judged) == 422 ? 422U : 200U,
            .body = write_explanation(judged, options_)};
}

// An operator's own request says nothing about a visitor.
core::explanation routes::explain(std::string body) {
    auto shown = explain(event::body_format::json, {}, std::move(body));
    return {.status = shown.status, .body = std::move(shown.body)};
}

core::input_result<judgement> routes::judge(const net::request_head& head, std::string body,
                                            const arrivals::ticket& ticket) {
    auto posted = event::decode_body(std::move(body), *format_of(head));
    if (posted.has_error()) {
        return posted.error();
    }
    const auto held = around_.queue.count();
    const bool events_wait = held.waiting + held.dead > 0 || posted->events.size() > 1 ||
                             around_.order.others_unfinished();
    return pipeline_.judge(std::move(*posted), caller_of(head, options_),
                           {.now = around_.clock.wall(),
                            .received = ticket.received(),
                            .events_wait = events_wait,
                            .order = &around_.order});
}

void routes::count(const judgement& judged) {
    for (const auto& each : judged.verdicts) {
        around_.metrics.event(to_string(each.outcome), each.pixel);
        if (!each.decision) {
            continue;
        }
        if (each.disclosed) {
            around_.metrics.tcf_string(each.pixel, to_string(*each.disclosed));
            around_.watch.note(each.pixel, *each.disclosed);
        }
        around_.metrics.decision(to_string(each.decision->action), to_string(each.decision->rule),
                                 each.decision->format);
        for (const auto& [granted, denied] : consent::conflicts(*each.decision)) {
            around_.metrics.conflict(granted, denied);
        }
    }
}

void routes::record_drops(const judgement& judged) {
    if (!options_.audit_drops) {
        return;
    }
    std::vector<ledger::audit_entry> entries;
    for (const auto& each : judged.verdicts) {
        if (each.outcome == outcome::dropped) {
            entries.push_back({.outcome = "dropped",
                               .pixel = each.pixel,
                               .event = each.event,
                               .event_id = each.event_id,
                               .controller = controller_of(each.pixel),
                               .evidence = each.evidence,
                               .received = around_.clock.wall()});
        }
    }
    if (!entries.empty()) {
        around_.trail.append(entries);
    }
}

std::string_view routes::controller_of(std::string_view pixel) const {
    const auto found = std::ranges::find(options_.pixels, pixel, &pixel::id);
    return found == options_.pixels.end() ? std::string_view() : found->controller;
}

net::response routes::with_cors(const net::request_head& head, net::response given) const {
    if (const auto origin = options_.door.allowed_origin(head)) {
        auto& headers = given.headers;
        headers.emplace_back("Access-Control-Allow-Origin", *origin);
        headers.emplace_back("Access-Control-Allow-Credentials", "true");
        headers.emplace_back("Vary", "Origin");
        if (head.method == "OPTIONS") {
            headers.emplace_back("Access-Control-Allow-Methods", "GET, POST");
            headers.emplace_back("Access-Control-Allow-Headers",
                                 "Content-Type, Content-Encoding, Idempotency-Key, "
                                 "X-Consent-Marketing");
            headers.emplace_back("Access-Control-Max-Age", "600");
        }
    }
    return given;
}

} // namespace gatepost::ingest
