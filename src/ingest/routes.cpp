#include "append.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/ingest/routes.hpp>

#include <algorithm>
#include <array>

namespace gatepost::ingest {
namespace {

namespace asio = boost::asio;

constexpr std::string_view events_path = "/v1/events";
constexpr std::string_view explain_path = "/v1/explain";

// Which HTTP status an error about the whole request has; the one place that says so.
unsigned status_of(std::string_view code) {
    struct row {
        std::string_view code;
        unsigned status;
    };
    static constexpr std::array table{
        row{"invalid_json", 400},    row{"invalid_body", 400},       row{"empty_list", 422},
        row{"too_many_events", 413}, row{"spool_full", 503},         row{"spool_unavailable", 503},
        row{"not_found", 404},       row{"method_not_allowed", 405}, row{"unsupported_type", 415}};
    const auto* const found = std::ranges::find(table, code, &row::code);
    return found == table.end() ? 500 : found->status;
}

net::response refusal(const core::input_error& error) {
    auto result = net::error_response(status_of(error.code), error);
    if (result.status == 503) {
        result.headers.emplace_back("Retry-After", "5");
    }
    return result;
}

net::response refusal(const core::error_code& error) {
    return error == spool::errc::full
               ? refusal(core::input_error("spool_full",
                                           "the spool is full; nothing was kept, try again", ""))
               : refusal(core::input_error("spool_unavailable",
                                           "the spool cannot be written; nothing was kept", ""));
}

// The media type without its parameters, in lower case; no Content-Type counts as JSON.
std::optional<event::body_format> format_of(const net::request_head& head) {
    const auto type = head.find("Content-Type").value_or("");
    const auto media = core::lower(core::trim(type.substr(0, type.find(';'))));
    if (media == "application/x-ndjson") {
        return event::body_format::ndjson;
    }
    const bool json = media.empty() || media == "application/json" ||
                      (media.starts_with("application/") && media.ends_with("+json"));
    return json ? std::optional(event::body_format::json) : std::nullopt;
}

caller caller_of(const net::request_head& head, const options& chosen) {
    caller result;
    std::string hops; // several headers of that name are one list (RFC 9110 section 5.3)
    for (const auto& [name, value] : head.headers) {
        if (core::iequals(name, "Cookie")) {
            result.cookie.append(result.cookie.empty() ? "" : "; ").append(value);
            continue;
        }
        if (core::iequals(name, "X-Forwarded-For")) {
            hops.append(hops.empty() ? "" : ",").append(value);
        }
        result.headers.emplace_back(name, value);
    }
    if (head.count("X-Forwarded-For") > 0) {
        result.address = net::client_address(hops, chosen.trusted_proxies).value_or("");
        result.user_agent = head.find("User-Agent").value_or("");
    }
    result.idempotency_key = head.find("Idempotency-Key").value_or("");
    return result;
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

} // namespace

routes::routes(const options& chosen, pipeline judge, spool::queue& queue, const core::clock& clock,
               observe::metrics& metrics)
    : options_(chosen), pipeline_(std::move(judge)), queue_(queue), clock_(clock),
      metrics_(metrics) {}

std::optional<net::response> routes::refuse(const net::request_head& head) {
    if (auto refused = options_.door.refuse(head)) {
        return refused;
    }
    const auto path = head.path();
    std::optional<net::response> refused;
    if (path != events_path && path != explain_path) {
        refused = refusal({"not_found", "no such route", ""});
    } else if (head.method == "OPTIONS") {
        return std::nullopt;
    } else if (head.method != "POST") {
        refused = refusal({"method_not_allowed", "this route takes POST", ""});
        refused->headers.emplace_back("Allow", "POST, OPTIONS");
    } else if (!format_of(head)) {
        refused = refusal({"unsupported_type",
                           "send application/json, a +json type or application/x-ndjson", ""});
    }
    if (refused) {
        return with_cors(head, std::move(*refused));
    }
    return std::nullopt;
}

asio::awaitable<net::response> routes::answer(const net::request_head& head, std::string body) {
    if (head.method == "OPTIONS") {
        co_return with_cors(head, {.status = 204, .headers = {{"Allow", "POST, OPTIONS"}}});
    }
    if (head.path() == explain_path) {
        co_return with_cors(head, explain(head, std::move(body)));
    }
    auto answered = co_await events(head, std::move(body));
    co_return with_cors(head, std::move(answered));
}

asio::awaitable<net::response> routes::events(const net::request_head& head, std::string body) {
    const auto begun = std::chrono::steady_clock::now();
    auto judged = judge(head, std::move(body));
    if (judged.has_error()) {
        co_return refusal(judged.error());
    }
    if (!judged->records.empty()) {
        auto records = std::move(judged->records);
        const auto statuses = co_await append(queue_, std::move(records));
        if (statuses.has_error()) {
            co_return refusal(statuses.error());
        }
        for (auto& each : judged->verdicts) {
            if (each.record && (*statuses)[*each.record] == spool::append_status::duplicate) {
                each.outcome = outcome::duplicate;
            }
        }
    }
    count(*judged);
    metrics_.ingest_took(std::chrono::steady_clock::now() - begun);
    co_return net::response{.status = status_of(*judged), .body = write_answer(*judged)};
}

net::response routes::explain(const net::request_head& head, std::string body) {
    const auto judged = judge(head, std::move(body));
    if (judged.has_error()) {
        return refusal(judged.error());
    }
    return {.status = status_of(*judged) == 422 ? 422U : 200U,
            .body = write_explanation(*judged, options_)};
}

core::input_result<judgement> routes::judge(const net::request_head& head, std::string body) {
    auto posted = event::decode_body(std::move(body), *format_of(head));
    if (posted.has_error()) {
        return posted.error();
    }
    return pipeline_.judge(std::move(*posted), caller_of(head, options_), clock_.wall());
}

void routes::count(const judgement& judged) {
    for (const auto& each : judged.verdicts) {
        metrics_.event(to_string(each.outcome), each.pixel);
        if (!each.decision) {
            continue;
        }
        metrics_.decision(to_string(each.decision->action), to_string(each.decision->rule),
                          each.decision->format);
        for (const auto& [granted, denied] : consent::conflicts(*each.decision)) {
            metrics_.conflict(granted, denied);
        }
    }
}

net::response routes::with_cors(const net::request_head& head, net::response given) const {
    if (const auto origin = options_.door.allowed_origin(head)) {
        auto& headers = given.headers;
        headers.emplace_back("Access-Control-Allow-Origin", *origin);
        headers.emplace_back("Access-Control-Allow-Credentials", "true");
        headers.emplace_back("Vary", "Origin");
        if (head.method == "OPTIONS") {
            headers.emplace_back("Access-Control-Allow-Methods", "POST");
            headers.emplace_back("Access-Control-Allow-Headers",
                                 "Content-Type, Content-Encoding, Idempotency-Key, "
                                 "X-Consent-Marketing");
            headers.emplace_back("Access-Control-Max-Age", "600");
        }
    }
    return given;
}

} // namespace gatepost::ingest
