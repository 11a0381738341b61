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
               const observe::metrics& metrics)
    : door_(std::move(door)), status_(status), metrics_(metrics) {
}

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
        co_return net::response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                .body = metrics_.render()};
    }
    if (head.path() == "/readyz") {
        co_return readiness();
    }
    co_return net::response{.body = R"({"status":"ok"})"};
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
