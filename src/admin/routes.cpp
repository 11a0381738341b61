#include "status.hpp"

#include <gatepost/admin/routes.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/net/within.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace gatepost::admin {
namespace {

struct route {
    std::string_view path;
    std::string_view allow;
    bool for_probes; // also on the listener of probes and scrapes
};
constexpr std::array all_routes{
    route{"/healthz", "GET, HEAD", true}, route{"/readyz", "GET, HEAD", true},
    route{"/metrics", "GET, HEAD", true}, route{"/v1/status", "GET, HEAD", false},
    route{"/v1/explain", "POST", false},  route{"/v1/decisions", "GET, HEAD", false}};
constexpr route resume_route{"/v1/pixels/{id}/resume", "POST", false};

// The pixel that a path of resume_route names, as it stands there; nullopt for any other path.
std::optional<std::string_view> pixel_of(std::string_view path) {
    constexpr std::string_view before = "/v1/pixels/";
    constexpr std::string_view after = "/resume";
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
        !path.ends_with(after)) {
        return std::nullopt;
    }
    path.remove_prefix(before.size());
    path.remove_suffix(after.size());
    return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

const route* find_route(std::string_view path) {
    if (pixel_of(path)) {
        return &resume_route;
    }
    const auto* const at = std::ranges::find(all_routes, path, &route::path);
    return at == all_routes.end() ? nullptr : at;
}

// A page of the audit trail.
constexpr std::size_t most_decisions = 10'000;
constexpr std::chrono::seconds patience{10};

} // namespace

routes::routes(surroundings around, std::optional<operators> own)
    : around_(around), operators_(std::move(own)) {}

std::optional<net::response> routes::refuse(const net::request_head& head) {
    if (operators_) {
        if (auto refused = operators_->door.refuse(head)) {
            return refused;
        }
    }
    const auto* const at = find_route(head.path());
    if (at == nullptr || !(at->for_probes || operators_)) {
        return net::error_response(404, {"not_found", "no such route", ""});
    }
    const bool reads = at->allow.starts_with("GET");
    if (reads ? head.method != "GET" && head.method != "HEAD" : head.method != "POST") {
        auto refused =
            net::error_response(405, {"method_not_allowed", "this route takes another method", ""});
        refused.headers.emplace_back("Allow", at->allow);
        return refused;
    }
    return std::nullopt;
}

boost::asio::awaitable<net::response> routes::answer(const net::request_head& head,
                                                     std::string body) {
    const auto path = head.path();
    if (path == "/metrics") {
        co_return metrics_page();
    }
    if (path == "/readyz") {
        co_return readiness();
    }
    if (path == "/v1/status") {
        co_return net::response{.body = write_status(around_.status.status(), around_.queue.count(),
                                                     around_.clock.wall())};
    }
    if (path == "/v1/explain") {
        auto shown = operators_->explainer.explain(std::move(body));
        co_return net::response{.status = shown.status, .body = std::move(shown.body)};
    }
    if (path == "/v1/decisions") {
        auto page = co_await decisions(head);
        co_return page;
    }
    if (const auto pixel = pixel_of(path)) {
        co_return resume(*pixel);
    }
    co_return net::response{.body = R"({"status":"ok"})"};
}

boost::asio::awaitable<net::response> routes::decisions(const net::request_head& head) {
    const auto since = core::parse_integer<std::int64_t>(head.query("since").value_or("0"));
    const auto limit = core::parse_integer<std::size_t>(head.query("limit").value_or("100"));
    if (!since || *since < 0 || !limit || *limit == 0 || *limit > most_decisions) {
        co_return net::error_response(
            422, {"invalid_query", "since takes seconds since 1970, limit 1 to 10000", ""});
    }
    using lines = core::result<std::vector<std::string>>;
    const auto from = core::wall_time(std::chrono::seconds(*since));
    auto start = [&](std::function<void(lines)> finished) {
        operators_->trail.read(from, *limit, std::move(finished));
    };
    const auto read = co_await net::within<lines>(patience, start);
    if (!read || read->has_error()) {
        co_return net::error_response(503,
                                      {"audit_unavailable", "the audit trail cannot be read", ""});
    }
    core::json::writer out;
    out.begin_object().key("decisions").begin_array();
    for (const auto& line : **read) {
        out.raw(line);
    }
    out.end_array().end_object();
    co_return net::response{.body = out.take()};
}

net::response routes::resume(std::string_view pixel) {
    if (!operators_->pixels.resume(core::percent_decode(pixel))) {
        return net::error_response(404, {"not_found", "no such pixel is configured", ""});
    }
    return {.body = R"({"resumed":true})"};
}

// The spool's gauges are read when they are asked for: between two scrapes nobody sees them.
net::response routes::metrics_page() {
    const auto held = around_.queue.count();
    const auto oldest = held.oldest
                            ? std::chrono::duration<double>(around_.clock.wall() - *held.oldest)
                            : std::chrono::duration<double>(0);
    around_.metrics.registry_keys(around_.status.status().registry_keys);
    around_.metrics.spool({.waiting = held.waiting - std::min(held.waiting, held.leased),
                           .leased = held.leased,
                           .dead = held.dead,
                           .bytes = held.bytes,
                           .oldest_seconds = oldest.count()});
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = around_.metrics.render()};
}

// A full spool is no reason to take the daemon out of service: what waits must drain.
net::response routes::readiness() const {
    const auto now = around_.status.ready();
    core::json::writer out;
    out.begin_object().member("status", to_string(now.phase));
    out.member("spool", now.spool_full ? "full" : "ok").end_object();
    return {.status = now.phase == core::phase::running ? 200U : 503U, .body = out.take()};
}

} // namespace gatepost::admin
