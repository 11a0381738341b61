#include "dead_letters.hpp"
#include "route_table.hpp"
#include "status.hpp"

#include <gatepost/admin/routes.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/net/media_type.hpp>
#include <gatepost/net/within.hpp>

#include <algorithm>
#include <set>
#include <string_view>

namespace gatepost::admin {
namespace {

// A page of the audit trail.
constexpr std::size_t most_decisions = 10'000;

audience audience_of(const std::optional<operators>& own) {
    return own ? audience::operators : audience::probes;
}

std::set<std::string, std::less<>> ids_of(const std::vector<core::pixel_status>& pixels) {
    std::set<std::string, std::less<>> ids;
    for (const auto& each : pixels) {
        ids.insert(each.id);
    }
    return ids;
}

// A page of any site may have a browser post without asking first, but not JSON: it may send three
// other types (Fetch, "CORS-safelisted request-header"), or none. A browser names the page's
// origin.
bool may_be_forged(const net::request_head& head) {
    const auto media = net::media_type(head);
    return media.empty() ? head.find("Origin").has_value() : !net::is_json(media);
}

// Probes of a machine's own (systemd, Docker, Kubernetes) cannot show a token.
bool is_probe(const net::request_head& head) {
    const auto asked = find_page(head.method, head.path(), audience::probes);
    return asked == page::health || asked == page::readiness;
}

bool only_reads(std::string_view method) {
    return method == "GET" || method == "HEAD";
}

} // namespace

routes::routes(surroundings around, std::optional<operators> own)
    : around_(around), operators_(std::move(own)) {}

void routes::use_door(net::door door) {
    if (operators_) {
        operators_->door = std::move(door);
    }
}

std::optional<net::response> routes::refuse(const net::request_head& head) {
    if (operators_) {
        if (auto refused = operators_->door.refuse(head)) {
            return refused;
        }
        if (auto refused = operators_->door.refuse_stranger(head); refused && !is_probe(head)) {
            return refused;
        }
    }
    const auto who = audience_of(operators_);
    if (!is_route(head.path(), who)) {
        return net::error_response(404, {"not_found", "no such route", ""});
    }
    if (!find_page(head.method, head.path(), who)) {
        auto refused =
            net::error_response(405, {"method_not_allowed", "this route takes another method", ""});
        refused.headers.emplace_back("Allow", allowed_methods(head.path(), who));
        return refused;
    }
    if (!only_reads(head.method) && may_be_forged(head)) {
        return net::error_response(415,
                                   {"unsupported_type", "send Content-Type: application/json", ""});
    }
    return std::nullopt;
}

void routes::refused(std::string_view code) {
    around_.metrics.request_refused(operators_ ? "admin" : "metrics", code);
}

boost::asio::awaitable<net::response> routes::answer(const net::request_head& head,
                                                     std::string body) {
    const dead_letter_box box{around_.queue, around_.patience};
    net::response given;
    // refuse() has let the request through, so there is a page.
    switch (find_page(head.method, head.path(), audience_of(operators_)).value()) {
    case page::health:
        co_return net::response{.body = R"({"status":"ok"})"};
    case page::readiness:
        co_return readiness();
    case page::metrics:
        co_return metrics_page();
    case page::status:
        given.body =
            write_status(around_.status.status(), around_.queue.count(), around_.clock.wall());
        break;
    case page::explanation: {
        auto shown = operators_->explainer.explain(std::move(body));
        given.status = shown.status;
        given.body = std::move(shown.body);
        break;
    }
    case page::decisions:
        given = co_await decisions(head);
        break;
    case page::dead_letters:
        given = co_await list_dead_letters(box, head);
        break;
    case page::replay: {
        replay_rules rules{operators_->registry, ids_of(around_.status.status().pixels)};
        given = co_await replay_dead_letters(box, std::move(rules), std::move(body));
        break;
    }
    case page::removal:
        given = co_await remove_dead_letters(box, std::move(body));
        break;
    case page::resumption:
        given = resume(*pixel_in(head.path()));
        break;
    }
    co_return net::confidential(std::move(given));
}

boost::asio::awaitable<net::response> routes::decisions(const net::request_head& head) const {
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
    const auto read = co_await net::within<lines>(around_.patience, start);
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
