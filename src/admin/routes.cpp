#include <gatepost/admin/routes.hpp>
#include <gatepost/core/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace gatepost::admin {
namespace {

constexpr std::array<std::string_view, 3> paths{"/healthz", "/readyz", "/metrics"};

std::string_view to_string(core::phase phase) {
    switch (phase) {
    case core::phase::starting:
        return "starting";
    case core::phase::running:
        return "ready";
    case core::phase::draining:
        return "draining";
    }
    return "starting";
}

} // namespace

routes::routes(std::optional<net::door> door, const core::status_source& status,
               const spool::queue& queue, const core::clock& clock, observe::metrics& metrics)
    : door_(std::move(door)), status_(status), queue_(queue), clock_(clock), metrics_(metrics) {}

std::optional<net::response> routes::refuse(const net::request_head& head) {
    if (door_) {
        if (auto refused = door_->refuse(head)) {
            return refused;
        }
    }
    if (std::ranges::find(paths, head.path()) == paths.end()) {
        return net::error_response(404, {"not_found", "no such route", ""});
    }
    if (head.method != "GET" && head.method != "HEAD") {
        auto refused = net::error_response(405, {"method_not_allowed", "this route takes GET", ""});
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    return std::nullopt;
}

boost::asio::awaitable<net::response> routes::answer(const net::request_head& head, std::string) {
    if (head.path() == "/metrics") {
        co_return metrics_page();
    }
    if (head.path() == "/readyz") {
        co_return readiness();
    }
    co_return net::response{.body = R"({"status":"ok"})"};
}

// The spool's gauges are read when they are asked for: between two scrapes nobody sees them.
net::response routes::metrics_page() {
    const auto held = queue_.count();
    const auto oldest = held.oldest ? std::chrono::duration<double>(clock_.wall() - *held.oldest)
                                    : std::chrono::duration<double>(0);
    metrics_.spool({.waiting = held.waiting - std::min(held.waiting, held.leased),
                    .leased = held.leased,
                    .dead = held.dead,
                    .bytes = held.bytes,
                    .oldest_seconds = oldest.count()});
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_.render()};
}

// A full spool is no reason to take the daemon out of service: what waits must drain.
net::response routes::readiness() const {
    const auto now = status_.ready();
    core::json::writer out;
    out.begin_object().member("status", to_string(now.phase));
    out.member("spool", now.spool_full ? "full" : "ok").end_object();
    return {.status = now.phase == core::phase::running ? 200U : 503U, .body = out.take()};
}

} // namespace gatepost::admin
