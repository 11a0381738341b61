// The committer's upkeep: what is outdated goes, and so do the file's free pages.
#include "committer.hpp"

#include <algorithm>

namespace gatepost::spool {

std::vector<tables::old_row> committer::outdated_dead(core::wall_time now) {
    auto rows = tables_.oldest_dead();
    const auto kept = std::ranges::find_if(
        rows, [&](const auto& row) { return now < row.at + options_.dead_letter_retention; });
    rows.erase(kept, rows.end());
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
    const auto now = clock_.wall();
    database_.forget_failure();
    const auto dead = outdated_dead(now);
    const auto keys = outdated_keys(now);
    trimmed done;
    if (dead.empty() && keys.empty()) {
        return database_.failure() ? core::result<trimmed>(database_.failure()) : done;
    }
    std::uint64_t key_count = 0;
    sqlite::transaction work(database_);
    if (!dead.empty()) {
        tables_.remove_dead_up_to(dead.back().id);
    }
    if (!keys.empty()) {
        tables_.remove_keys_up_to(keys.back().id);
    }
    for (const auto& row : dead) {
        count_out(row.pixel, row.weight, done.change);
    }
    for (const auto& row : keys) {
        key_count += row.weight;
    }
    if (const auto failure = work.commit()) {
        shares_.undo();
        return failure;
    }
    shares_.keep();
    done.change.dead = -std::ssize(dead);
    done.more = true;
    bytes_ += static_cast<std::uint64_t>(done.change.bytes);
    logged_keys_ -= key_count;
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
