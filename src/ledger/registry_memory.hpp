// What the registry knows: a state machine without disk, clock or lock.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/key_codec.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/ledger/registry.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ledger {

// Stands for no GPC, here and in the file. (An optional would make each key a third larger.)
constexpr std::chrono::sys_seconds never{};

// What is held under one key of one controller.
struct held_choice {
    std::chrono::sys_seconds said_at = never; // of `said`
    std::chrono::sys_seconds gpc_at = never;
    std::optional<choice> said;

    bool nothing() const { return !said && gpc_at == never; }
    friend bool operator==(const held_choice&, const held_choice&) = default;
};

// A key and what is held under it from now on.
struct key_change {
    core::subject_key key;
    held_choice now;
    friend bool operator==(const key_change&, const key_change&) = default;
};

// A denial that holds for what waits, until a sweep begun after it has finished. Without keys it
// only says that a sweep is owed.
struct waiting_denial {
    std::uint64_t id = 0; // ascending
    core::wall_time seen;
    std::string controller;
    std::vector<core::subject_key> keys;
    friend bool operator==(const waiting_denial&, const waiting_denial&) = default;
};

// What the keys of one event say together.
struct recollection {
    struct dated_choice {
        choice said;
        std::chrono::sys_seconds at;
    };
    std::optional<dated_choice> denial; // or erasure: the newest under any key
    // Every key under which a choice is held says granted: the earliest of their times.
    std::optional<std::chrono::sys_seconds> granted_at;
    std::optional<std::chrono::sys_seconds> gpc_at; // the newest under any key
};

// What is older than these is forgotten.
struct retention_limits {
    std::chrono::sys_seconds grants;
    std::chrono::sys_seconds denials; // erasures and GPC as well
};

class registry_memory {
  public:
    // A million keys are about 70 MB.
    explicit registry_memory(std::size_t most_strangers = 1'000'000)
        : most_strangers_(most_strangers) {}

    // At start: what the file holds.
    void restore(const std::string& controller, const key_change& held);
    void restore(const waiting_denial& denial);

    std::size_t size() const; // keys
    // Those of each controller that has any.
    std::map<std::string, std::size_t, std::less<>> keys_by_controller() const;
    bool empty() const; // no look-up finds anything
    recollection recall(std::string_view controller, std::span<const core::subject_key> keys) const;
    // A denial that was seen when the event had been received already.
    bool denied_while_waiting(std::string_view controller, std::span<const core::subject_key> keys,
                              core::wall_time received) const;
    std::vector<entry> entries(std::string_view controller,
                               std::span<const core::subject_key> keys) const;

    // Each gives what changed, to be written down.
    struct recorded {
        bool stands = false; // under one key at least
        std::vector<key_change> changes;
    };
    recorded record(const subject& who, choice said, std::chrono::sys_seconds at);
    std::vector<key_change> lift(const subject& who, std::chrono::sys_seconds granted_at);
    // Under every key but those of new strangers when there is no room for them.
    std::vector<key_change> note_gpc(const subject& who, std::chrono::sys_seconds at);
    // A stranger is a key of TikTok's cookie or of a click id under which nothing but a GPC is
    // held. Whoever opens a shop's pages can make up as many as they like, and each is kept for
    // years: of this kind there is an end, and nothing else is counted towards it.
    bool takes_strangers() const { return strangers_ < most_strangers_; }
    // Looks at a few keys only, so that nobody waits for long.
    std::vector<key_change> expire(std::string_view controller,
                                   std::span<const core::subject_key> keys,
                                   const retention_limits& before);

    waiting_denial deny_waiting(const subject& who, core::wall_time seen);
    waiting_denial owe_sweep(const std::string& controller, core::wall_time now);
    std::uint64_t last_denial() const { return last_denial_; }
    // False when there is none to forget.
    bool forget_denials(std::uint64_t up_to);
    bool sweep_needed() const { return last_denial_ > swept_; }

  private:
    struct denial_under_key {
        std::uint64_t id = 0;
        core::wall_time seen;
    };
    template <class Value>
    using by_key = boost::unordered_flat_map<core::subject_key, Value, core::subject_key_hash>;
    struct book {
        by_key<held_choice> choices;
        by_key<denial_under_key> waiting;
    };

    const book* find(std::string_view controller) const;
    // Asks `change` for what is held under each key from now on, keeps it, and gives what differs.
    using change_held = std::function<void(const core::subject_key&, held_choice&)>;
    std::vector<key_change> update(std::string_view controller,
                                   std::span<const core::subject_key> keys,
                                   const change_held& change);
    void count_strangers(const core::subject_key& key, const held_choice& before,
                         const held_choice& now);

    std::size_t most_strangers_;
    std::size_t strangers_ = 0;
    // There are as many controllers as the configuration names: one or a few.
    std::map<std::string, book, std::less<>> books_;
    std::uint64_t last_denial_ = 0;
    std::uint64_t swept_ = 0; // denials up to this one have gone
};

} // namespace gatepost::ledger
