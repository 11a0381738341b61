#include "settler.hpp"

#include <gatepost/observe/log.hpp>

#include <algorithm>
#include <iterator>
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
bool is_erased(const ledger::registry& registry, const std::string& pixel,
               const spool::leased_record& record) {
    if (registry.empty()) {
        return false;
    }
    const auto controllers = registry.controllers_of(pixel, record.controller);
    return std::ranges::any_of(controllers, [&](const std::string& controller) {
        const auto held = registry.entries(controller, record.subjects);
        return std::ranges::find(held, ledger::choice::erased, &ledger::entry::said) != held.end();
    });
}

} // namespace

// The registry is asked first and the queue second. Of a denial seen on another event nothing is
// left in the registry once a sweep has been through the spool, so neither alone would do:
//   - the registry still forbids the event: it is left out;
//   - the registry has forgotten the denial: the sweep was over by then. It was shown the event,
//     which was in the spool when the sweep began, and found it forbidden; the deletion was
//     committed and the lease had ended before the sweep was finished. So the queue, which is asked
//     later still, knows of no lease any more: it is left out.
// A lease cannot come back into being behind this: lease() gives out what it finds in the file, and
// a sweep ends the lease of what it has taken out of the file while no lease() is under way. Asked
// the other way round, the whole end of a sweep would fit between the two questions. What stays is
// the request already written when the visitor changes their mind.
places settler::withdraw(const batch& records, const places& chosen) {
    std::vector<spool::settlement> settled;
    for (const auto place : forbidden(records, chosen)) {
        settled.push_back({.id = records[place].id, .how = spool::settled_as::withdrawn});
    }
    if (!settled.empty()) {
        observe::log(observe::level::info, "events were withdrawn before they were sent",
                     {{"pixel", route_.pixel}, {"events", settled.size()}});
        around_.queue.settle(route_.pixel, std::move(settled));
    }
    return no_longer_leased(records, chosen); // what was just settled is among them
}

bool settler::may_send(const batch& records, const places& chosen) const {
    return forbidden(records, chosen).empty() && no_longer_leased(records, chosen).empty();
}

places settler::forbidden(const batch& records, const places& chosen) const {
    places found;
    std::ranges::copy_if(chosen, std::back_inserter(found), [&](std::size_t place) {
        const auto& record = records[place];
        return around_.registry.forbids({.pixel = route_.pixel,
                                         .controller = record.controller,
                                         .subjects = record.subjects,
                                         .received = record.received,
                                         .evidence = record.evidence});
    });
    return found;
}

places settler::no_longer_leased(const batch& records, const places& chosen) const {
    std::vector<spool::record_id> ids;
    ids.reserve(chosen.size());
    for (const auto place : chosen) {
        ids.push_back(records[place].id);
    }
    const auto leased = around_.queue.still_leased(route_.pixel, ids);
    places found;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (!leased[i]) {
            found.push_back(chosen[i]);
        }
    }
    return found;
}

std::uint64_t settler::settle(const batch& records, const places& sent,
                              const core::delivery& answer) {
    std::vector<spool::settlement> settled;
    std::uint64_t delivered = 0;
    std::uint64_t late = 0;
    const auto window_start = core::to_seconds(around_.clock.wall()) - route_.to.duplicate_window;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto& record = records[sent[i]];
        if (answer.records[i] == outcome::delivered) {
            settled.push_back({.id = record.id, .how = spool::settled_as::delivered});
            ++delivered;
            late += record.event_time < window_start ? 1 : 0;
        } else if (answer.records[i] == outcome::dead) {
            settled.push_back(as_dead(record, answer));
            observe::log(observe::level::warn, "an event became a dead letter",
                         {{"pixel", route_.pixel},
                          {"reason", answer.dead_reason},
                          {"code", answer.code},
                          {"request_id", answer.request_id}});
        }
    }
    if (delivered > 0) {
        around_.metrics.delivered(route_.pixel, delivered);
    }
    if (late > 0) {
        around_.metrics.late(route_.pixel, late);
    }
    if (!settled.empty()) {
        write_down(records, sent, answer);
        around_.queue.settle(route_.pixel, std::move(settled));
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
        if (is_erased(around_.registry, route_.pixel, record)) {
            linked = {};
        }
        entries.push_back({.outcome = delivered ? "delivered" : "refused",
                           .pixel = route_.pixel,
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
