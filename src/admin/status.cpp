#include "status.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/version.hpp>

#include <algorithm>

namespace gatepost::admin {
namespace {

using core::json::writer;

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

void write_spool(writer& out, const spool::totals& held, core::wall_time now) {
    out.key("spool").begin_object();
    out.member("waiting", number(held.waiting - std::min(held.waiting, held.leased)));
    out.member("leased", number(held.leased));
    out.member("dead", number(held.dead));
    out.member("bytes", number(held.bytes));
    const auto age = held.oldest ? core::to_seconds(now) - core::to_seconds(*held.oldest)
                                 : std::chrono::seconds(0);
    out.member("oldest_seconds", std::int64_t{std::max(age, std::chrono::seconds(0)).count()});
    out.member("full", held.full);
    if (held.to_encrypt_anew > 0) {
        out.member("to_encrypt_anew", number(held.to_encrypt_anew));
    }
    out.end_object();
}

void write_last(writer& out, const core::last_answer& last) {
    out.key("last_answer").begin_object();
    out.member("outcome", last.outcome).member("code", last.code);
    out.member("request_id", last.request_id);
    if (!last.detail.empty()) {
        out.member("detail", last.detail);
    }
    out.member("at", std::int64_t{core::to_seconds(last.at).time_since_epoch().count()});
    out.end_object();
}

// A site whose strings never name the vendor will never have its consent.
void write_tcf(writer& out, const core::pixel_status& pixel) {
    out.key("tcf").begin_object();
    out.member("disclosed", number(pixel.tcf_disclosed));
    out.member("not_disclosed", number(pixel.tcf_not_disclosed));
    out.member("unreadable", number(pixel.tcf_unreadable));
    if (pixel.tcf_never_disclosed) {
        out.member("warning", "no TC string discloses the vendor of consent.tcf.vendor: the "
                              "consent platform does not ask for it");
    }
    out.end_object();
}

void write_pixel(writer& out, const core::pixel_status& pixel) {
    out.begin_object();
    out.member("id", pixel.id).member("source", pixel.source);
    out.member("mode", pixel.observes ? "observe" : "send").member("controller", pixel.controller);
    out.member("waiting", number(pixel.waiting)).member("leased", number(pixel.leased));
    out.member("delivered", number(pixel.delivered)).member("breaker", pixel.breaker);
    out.key("rate").number(pixel.rate);
    if (!pixel.paused.empty()) {
        out.member("paused", pixel.paused);
    }
    if (pixel.last) {
        write_last(out, *pixel.last);
    }
    write_tcf(out, pixel);
    out.end_object();
}

} // namespace

std::string write_status(const core::daemon_status& daemon, const spool::totals& held,
                         core::wall_time now) {
    writer out;
    out.begin_object();
    out.member("version", core::version).member("commit", core::commit);
    out.member("status", to_string(daemon.ready.phase));
    out.member("uptime_seconds", std::int64_t{daemon.uptime.count()});
    write_spool(out, held, now);
    out.member("registry_keys", number(daemon.registry_keys));
    out.key("pixels").begin_array();
    for (const auto& pixel : daemon.pixels) {
        write_pixel(out, pixel);
    }
    out.end_array().end_object();
    return out.take();
}

std::string_view to_string(core::phase phase) {
    switch (phase) {
    case core::phase::starting:
        return "starting";
    case core::phase::running:
        return "ready";
    case core::phase::draining:
        break;
    }
    return "draining";
}

} // namespace gatepost::admin
