#include "damage.hpp"

#include "file_set.hpp"
#include "mended_log.hpp"
#include "salvage.hpp"
#include "schema.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/spool/spool_files.hpp>
#include <gatepost/sqlite/write_ahead_log.hpp>

#include <cstdint>
#include <optional>
#include <unistd.h>
#include <utility>

namespace gatepost::spool {
namespace {

constexpr std::string_view mark_name = "spool.damaged";
constexpr std::string_view reserve_name = "spool.reserve";

file_set old_files(const owned_directory& directory) {
    return file_set(directory.file("spool.db"));
}

file_set new_files(const owned_directory& directory) {
    return file_set(directory.file("spool.db.salvage"));
}

file_set second_name(const owned_directory& directory) {
    return file_set(directory.file("spool.db.mended"));
}

// Whether SQLite would pass over commits that were acknowledged, as far as the log can tell.
bool misses_commits(const sqlite::log_reading& log, durability chosen) {
    const bool unread = log.frames_unread > 0;
    const bool power_may_have = chosen == durability::power && !log.durable_unread;
    if (log.header_whole && unread && power_may_have) {
        observe::log(observe::level::warn,
                     "spool: the last commit in spool.db-wal is not whole. A power cut leaves it "
                     "so before anybody was told of it; after anything else its events are lost",
                     {{"frames", log.frames_unread}});
        return false;
    }
    return unread || !log.header_whole;
}

// Not this program's, by what is left of the header.
core::error_code refusal(const file_set& files) {
    const auto header = files.read_header();
    if (!header) {
        return {};
    }
    if (header->application != 0 && header->application != application_id) {
        return errc::not_a_spool;
    }
    return header->version > current_version ? make_error_code(errc::newer_version)
                                             : core::error_code();
}

core::result<salvaged> fill(const file_set& damaged, const file_set& second, const file_set& fresh,
                            const key_ring& keys) {
    const auto source = mended_log::look(damaged, second);
    if (!source) {
        return source.error();
    }
    if (const auto failure = fresh.remove()) {
        return failure;
    }
    if (const auto failure = core::make_private_file(fresh.main())) {
        return failure;
    }
    auto opened = open_to_write(fresh.main(), durability::process);
    if (!opened) {
        return opened.error();
    }
    // An empty file next to a log: SQLite would delete the log.
    auto taken = damaged.main_size() > 0 ? salvage(source->files().main(), *opened, keys)
                                         : core::result<salvaged>(salvaged());
    if (taken && source->has_holes()) {
        // Nothing tells which keys are those of records that are lost with a page.
        opened->forget_failure();
        opened->run("DELETE FROM key_log");
        if (opened->failure()) {
            return opened->failure();
        }
        taken->keys = {};
        taken->keys_forgotten = true;
    }
    if (taken) {
        // With it the file is on the disk as well.
        if (const auto failure = opened->checkpoint(true)) {
            return failure;
        }
    }
    return taken;
}

void tell_what_was_taken(const std::string& kept, const salvaged& taken) {
    const auto gaps = taken.pixels.gaps + taken.records.gaps + taken.dead.gaps + taken.keys.gaps;
    const auto unsound = taken.pixels.unsound + taken.records.unsound + taken.dead.unsound;
    observe::log(
        observe::level::error,
        "spool: spool.db was damaged: it is kept aside, and what could be read of it is in "
        "a new one; `gatepost spool check --path` or sqlite3's .recover may show more",
        {{"kept_as", kept},
         {"readable", taken.readable},
         {"waiting_taken", taken.records.taken},
         {"dead_taken", taken.dead.taken},
         {"key_groups_taken", taken.keys.taken},
         {"pixels_lost", taken.pixels_lost},
         {"waiting_of_lost_pixels", taken.waiting_of_lost},
         {"keys_forgotten", taken.keys_forgotten},
         {"rows_unsound", unsound},
         {"gaps", gaps},
         {"first_id_lost", taken.records.first_lost},
         {"last_id_lost", taken.records.last_lost}});
}

core::error_code put_in_place(const owned_directory& directory, const file_set& damaged,
                              const file_set& fresh, const std::string& kept) {
    // spool.db first: were its log moved first, a crash would leave it without what is newest. And
    // the new one last: SQLite would take an old log beside it for its own.
    if (const auto failure = damaged.move_to(kept)) {
        return failure;
    }
    if (const auto failure = fresh.move_to(damaged.main())) {
        return failure;
    }
    return directory.sync();
}

} // namespace

damage_watch::damage_watch(const owned_directory& directory) : mark_(directory.file(mark_name)) {}

std::function<void()> damage_watch::alarm() {
    return [this] { report(); };
}

void damage_watch::report() {
    if (!begun_ || seen_.exchange(true)) {
        return;
    }
    const bool marked = !core::make_private_file(mark_);
    observe::log(observe::level::error,
                 "spool: spool.db is damaged: no events are taken in any more; what can be read is "
                 "still delivered. Restart the daemon: it keeps the damaged file aside and takes "
                 "over what can be read",
                 {{"marked_for_restart", marked}});
}

core::error_code finish_replacement(const owned_directory& directory, const core::clock& clock) {
    const auto fresh = new_files(directory);
    const auto old = old_files(directory);
    if (const auto failure = second_name(directory).remove()) {
        return failure;
    }
    if (!fresh.exists()) {
        return {};
    }
    // While spool.db is there the new one may not be complete: it is made anew when it is needed.
    return old.exists() ? fresh.remove()
                        : put_in_place(directory, old, fresh, old.name_aside(clock.wall()));
}

core::error_code look_at_files(const owned_directory& directory, durability chosen) {
    const auto files = old_files(directory);
    const auto log = sqlite::read_log(files.log());
    if (!log) {
        return log.error();
    }
    const auto size = files.main_size();
    const bool has_log = log->bytes > sqlite::log_header_size;
    // The reserve is made after the first start has written the file, which is never empty again.
    const bool emptied = files.exists() && size == 0 && file_size(directory.file(reserve_name)) > 0;
    if (emptied || (size == 0 && has_log) || misses_commits(*log, chosen)) {
        return sqlite::errc::damaged;
    }
    return {};
}

core::error_code check_if_marked(const owned_directory& directory, const key_ring& keys) {
    const auto mark = directory.file(mark_name);
    if (!exists(mark)) {
        return {};
    }
    observe::log(observe::level::info, "spool: checking spool.db, which was found damaged");
    // Rows too: what breaks a rule of the tables may stand on a page that is whole.
    const auto found = inspect(directory.file("spool.db"), keys);
    if (!found) {
        return found.error();
    }
    if (!found->faults.empty()) {
        return sqlite::errc::damaged;
    }
    observe::log(observe::level::info, "spool: spool.db is whole");
    ::unlink(mark.c_str());
    return {};
}

core::error_code replace_damaged(const owned_directory& directory, const core::clock& clock,
                                 const key_ring& keys) {
    const auto damaged = old_files(directory);
    const auto fresh = new_files(directory);
    if (const auto failure = refusal(damaged)) {
        return failure;
    }
    observe::log(observe::level::error,
                 "spool: spool.db is damaged: taking over what can be read of it",
                 {{"bytes", damaged.main_size()}});
    auto taken = fill(damaged, second_name(directory), fresh, keys);
    if (!taken && taken.error() == sqlite::errc::full) {
        // The reserve is made anew by the start that follows.
        ::unlink(directory.file(reserve_name).c_str());
        taken = fill(damaged, second_name(directory), fresh, keys);
    }
    if (!taken) {
        fresh.remove();
        return taken.error();
    }
    const auto kept = damaged.name_aside(clock.wall());
    if (const auto failure = put_in_place(directory, damaged, fresh, kept)) {
        return failure;
    }
    ::unlink(directory.file(mark_name).c_str());
    tell_what_was_taken(kept, *taken);
    return {};
}

} // namespace gatepost::spool
