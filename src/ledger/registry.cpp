// The registry behind its port
//
// Threads. Look-ups and changes come from any thread; a mutex guards the memory for the moment of a
// look-up. One thread of its own writes (registry_writer.hpp). A change is applied to the memory
// and handed to the writer under that one mutex, so that the file sees changes of a key in the same
// order. Nobody holds it while anything touches the disk or a caller's function runs.
//
// What a crash finds. A change is in the file when `finished` was told so. What was not told may be
// there or not; callers ask again, and each change may be made twice. Denials of waiting events
// that were not swept yet are in the file, so the sweep is begun anew after a restart.
#include "registry_file.hpp"
#include "registry_mark.hpp"
#include "registry_memory.hpp"
#include "registry_tables.hpp"
#include "registry_writer.hpp"
#include "retention_date.hpp"
#include "second_look.hpp"

#include <gatepost/ledger/registry.hpp>
#include <gatepost/observe/log.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace gatepost::ledger {
namespace {

constexpr std::size_t keys_read_at_once = 4096;

std::string_view detail_of(choice said) {
    return said == choice::erased ? "erased" : "withdrawn";
}

consent::finding make_finding(std::string_view format, consent::state state,
                              std::chrono::sys_seconds at) {
    consent::finding found;
    found.from = consent::origin::registry;
    found.source = "registry";
    found.format = format;
    found.state = state;
    found.at = at;
    return found;
}

core::error_code read_file(registry_tables& tables, registry_memory& into) {
    registry_tables::position last;
    for (bool more = true; more;) {
        const auto page = tables.page_after(last, keys_read_at_once);
        if (!page) {
            return page.error();
        }
        for (const auto& row : *page) {
            into.restore(row.under.first, {row.under.second, row.held});
        }
        more = page->size() == keys_read_at_once;
        if (more) {
            last = page->back().under;
        }
    }
    const auto denials = tables.denials();
    if (!denials) {
        return denials.error();
    }
    for (const auto& denial : *denials) {
        into.restore(denial);
    }
    return {};
}

class stored_registry final : public registry {
  public:
    stored_registry(const registry_options& chosen, const core::clock& clock,
                    registry_memory memory, retention_date date, sqlite::database opened)
        : grant_retention_(chosen.grant_retention), denial_retention_(chosen.denial_retention),
          clock_(clock), memory_(std::move(memory)), date_(date), controllers_(chosen.controllers),
          writer_(std::move(opened), clock,
                  [this](std::span<const stored_choice> page) { expire(page); }) {}
    ~stored_registry() override { close(); }

    std::vector<consent::finding> recall(std::string_view controller,
                                         std::span<const core::subject_key> keys) const override;
    bool forbids(const waiting_event& event) const override;
    std::vector<std::string> controllers_of(std::string_view pixel,
                                            std::string_view when_received) const override;
    bool empty() const override;
    std::size_t size() const override;
    std::vector<entry> entries(std::string_view controller,
                               std::span<const core::subject_key> keys) const override;

    bool record(const subject& who, choice said, std::chrono::sys_seconds at,
                done finished) override;
    void lift(const subject& who, std::chrono::sys_seconds granted_at) override;
    void note_gpc(const subject& who, std::chrono::sys_seconds at, done finished) override;
    void withdraw_waiting(const subject& who, core::wall_time seen, done finished) override;

    std::uint64_t sweep_begins() override;
    void sweep_finished(std::uint64_t sweep) override;
    bool sweep_needed() const override;
    void keep_grants_for(std::chrono::seconds time) override { grant_retention_ = time; }
    void use_controllers(controllers_by_pixel now) override;
    void close() override;

    // Says in the log under which controllers choices are held although no pixel has them: that is
    // what is left when a controller gets another name.
    void tell_of_forsaken() const;

  private:
    // Applies `change` to the memory, hands what it gives to the writer with `finished`, or tells
    // that the registry is closed.
    template <class Change>
    void apply(Change&& change, done finished);
    void expire(std::span<const stored_choice> page);

    std::atomic<std::chrono::seconds> grant_retention_;
    const std::chrono::seconds denial_retention_;
    const core::clock& clock_;
    mutable std::mutex mutex_;
    registry_memory memory_;
    retention_date date_; // of the writer's thread
    controllers_by_pixel controllers_;
    bool closed_ = false;
    std::atomic<bool> told_of_gpc_ = false;
    registry_writer writer_; // its thread uses the rest
};

std::vector<consent::finding>
stored_registry::recall(std::string_view controller,
                        std::span<const core::subject_key> keys) const {
    recollection held;
    {
        const std::lock_guard lock(mutex_);
        held = memory_.recall(controller, keys);
    }
    std::vector<consent::finding> findings;
    if (held.denial) {
        findings.push_back(make_finding("registry", consent::state::denied, held.denial->at));
        findings.back().detail = detail_of(held.denial->said);
    } else if (held.granted_at) {
        findings.push_back(make_finding("registry", consent::state::granted, *held.granted_at));
    }
    if (held.gpc_at) {
        findings.push_back(make_finding("gpc", consent::state::denied, *held.gpc_at));
        findings.back().meaning = consent::objection::gpc;
    }
    return findings;
}

bool stored_registry::forbids(const waiting_event& event) const {
    const auto controllers = controllers_of(event.pixel, event.controller);
    return std::ranges::any_of(controllers, [&](const std::string& controller) {
        recollection held;
        {
            const std::lock_guard lock(mutex_);
            if (memory_.denied_while_waiting(controller, event.subjects, event.received)) {
                return true;
            }
            held = memory_.recall(controller, event.subjects);
        }
        return forbidden(held, event.evidence);
    });
}

std::vector<std::string> stored_registry::controllers_of(std::string_view pixel,
                                                         std::string_view when_received) const {
    std::vector<std::string> all{std::string(when_received)};
    const std::lock_guard lock(mutex_);
    const auto present = controllers_.find(pixel);
    if (present != controllers_.end() && present->second != when_received) {
        all.push_back(present->second);
    }
    return all;
}

void stored_registry::use_controllers(controllers_by_pixel now) {
    {
        const std::lock_guard lock(mutex_);
        controllers_.swap(now);
    }
    tell_of_forsaken();
}

void stored_registry::tell_of_forsaken() const {
    std::map<std::string, std::size_t, std::less<>> forsaken;
    {
        const std::lock_guard lock(mutex_);
        forsaken = memory_.keys_by_controller();
        for (const auto& [pixel, controller] : controllers_) {
            forsaken.erase(controller);
        }
    }
    for (const auto& [controller, keys] : forsaken) {
        observe::log(observe::level::warn,
                     "registry: choices are held under a controller that no pixel has: they hold "
                     "for no new event",
                     {{"controller", controller}, {"keys", keys}});
    }
}

bool stored_registry::empty() const {
    const std::lock_guard lock(mutex_);
    return memory_.empty();
}

std::size_t stored_registry::size() const {
    const std::lock_guard lock(mutex_);
    return memory_.size();
}

std::vector<entry> stored_registry::entries(std::string_view controller,
                                            std::span<const core::subject_key> keys) const {
    const std::lock_guard lock(mutex_);
    return memory_.entries(controller, keys);
}

template <class Change>
void stored_registry::apply(Change&& change, done finished) {
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) {
            change_set changes;
            change(changes);
            if (!changes.empty() || finished) {
                writer_.add(std::move(changes), std::move(finished));
            }
            return;
        }
    }
    if (finished) {
        finished(make_error_code(errc::closed));
    }
}

bool stored_registry::record(const subject& who, choice said, std::chrono::sys_seconds at,
                             done finished) {
    bool stands = false;
    apply(
        [&](change_set& changes) {
            const auto recorded = memory_.record(who, said, at);
            stands = recorded.stands;
            changes.add(who.controller, recorded.changes);
            // What waits of this visitor is to be deleted, also after a crash.
            if (said != choice::granted && !recorded.changes.empty()) {
                changes.add(memory_.owe_sweep(who.controller, clock_.wall()));
            }
        },
        std::move(finished));
    return stands;
}

void stored_registry::lift(const subject& who, std::chrono::sys_seconds granted_at) {
    apply([&](change_set& changes) { changes.add(who.controller, memory_.lift(who, granted_at)); },
          {});
}

void stored_registry::note_gpc(const subject& who, std::chrono::sys_seconds at, done finished) {
    bool room = true;
    apply(
        [&](change_set& changes) {
            room = memory_.takes_strangers();
            changes.add(who.controller, memory_.note_gpc(who, at));
        },
        std::move(finished));
    if (!room && !told_of_gpc_.exchange(true)) {
        observe::log(
            observe::level::warn,
            "registry: GPC is held under as many click ids as there is room for; that of further "
            "visitors whom nothing else makes known holds for the events that bring it",
            {{"keys", size()}});
    }
}

void stored_registry::withdraw_waiting(const subject& who, core::wall_time seen, done finished) {
    apply([&](change_set& changes) { changes.add(memory_.deny_waiting(who, seen)); },
          std::move(finished));
}

std::uint64_t stored_registry::sweep_begins() {
    const std::lock_guard lock(mutex_);
    return memory_.last_denial();
}

void stored_registry::sweep_finished(std::uint64_t sweep) {
    apply(
        [&](change_set& changes) {
            if (memory_.forget_denials(sweep)) {
                changes.forget_denials(sweep);
            }
        },
        {});
}

bool stored_registry::sweep_needed() const {
    const std::lock_guard lock(mutex_);
    return memory_.sweep_needed();
}

void stored_registry::expire(std::span<const stored_choice> page) {
    const auto wall = core::to_seconds(clock_.wall());
    const auto date = date_.at(wall, clock_.steady());
    const retention_limits before{date - grant_retention_.load(), date - denial_retention_};
    apply(
        [&](change_set& changes) {
            if (const auto moved = date_.move(wall, clock_.steady())) {
                changes.keep_date(*moved);
            }
            for (const auto& row : page) {
                const auto& [controller, key] = row.under;
                changes.add(controller, memory_.expire(controller, {&key, 1}, before));
            }
        },
        {});
}

void stored_registry::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    writer_.close();
}

} // namespace

core::result<std::unique_ptr<registry>> registry::open(const registry_options& chosen,
                                                       const identity::instance_key& key,
                                                       const core::clock& clock) {
    auto opened = open_registry_file(chosen.file, key, core::to_seconds(clock.wall()));
    if (!opened) {
        return opened.error();
    }
    registry_memory memory;
    core::result<std::chrono::sys_seconds> kept = std::chrono::sys_seconds();
    {
        registry_tables tables(*opened);
        if (const auto failure = read_file(tables, memory)) {
            return to_ledger_error(failure);
        }
        kept = tables.kept_date();
    }
    if (!kept) {
        return to_ledger_error(kept.error());
    }
    auto made = std::make_unique<stored_registry>(chosen, clock, std::move(memory),
                                                  retention_date(*kept, clock.steady()),
                                                  std::move(*opened));
    made->tell_of_forsaken();
    return made;
}

bool registry::exists(const std::string& file) {
    return registry_was_made(file);
}

} // namespace gatepost::ledger
