#include "intake.hpp"

#include "append.hpp"
#include "react.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace gatepost::ingest {

namespace asio = boost::asio;

namespace {

core::input_error spool_error(const core::error_code& error) {
    if (error == spool::errc::full) {
        return {"spool_full", "the spool is full; nothing was kept, try again", ""};
    }
    if (error == spool::errc::quota) {
        return {"pixel_quota", "the pixel's share of the spool is used up; nothing was kept", ""};
    }
    return {"spool_unavailable", "the spool cannot be written; nothing was kept", ""};
}

void mark_duplicates(judgement& judged, const std::vector<spool::append_status>& statuses) {
    for (auto& each : judged.verdicts) {
        if (each.record && statuses[*each.record] == spool::append_status::duplicate) {
            each.outcome = outcome::duplicate;
        }
    }
}

} // namespace

asio::awaitable<core::input_result<judgement>> intake::take(judgement judged,
                                                            arrivals::ticket ticket) {
    // From here to the queue nothing waits: what a denial elsewhere takes back is in the queue when
    // its sweep begins, or was received after it.
    const auto reactions = std::move(judged.reactions);
    std::shared_ptr<handed_changes> changes;
    if (!reactions.empty()) {
        changes = handed_changes::make(reactions, around_.registry);
    }
    const bool sweeps = takes_back(reactions);
    bool queued = false;
    if (judged.records.empty()) {
        // Not while the registry writes: other denials would think that something is on its way.
        ticket.end();
    } else {
        auto records = std::move(judged.records);
        const auto statuses = co_await append(around_.queue, std::move(records), std::move(ticket));
        if (statuses.has_error()) {
            if (sweeps) {
                around_.sweeps.request();
            }
            co_return spool_error(statuses.error());
        }
        mark_duplicates(judged, *statuses);
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
            co_return core::input_error("registry_unavailable",
                                        "the registry cannot be written; send again", "");
        }
    }
    count(judged);
    record_drops(judged);
    co_return judged;
}

void intake::count(const judgement& judged) {
    for (const auto& each : judged.verdicts) {
        around_.metrics.event(to_string(each.outcome), each.pixel);
        if (each.outcome == outcome::queued) {
            each.identifiers.each(
                [&](std::string_view kind) { around_.metrics.identifier(each.pixel, kind); });
        }
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

void intake::record_drops(const judgement& judged) {
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

std::string_view intake::controller_of(std::string_view pixel) const {
    const auto found = std::ranges::find(options_.pixels, pixel, &pixel::id);
    return found == options_.pixels.end() ? std::string_view() : found->controller;
}

} // namespace gatepost::ingest
