#include "consent_relay_js.hpp"
#include "intake.hpp"
#include "refusal.hpp"
#include "request.hpp"
#include "tiktok_routes.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/ingest/routes.hpp>

#include <algorithm>
#include <array>

namespace gatepost::ingest {
namespace {

namespace asio = boost::asio;

constexpr std::string_view events_path = "/v1/events";
constexpr std::string_view explain_path = "/v1/explain";
constexpr std::string_view subject_path = "/v1/subject";
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
constexpr route tiktok_route{"/open_api/v1.3", "POST, OPTIONS"};

const route* find_route(std::string_view path) {
    if (tiktok_decoder_of(path) != nullptr) {
        return &tiktok_route;
    }
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

constexpr auto types = "send application/json, a +json type or application/x-ndjson";
constexpr auto tiktok_types = "send application/json or a +json type";

// TikTok's bodies are one JSON object.
bool takes_type(const route& at, std::optional<event::body_format> format) {
    return format && (at.path != tiktok_route.path || *format == event::body_format::json);
}

// A page asks so before it sends anything, and cannot show a token (Fetch, "CORS-preflight").
bool is_preflight(const net::request_head& head) {
    return head.method == "OPTIONS" && head.find("Access-Control-Request-Method");
}

// Pages load it with a script element, which shows no token either.
bool asks_for_script(const net::request_head& head) {
    return head.path() == script_path && (head.method == "GET" || head.method == "HEAD");
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
    : options_(chosen), pipeline_(std::move(judge)), around_(around),
      intake_(std::make_unique<intake>(options_, around)) {}

routes::~routes() = default;

std::optional<net::response> routes::refuse(const net::request_head& head) {
    if (auto refused = options_.door.refuse(head)) {
        return refused;
    }
    if (auto refused = refuse_stranger(head)) {
        return with_cors(head, std::move(*refused));
    }
    const auto* const at = find_route(head.path());
    const auto refuse_with = at == &tiktok_route ? tiktok_refusal : ingest::refusal;
    std::optional<net::response> refused;
    if (at == nullptr) {
        refused = refuse_with({"not_found", "no such route", ""});
    } else if (!takes(*at, head.method)) {
        refused = refuse_with({"method_not_allowed", "this route takes another method", ""});
        refused->headers.emplace_back("Allow", at->allow);
    } else if (head.method == "POST" && !takes_type(*at, format_of(head))) {
        refused = refuse_with({"unsupported_type", at == &tiktok_route ? tiktok_types : types, ""});
    }
    if (refused) {
        return with_cors(head, std::move(*refused));
    }
    return std::nullopt;
}

std::optional<net::response> routes::refuse_stranger(const net::request_head& head) const {
    const bool tiktok = tiktok_decoder_of(head.path()) != nullptr;
    auto refused = options_.door.refuse_stranger(head, tiktok ? "Access-Token" : "");
    if (!refused || asks_for_script(head) ||
        (is_preflight(head) && options_.door.allowed_origin(head))) {
        return std::nullopt;
    }
    if (tiktok) {
        refused->body =
            tiktok_body(401, {"unauthorized", "the Access-Token is not known here", ""});
    }
    return refused;
}

// What the server refuses by itself.
net::response routes::refusal(const net::request_head& head, unsigned status,
                              const core::input_error& error) {
    auto refused = net::error_response(status, error);
    if (tiktok_decoder_of(head.path()) != nullptr) {
        refused.body = tiktok_body(status, error);
    }
    return with_cors(head, std::move(refused));
}

void routes::refused(std::string_view code) {
    around_.metrics.request_refused("ingest", code);
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
        co_return with_cors(head, net::confidential(explain(head, std::move(body))));
    }
    if (tiktok_decoder_of(path) != nullptr) {
        auto answered = co_await tiktok_events(head, std::move(body));
        co_return with_cors(head, std::move(answered));
    }
    if (path != events_path) {
        auto about_visitor =
            co_await around_.visitors.answer(path, caller_of(head, options_), std::move(body));
        if (path == subject_path) {
            about_visitor = net::confidential(std::move(about_visitor));
        }
        co_return with_cors(head, std::move(about_visitor));
    }
    auto answered = co_await events(head, std::move(body));
    co_return with_cors(head, std::move(answered));
}

asio::awaitable<net::response> routes::events(const net::request_head& head, std::string body) {
    const auto begun = std::chrono::steady_clock::now();
    auto ticket = around_.order.event(around_.clock.wall());
    auto posted = event::decode_body(std::move(body), *format_of(head));
    if (posted.has_error()) {
        co_return ingest::refusal(posted.error());
    }
    auto judged = judge(std::move(*posted), head, ticket);
    const auto taken = co_await intake_->take(std::move(judged), std::move(ticket));
    around_.metrics.ingest_took(std::chrono::steady_clock::now() - begun);
    if (taken.has_error()) {
        co_return ingest::refusal(taken.error());
    }
    co_return net::response{.status = status_of(*taken), .body = write_answer(*taken)};
}

asio::awaitable<net::response> routes::tiktok_events(const net::request_head& head,
                                                     std::string body) {
    const auto begun = std::chrono::steady_clock::now();
    auto ticket = around_.order.event(around_.clock.wall());
    auto posted = tiktok_decoder_of(head.path())(std::move(body));
    if (posted.has_error()) {
        co_return tiktok_refusal(posted.error());
    }
    auto judged = judge(std::move(*posted), head, ticket);
    around_.silence.note(judged);
    refuse_as_a_whole(judged);
    const auto taken = co_await intake_->take(std::move(judged), std::move(ticket));
    around_.metrics.ingest_took(std::chrono::steady_clock::now() - begun);
    co_return taken ? tiktok_answer(*taken) : tiktok_refusal(taken.error());
}

net::response routes::explain(const net::request_head& head, std::string body) {
    return explain(*format_of(head), caller_of(head, options_), std::move(body));
}

net::response routes::explain(event::body_format format, const caller& by, std::string body) {
    auto posted = event::decode_body(std::move(body), format);
    if (posted.has_error()) {
        return ingest::refusal(posted.error());
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

judgement routes::judge(event::batch posted, const net::request_head& head,
                        const arrivals::ticket& ticket) {
    const auto held = around_.queue.count();
    const bool events_wait = held.waiting + held.dead > 0 || posted.events.size() > 1 ||
                             around_.order.others_unfinished();
    return pipeline_.judge(std::move(posted), caller_of(head, options_),
                           {.now = around_.clock.wall(),
                            .received = ticket.received(),
                            .events_wait = events_wait,
                            .order = &around_.order});
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
                                 "Authorization, Content-Type, Content-Encoding, "
                                 "Idempotency-Key, X-Consent-Marketing");
            headers.emplace_back("Access-Control-Max-Age", "600");
        }
    }
    return given;
}

} // namespace gatepost::ingest
