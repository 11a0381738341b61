#include "settler.hpp"

#include <gatepost/observe/log.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace gatepost::relay {
namespace {

using core::outcome;

spool::settlement as_dead(const spool::leased_record& record, const core::delivery& answer) {
    return {.id = record.id,
            .how = spool::settled_as::dead,
            .reason = std::string(answer.dead_reason),
            .code = answer.code,
            .message = answer.message,
            .request_id = answer.request_id,
            .attempts = record.attempts + 1};
}

// Somebody who was erased while their event was on its way gets no new link to it.
bool is_erased(const ledger::registry& registry, const spool::leased_record& record) {
    if (registry.empty()) {
        return false;
    }
    const auto held = registry.entries(record.controller, record.subjects);
    return std::ranges::any_of(
        held, [](const ledger::entry& each) { return each.said == ledger::choice::erased; });
}

} // namespace

settler::settler(const surroundings& around, std::string pixel,
                 std::chrono::seconds duplicate_window)
    : around_(around), pixel_(std::move(pixel)), duplicate_window_(duplicate_window) {}

places settler::withdraw(const batch& records, const places& chosen) {
    places forbidden;
    std::vector<spool::settlement> settled;
    for (const auto place : chosen) {
        const auto& record = records[place];
        if (around_.registry.forbids(
                {record.controller, record.subjects, record.received, record.evidence})) {
            forbidden.push_back(place);
            settled.push_back({.id = record.id, .how = spool::settled_as::withdrawn});
        }
    }
    if (!settled.empty()) {
        observe::log(observe::level::info, "events were withdrawn before they were sent",
                     {{"pixel", pixel_}, {"events", settled.size()}});
        around_.queue.settle(pixel_, std::move(settled));
    }
    return forbidden;
}

std::uint64_t settler::settle(const batch& records, const places& sent,
                              const core::delivery& answer) {
    std::vector<spool::settlement> settled;
    std::uint64_t delivered = 0;
    std::uint64_t late = 0;
    const auto window_start = core::to_seconds(around_.clock.wall()) - duplicate_window_;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto& record = records[sent[i]];
        if (answer.records[i] == outcome::delivered) {
            settled.push_back({.id = record.id, .how = spool::settled_as::delivered});
            ++delivered;
            late += record.event_time < window_start ? 1 : 0;
        } else if (answer.records[i] == outcome::dead) {
            settled.push_back(as_dead(record, answer));
            observe::log(observe::level::warn, "an event became a dead letter",
                         {{"pixel", pixel_},
                          {"reason", answer.dead_reason},
                          {"code", answer.code},
                          {"request_id", answer.request_id}});
        }
    }
    if (delivered > 0) {
        around_.metrics.delivered(pixel_, delivered);
    }
    if (late > 0) {
        around_.metrics.late(pixel_, late);
    }
    if (!settled.empty()) {
        write_down(records, sent, answer);
        around_.queue.settle(pixel_, std::move(settled));
    }
    return delivered;
}

void settler::write_down(const batch& records, const places& sent, const core::delivery& answer) {
    if (around_.trail.records() == ledger::audit_record::none) {
        return;
    }
    std::vector<ledger::audit_entry> entries;
    entries.reserve(sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const bool delivered = answer.records[i] == outcome::delivered;
        if (!delivered && answer.records[i] != outcome::dead) {
            continue;
        }
        const auto& record = records[sent[i]];
        std::span<const core::subject_key> linked = record.subjects;
        if (is_erased(around_.registry, record)) {
            linked = {};
        }
        entries.push_back({.outcome = delivered ? "delivered" : "refused",
                           .pixel = pixel_,
                           .event = record.event,
                           .event_id = record.event_id,
                           .controller = record.controller,
                           .evidence = record.evidence,
                           .subjects = linked,
                           .received = record.received,
                           .request_id = answer.request_id,
                           .code = answer.code});
    }
    around_.trail.append(entries);
}

} // namespace gatepost::relay
