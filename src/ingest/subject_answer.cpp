#include "subject_answer.hpp"

#include "is_about.hpp"

namespace gatepost::ingest {
namespace {

std::string describe(const spool::held_record& held) {
    core::json::writer out;
    out.begin_object();
    out.member("pixel", held.pixel).member("event", held.event);
    out.member("event_id", held.event_id);
    out.member("event_time", std::int64_t{held.event_time.time_since_epoch().count()});
    out.member("received",
               std::int64_t{core::to_seconds(held.received).time_since_epoch().count()});
    if (held.dead) {
        out.member("reason", held.reason);
    }
    out.key("payload").raw(held.payload);
    out.key("evidence").raw(held.evidence);
    out.end_object();
    return out.take();
}

std::string_view to_string(core::subject_key::kind value) {
    using kind = core::subject_key::kind;
    switch (value) {
    case kind::email:
        return "email";
    case kind::phone:
        return "phone";
    case kind::external_id:
        return "external_id";
    case kind::ttp:
        return "ttp";
    case kind::ttclid:
        return "ttclid";
    }
    return "unknown";
}

std::string_view to_string(ledger::choice value) {
    switch (value) {
    case ledger::choice::granted:
        return "granted";
    case ledger::choice::denied:
        return "denied";
    case ledger::choice::erased:
        return "erased";
    }
    return "unknown";
}

void write_list(core::json::writer& out, std::string_view name,
                const std::vector<std::string>& objects) {
    out.key(name).begin_array();
    for (const auto& object : objects) {
        out.raw(object);
    }
    out.end_array();
}

} // namespace

held_events::held_events(ledger::subject who, const ledger::registry& registry,
                         std::size_t max_bytes)
    : who_(std::move(who)), registry_(registry), room_(max_bytes) {}

void held_events::add(const spool::held_record& held) {
    if (!is_about(held, who_, registry_)) {
        return;
    }
    auto object = describe(held);
    const std::lock_guard lock(guard_);
    if (object.size() > room_) {
        complete_ = false;
        room_ = 0;
        return;
    }
    room_ -= object.size();
    (held.dead ? dead_ : waiting_).push_back(std::move(object));
}

bool held_events::write(core::json::writer& out) const {
    const std::lock_guard lock(guard_);
    write_list(out, "waiting", waiting_);
    write_list(out, "dead_letters", dead_);
    return complete_;
}

void write_entries(core::json::writer& out, const std::vector<ledger::entry>& entries) {
    out.key("registry").begin_array();
    for (const auto& each : entries) {
        out.begin_object();
        out.member("kind", to_string(each.key.type));
        if (each.said) {
            out.member("state", to_string(*each.said));
            out.member("at", std::int64_t{each.said_at.time_since_epoch().count()});
        }
        if (each.gpc_at) {
            out.member("gpc", std::int64_t{each.gpc_at->time_since_epoch().count()});
        }
        out.end_object();
    }
    out.end_array();
}

} // namespace gatepost::ingest
