#include "registry_memory.hpp"

#include <algorithm>
#include <utility>

namespace gatepost::ledger {
namespace {

// Of two choices the newer stands; of the same second the stricter one.
bool stands_over(choice said, std::chrono::sys_seconds at, const held_choice& held) {
    return !held.said || std::pair(at, said) > std::pair(held.said_at, *held.said);
}

// As in registry_memory::takes_strangers().
bool is_stranger(const core::subject_key& key, const held_choice& held) {
    using kind = core::subject_key::kind;
    const bool of_browser = key.type == kind::ttp || key.type == kind::ttclid;
    return of_browser && !held.said && held.gpc_at != never;
}

void forget_choice(held_choice& held) {
    held.said.reset();
    held.said_at = never;
}

} // namespace

void registry_memory::restore(const std::string& controller, const key_change& held) {
    auto& under = books_[controller].choices[held.key];
    count_strangers(held.key, under, held.now);
    under = held.now;
}

void registry_memory::restore(const waiting_denial& denial) {
    // They come in the order of their ids; what is not there any more has been swept.
    if (last_denial_ == 0) {
        swept_ = denial.id - 1;
    }
    last_denial_ = denial.id;
    auto& waiting = books_[denial.controller].waiting;
    for (const auto& key : denial.keys) {
        auto& under = waiting[key];
        under = {denial.id, std::max(under.seen, denial.seen)};
    }
}

std::size_t registry_memory::size() const {
    std::size_t keys = 0;
    for (const auto& [controller, held] : books_) {
        keys += held.choices.size();
    }
    return keys;
}

std::map<std::string, std::size_t, std::less<>> registry_memory::keys_by_controller() const {
    std::map<std::string, std::size_t, std::less<>> keys;
    for (const auto& [controller, held] : books_) {
        if (!held.choices.empty()) {
            keys.emplace(controller, held.choices.size());
        }
    }
    return keys;
}

bool registry_memory::empty() const {
    return std::ranges::all_of(books_, [](const auto& named) {
        return named.second.choices.empty() && named.second.waiting.empty();
    });
}

const registry_memory::book* registry_memory::find(std::string_view controller) const {
    const auto found = books_.find(controller);
    return found == books_.end() ? nullptr : &found->second;
}

recollection registry_memory::recall(std::string_view controller,
                                     std::span<const core::subject_key> keys) const {
    recollection all;
    const auto* held = find(controller);
    if (held == nullptr) {
        return all;
    }
    for (const auto& key : keys) {
        const auto found = held->choices.find(key);
        if (found == held->choices.end()) {
            continue;
        }
        const auto& [said_at, gpc_at, said] = found->second;
        if (gpc_at != never) {
            all.gpc_at = std::max(all.gpc_at.value_or(gpc_at), gpc_at);
        }
        if (said == choice::granted) {
            all.granted_at = std::min(all.granted_at.value_or(said_at), said_at);
        } else if (said && (!all.denial || std::pair(said_at, *said) >
                                               std::pair(all.denial->at, all.denial->said))) {
            all.denial = {*said, said_at};
        }
    }
    if (all.denial) {
        all.granted_at.reset();
    }
    return all;
}

bool registry_memory::denied_while_waiting(std::string_view controller,
                                           std::span<const core::subject_key> keys,
                                           core::wall_time received) const {
    const auto* held = find(controller);
    return held != nullptr && std::ranges::any_of(keys, [&](const core::subject_key& key) {
               const auto found = held->waiting.find(key);
               return found != held->waiting.end() && received <= found->second.seen;
           });
}

std::vector<entry> registry_memory::entries(std::string_view controller,
                                            std::span<const core::subject_key> keys) const {
    std::vector<entry> all;
    const auto* held = find(controller);
    if (held == nullptr) {
        return all;
    }
    for (const auto& key : keys) {
        if (const auto found = held->choices.find(key); found != held->choices.end()) {
            const auto& [said_at, gpc_at, said] = found->second;
            all.push_back({key, said, said_at, std::nullopt});
            if (gpc_at != never) {
                all.back().gpc_at = gpc_at;
            }
        }
    }
    return all;
}

std::vector<key_change> registry_memory::update(std::string_view controller,
                                                std::span<const core::subject_key> keys,
                                                const change_held& change) {
    auto named = books_.find(controller);
    if (named == books_.end()) {
        named = books_.emplace(controller, book()).first;
    }
    auto& choices = named->second.choices;
    std::vector<key_change> changes;
    for (const auto& key : keys) {
        const auto found = choices.find(key);
        const auto before = found == choices.end() ? held_choice() : found->second;
        auto now = before;
        change(key, now);
        if (now == before) {
            continue;
        }
        count_strangers(key, before, now);
        if (now.nothing()) {
            choices.erase(found);
        } else {
            choices[key] = now;
        }
        changes.push_back({key, now});
    }
    return changes;
}

void registry_memory::count_strangers(const core::subject_key& key, const held_choice& before,
                                      const held_choice& now) {
    strangers_ -= is_stranger(key, before) ? 1 : 0;
    strangers_ += is_stranger(key, now) ? 1 : 0;
}

registry_memory::recorded registry_memory::record(const subject& who, choice said,
                                                  std::chrono::sys_seconds at) {
    recorded done;
    done.changes =
        update(who.controller, who.keys, [&](const core::subject_key&, held_choice& held) {
            if (stands_over(said, at, held)) {
                held.said = said;
                held.said_at = at;
            }
            const bool stands = held.said == said && held.said_at == at;
            if (stands && said == choice::granted && held.gpc_at <= at) {
                held.gpc_at = never;
            }
            // What was recorded before and is said again stands too.
            done.stands = done.stands || stands;
        });
    return done;
}

std::vector<key_change> registry_memory::lift(const subject& who,
                                              std::chrono::sys_seconds granted_at) {
    return update(who.controller, who.keys, [&](const core::subject_key&, held_choice& held) {
        if (held.said && held.said != choice::granted && held.said_at < granted_at) {
            forget_choice(held);
        }
    });
}

std::vector<key_change> registry_memory::note_gpc(const subject& who, std::chrono::sys_seconds at) {
    return update(who.controller, who.keys, [&](const core::subject_key& key, held_choice& held) {
        const bool ended = held.said == choice::granted && at <= held.said_at;
        if (held.gpc_at != never || ended) {
            return;
        }
        auto noted = held;
        noted.gpc_at = at;
        if (takes_strangers() || !is_stranger(key, noted)) {
            held = noted;
        }
    });
}

std::vector<key_change> registry_memory::expire(std::string_view controller,
                                                std::span<const core::subject_key> keys,
                                                const retention_limits& before) {
    return update(controller, keys, [&](const core::subject_key&, held_choice& held) {
        const auto limit = held.said == choice::granted ? before.grants : before.denials;
        if (held.said && held.said_at < limit) {
            forget_choice(held);
        }
        if (held.gpc_at < before.denials) {
            held.gpc_at = never;
        }
    });
}

waiting_denial registry_memory::deny_waiting(const subject& who, core::wall_time seen) {
    waiting_denial made{++last_denial_, seen, who.controller, who.keys};
    auto& waiting = books_[who.controller].waiting;
    for (const auto& key : who.keys) {
        auto& under = waiting[key];
        under = {made.id, std::max(under.seen, seen)};
    }
    return made;
}

waiting_denial registry_memory::owe_sweep(const std::string& controller, core::wall_time now) {
    return {++last_denial_, now, controller, {}};
}

bool registry_memory::forget_denials(std::uint64_t up_to) {
    const auto swept = std::min(up_to, last_denial_);
    if (swept <= swept_) {
        return false;
    }
    swept_ = swept;
    for (auto& [controller, held] : books_) {
        boost::unordered::erase_if(held.waiting,
                                   [&](const auto& under) { return under.second.id <= swept; });
    }
    return true;
}

} // namespace gatepost::ledger
