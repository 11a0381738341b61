// A spool, a registry and an audit trail in memory, in which a test decides when walks run and what
// fails.
#pragma once

#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/spool/queue.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gatepost::test {

struct held_event {
    std::string event_id;
    std::vector<core::subject_key> subjects;
    std::string controller = "default";
    bool dead = false;
    bool leased = false;
    std::string payload = R"({"event":"Purchase"})";
};

// Only walks; a walk runs when asked for, or when the test says so.
class walked_queue final : public spool::queue {
  public:
    static constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE"; // of all it holds
    std::vector<held_event> held;
    bool at_once = true;
    core::error_code failure; // ends the next walks
    std::size_t walks = 0;    // begun

    std::vector<std::string> ids() const {
        std::vector<std::string> result;
        for (const auto& each : held) {
            result.push_back(each.event_id);
        }
        return result;
    }

    void walk(walk_visit visit, walk_done done) override {
        if (closed_) {
            done(make_error_code(spool::errc::closed));
            return;
        }
        asked_.emplace_back(std::move(visit), std::move(done));
        if (at_once) {
            run();
        }
    }
    // Runs the oldest walk that was asked for.
    void run() {
        show();
        finish();
    }
    // Its first half: shows and deletes, without an end yet.
    void show() {
        ++walks;
        std::erase_if(held, [&](const held_event& each) {
            return asked_.front().first(
                {.dead = each.dead,
                 .leased = each.leased,
                 .pixel = pixel,
                 .controller = each.controller,
                 .event = "Purchase",
                 .event_id = each.event_id,
                 .payload = each.payload,
                 .evidence = R"({"decision":{"action":"send"}})",
                 .subjects = each.subjects,
                 .received = core::wall_time(std::chrono::seconds(7)),
                 .event_time = std::chrono::sys_seconds(std::chrono::seconds(5)),
                 .reason = each.dead ? "invalid" : ""});
        });
    }
    void finish() {
        const auto done = std::move(asked_.front().second);
        asked_.pop_front();
        done(failure);
    }
    std::size_t asked() const { return asked_.size(); }

    void close() override {
        closed_ = true;
        while (!asked_.empty()) {
            const auto done = std::move(asked_.front().second);
            asked_.pop_front();
            done(make_error_code(spool::errc::closed));
        }
    }

    void append(std::vector<core::sealed_record>, append_done done) override {
        done(make_error_code(spool::errc::closed));
    }
    void on_arrival(arrival) override {}
    core::result<std::vector<spool::leased_record>> lease(const std::string&,
                                                          const spool::lease_limits&) override {
        return std::vector<spool::leased_record>();
    }
    core::result<std::size_t> expire(const std::string&) override { return std::size_t{0}; }
    void release(const std::string&, std::span<const spool::record_id>,
                 core::steady_time) override {}
    void hasten(const std::string&) override {}
    std::vector<bool> still_leased(const std::string&,
                                   std::span<const spool::record_id> records) override {
        return std::vector<bool>(records.size());
    }
    void settle(const std::string&, std::vector<spool::settlement>) override {}
    core::result<spool::backlog> look(const std::string&) override { return spool::backlog(); }
    void list_dead(spool::dead_query, std::size_t, list_done done) override {
        done(std::vector<spool::dead_letter>());
    }
    void replay_dead(spool::dead_query, replay_check, replay_done done) override { done({}); }
    void remove_dead(spool::dead_query, removal_done done) override { done({}); }
    void set_limits(const spool::limits&) override {}
    void use_keys(spool::key_ring) override {}
    std::vector<std::string> pixels() override { return {}; }
    spool::totals count() const override { return {}; }

  private:
    std::deque<std::pair<walk_visit, walk_done>> asked_;
    bool closed_ = false;
};

// Remembers what it was told, and forbids what a key of a denied or erased visitor is on.
class told_registry final : public ledger::registry {
  public:
    struct told {
        ledger::subject who;
        ledger::choice said{};
        std::chrono::sys_seconds at;
    };
    std::vector<told> choices;
    std::vector<std::pair<ledger::subject, core::wall_time>> withdrawn;
    std::set<std::pair<std::string, core::subject_key>> forbidden;
    std::vector<ledger::entry> held;
    ledger::controllers_by_pixel controllers;
    core::error_code failure;
    bool newer_is_held = false;
    bool needs_sweep = false;
    std::uint64_t sweeps_begun = 0;
    std::vector<std::uint64_t> sweeps_finished;

    bool forbids(const ledger::waiting_event& event) const override {
        const auto names = controllers_of(event.pixel, event.controller);
        return std::ranges::any_of(event.subjects, [&](const core::subject_key& key) {
            return std::ranges::any_of(names, [&](const std::string& name) {
                return forbidden.contains({name, key});
            });
        });
    }
    std::vector<std::string> controllers_of(std::string_view pixel,
                                            std::string_view when_received) const override {
        std::vector<std::string> all{std::string(when_received)};
        if (const auto present = controllers.find(pixel); present != controllers.end()) {
            all.push_back(present->second);
        }
        return all;
    }
    std::vector<ledger::entry> entries(std::string_view,
                                       std::span<const core::subject_key>) const override {
        return held;
    }
    bool record(const ledger::subject& who, ledger::choice said, std::chrono::sys_seconds at,
                done finished) override {
        choices.push_back({who, said, at});
        if (said != ledger::choice::granted && !newer_is_held) {
            forbid(who);
        }
        finished(failure);
        return !newer_is_held;
    }
    void withdraw_waiting(const ledger::subject& who, core::wall_time seen,
                          done finished) override {
        withdrawn.emplace_back(who, seen);
        forbid(who);
        finished(failure);
    }
    std::uint64_t sweep_begins() override { return ++sweeps_begun; }
    void sweep_finished(std::uint64_t sweep) override { sweeps_finished.push_back(sweep); }
    bool sweep_needed() const override { return needs_sweep; }

    std::vector<consent::finding> recall(std::string_view,
                                         std::span<const core::subject_key>) const override {
        return {};
    }
    bool empty() const override { return false; }
    std::size_t size() const override { return forbidden.size(); }
    void lift(const ledger::subject&, std::chrono::sys_seconds) override {}
    void note_gpc(const ledger::subject&, std::chrono::sys_seconds, done finished) override {
        finished(failure);
    }
    void keep_grants_for(std::chrono::seconds) override {}
    void use_controllers(ledger::controllers_by_pixel now) override {
        controllers = std::move(now);
    }
    void close() override {}

    void forbid(const ledger::subject& who) {
        for (const auto& key : who.keys) {
            forbidden.emplace(who.controller, key);
        }
    }
};

class told_audit final : public ledger::audit {
  public:
    std::vector<ledger::subject> erased;
    std::vector<std::string> lines;
    core::error_code failure;
    std::size_t most = 0; // as the last find() asked

    ledger::audit_record records() const override { return ledger::audit_record::sends; }
    void append(std::span<const ledger::audit_entry>) override {}
    void erase(std::string controller, std::vector<core::subject_key> keys,
               std::function<void(core::result<std::size_t>)> finished) override {
        erased.push_back({std::move(controller), std::move(keys)});
        finished(failure ? core::result<std::size_t>(failure) : core::result<std::size_t>(1U));
    }
    void find(std::string, std::vector<core::subject_key>, std::size_t at_most,
              std::function<void(core::result<std::vector<std::string>>)> finished) override {
        most = at_most;
        finished(failure ? core::result<std::vector<std::string>>(failure)
                         : core::result<std::vector<std::string>>(lines));
    }
    void read(core::wall_time, std::size_t,
              std::function<void(core::result<std::vector<std::string>>)> finished) override {
        finished(lines);
    }
    void close() override {}
};

} // namespace gatepost::test
