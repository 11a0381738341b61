// A damaged spool.db: how it is noticed, and how a new one takes its place.
//
// Nothing is thrown away. The damaged file is kept beside the new one, with its log, and what can
// be read of it is taken over (salvage.hpp). The order of steps makes a crash harmless: the new
// file is complete before the old one is moved, and whoever starts next finishes what is left.
//   spool.db.salvage      the new file while it is filled
//   spool.db.mended       the damaged one under a second name, beside what its log can still give
//   spool.db.damaged-...  the old one, by the time it was moved
//   spool.damaged         a mark: damage came to light while the daemon ran, so the next start
//                         checks the whole file, which costs too much for every start
#pragma once

#include "directory.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <atomic>
#include <functional>
#include <string>

namespace gatepost::spool {

// While the daemon runs. Any thread.
class damage_watch {
  public:
    explicit damage_watch(const owned_directory& directory);

    // For sqlite::database::on_damage. The first time after begin() it leaves the mark and says in
    // the log what will happen.
    std::function<void()> alarm();
    // From now on: before, who opens the file is told by an error.
    void begin() { begun_ = true; }
    bool seen() const { return seen_; }

  private:
    void report();
    std::string mark_;
    std::atomic<bool> begun_ = false;
    std::atomic<bool> seen_ = false;
};

// At start, before anything is opened: finishes what a crash interrupted. Errors of the file
// system.
core::error_code finish_replacement(const owned_directory& directory, const core::clock& clock);
// What can be seen without opening it: a file that was emptied or is gone while its log is still
// there, a log that is none, or one of which SQLite would pass over commits. Gives
// sqlite::errc::damaged, or no error; what the file system says.
core::error_code look_at_files(const owned_directory& directory, durability chosen);
// The whole file when the mark is there: sqlite::errc::damaged, or no error and no mark any more.
core::error_code check_if_marked(const owned_directory& directory, const key_ring& keys);

// Puts a new file with what can be read into the damaged one's place. Nobody may have it open.
// Errors: not_a_spool and newer_version for a file that, by what is left of its header, is another
// program's or a newer one's; sqlite::errc::full when there is no room for the new file; what the
// file system says. Then the damaged file is where it was.
core::error_code replace_damaged(const owned_directory& directory, const core::clock& clock,
                                 const key_ring& keys);

} // namespace gatepost::spool
