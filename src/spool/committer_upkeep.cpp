// The committer's upkeep: what is outdated goes, so do the file's free pages, and what does not
// stand under the newest key comes to do so.
#include "committer.hpp"

#include <gatepost/observe/log.hpp>

#include <algorithm>
#include <iterator>

namespace gatepost::spool {
namespace {

// A dead letter that is dated further ahead than this died while the clock was wrong.
constexpr std::chrono::hours ahead_by(1);

} // namespace

std::vector<tables::old_row> committer::outdated_dead(std::span<const tables::old_row> oldest) {
    const auto up_to = calendar_.outlived(options_.limits.dead_letter_retention);
    if (!up_to) {
        return {};
    }
    const auto kept =
        std::ranges::find_if(oldest, [&](const auto& row) { return row.at > *up_to; });
    return {oldest.begin(), kept};
}

std::vector<tables::old_row> committer::misdated_dead(std::span<const tables::old_row> oldest) {
    std::vector<tables::old_row> rows;
    if (const auto date = calendar_.settled()) {
        std::ranges::copy_if(oldest, std::back_inserter(rows),
                             [&](const auto& row) { return row.at > *date + ahead_by; });
    }
    return rows;
}

std::vector<tables::old_row> committer::outdated_keys(core::wall_time now) {
    auto rows = tables_.oldest_keys();
    auto left = logged_keys_;
    const auto kept = std::ranges::find_if(rows, [&](const auto& row) {
        // Also what newer rows alone push out of the set.
        left -= std::min(left, row.weight);
        return now < row.at + options_.dedupe_window && left < options_.dedupe_max_keys;
    });
    rows.erase(kept, rows.end());
    return rows;
}

core::result<committer::trimmed> committer::trim() {
    const auto now = calendar_.now();
    database_.forget_failure();
    const auto oldest = tables_.oldest_dead();
    const auto dead = outdated_dead(oldest);
    const auto misdated = misdated_dead(oldest);
    const auto keys = outdated_keys(now);
    const auto clock_set = calendar_.last_set();
    const bool set_anew = clock_set != clock_set_;
    trimmed done;
    if (dead.empty() && misdated.empty() && keys.empty() && !set_anew) {
        return database_.failure() ? core::result<trimmed>(database_.failure()) : done;
    }
    std::uint64_t key_count = 0;
    sqlite::transaction work(database_);
    if (set_anew) {
        tables_.remember_set(*clock_set);
    }
    if (!dead.empty()) {
        tables_.remove_dead_up_to(dead.back().id);
    }
    for (const auto& row : misdated) {
        tables_.date_dead(row.id, now);
    }
    if (!keys.empty()) {
        tables_.remove_keys_up_to(keys.back().id);
    }
    for (const auto& row : dead) {
        count_out(row.pixel, row.weight, done.change);
        census_.add(row.key_name, -1);
    }
    for (const auto& row : keys) {
        key_count += row.weight;
    }
    if (const auto failure = work.commit()) {
        shares_.undo();
        census_.undo();
        return failure;
    }
    shares_.keep();
    done.change.to_encrypt_anew = census_.keep();
    clock_set_ = clock_set;
    done.change.dead = -std::ssize(dead);
    done.more = true;
    bytes_ += static_cast<std::uint64_t>(done.change.bytes);
    logged_keys_ -= key_count;
    return done;
}

group_change committer::use_keys(const key_ring& keys) {
    boxes_.use(keys);
    census_.seal_under(boxes_.seals_under());
    for (const auto& [key, records] : census_.missing_in(keys)) {
        observe::log(observe::level::warn,
                     "spool: events are encrypted under a key that is gone from spool.key_file: it "
                     "is kept in memory until none are left, but a restart before that needs it",
                     {{"key", shown(key)}, {"events", records}});
    }
    group_change change;
    change.to_encrypt_anew = census_.keep();
    return change;
}

core::result<committer::encrypted_group> committer::encrypt(bool dead, std::int64_t first,
                                                            std::int64_t last) {
    encrypted_group done;
    sqlite::transaction work(database_);
    const auto stood_under =
        dead ? tables_.encrypt_dead(first, last) : tables_.encrypt_records(first, last);
    for (const auto& key : stood_under) {
        census_.add(key, -1);
        census_.add(boxes_.seals_under(), 1);
    }
    if (const auto failure = work.commit()) {
        census_.undo();
        return failure;
    }
    done.change.to_encrypt_anew = census_.keep();
    done.encrypted = stood_under.size();
    return done;
}

core::result<committer::trimmed> committer::shrink(std::int64_t kept) {
    constexpr std::string_view count = "PRAGMA freelist_count";
    database_.forget_failure();
    trimmed done;
    const auto before = database_.ask(count);
    if (before > kept) {
        sqlite::transaction work(database_);
        database_.run("PRAGMA incremental_vacuum(256)");
        const auto after = database_.ask(count);
        done.more = after > kept && after < before;
        work.commit();
    }
    return database_.failure() ? core::result<trimmed>(database_.failure()) : done;
}

} // namespace gatepost::spool
