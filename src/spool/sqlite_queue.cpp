// The design of the queue in an SQLite file
//
// Files. <path>/spool.db (tables in schema.cpp) with SQLite's write-ahead log beside it;
// spool.lock, which one process holds with flock(2); spool.reserve, space that is given up so that
// a full disk can drain (reserve.hpp).
//
// Threads. One writer thread has the only connection that writes and checkpoints; SQLite before
// 3.51.3 has a race between two that do. The consuming thread reads through a connection of its own
// that cannot write, and keeps the leases (lease_desk.hpp). They share the counters (tallies.hpp);
// beside that only a walk asks the desk what is out and tells it what is gone. New limits go to
// each of them: the desk has its own retention, the writer takes them with the next group.
//
// The way in. append() puts a list into the writer's inbox. The writer takes everything that queued
// while it was busy and commits it as one transaction: for each list the duplicates are told apart,
// the rest becomes rows, and the keys of the whole group become one row of the key log. Only when
// COMMIT has returned are the lists answered. There is no timer: a lone list is committed at once,
// and under load the groups grow by themselves.
//
// The way out. lease() gives out rows past the pixel's cursor, and rows given back whose time has
// come. Cursor, leases and retry times are in memory only (lease_book.hpp). settle() ends a lease
// in memory at once and hands the writer the deletion, which shares the next transaction. A group
// takes on a bounded number of them, so that a drain does not keep those waiting who come in; how
// many are left over is in look(), by which the relay keeps them few.
//
// What a crash finds, for each moment:
//   before COMMIT    neither rows nor keys are there; the application has no answer, or none yet,
//                    and sends again.
//   during COMMIT    the log's commit frame is there whole or, by its checksum, not at all. If it
//                    is, the keys are there too: what is sent again is a duplicate.
//   after COMMIT     with durability `process` the rows are in the kernel's hands (synchronous
//                    NORMAL), with `power` on the disk (FULL). The answer follows, never before.
//   while leased     leases are void; the cursor starts at the pixel's first row again, and what
//                    was under way is sent a second time. The receiver knows it by its event_id.
//   settled, not     the row is waiting again, as above. A settlement never overtakes the row's own
//   committed        commit: the row had to be read first.
//   in a checkpoint  the log is still complete; SQLite copies it again.
// So what was acknowledged is a row in `records` until a transaction deletes it, and that
// transaction is made of a settlement (delivered, withdrawn, or moved to `dead` in the same breath)
// or is a step of a walk.
//
// Walks. walk() shows everything held and deletes what its visitor says: a withdrawal, an erasure.
// The writer takes one small step (walk.hpp) between two commits, so that a million waiting rows
// delay nobody; each step's deletions are one transaction. First come the records, pixel by pixel
// up to where they ended when the walk began, then the dead letters up to the last one there is by
// then: what dies during the walk is found among them. What was handed over before the
// walk has been committed when it begins. A row that a walk deletes may be leased, given back, or
// settled with the settlement still in the inbox. When the step has been committed, the desk's book
// forgets it, its settlement is taken out of the inbox and the counters are corrected, all of it
// under the desk's lock: whoever looks counts no record that is gone against one that still waits.
// A lease() that had read the row before is over by then, so its lease is in the book; who has it
// may end it or give it back, and is ignored. Locks are taken in the order desk, inbox, counters,
// and a walk's visitor is called with none held. A step that fails is tried again after a pause;
// like a settlement it may live on the reserve. A crash leaves whole steps; the walk is over. With
// durability `process` too the log is synced before the end of a walk is told, if anything has gone
// since it last was: who asked for the walk now forgets why, durably, and a power cut must bring
// nothing back that nothing would keep from being sent any more.
//
// Dead letters. Operators list them, make them wait again and delete them (dead_errands.hpp), in
// steps like those of a walk, and all of these errands stand in one line: while a letter moves back
// to the records no walk is under way that could miss it, and a walk that begins afterwards finds
// it there. A replay asks whether the letter may go on the row that it moves, in the same step. The
// letter becomes a row at the end of its pixel's range and is gone from the dead in one
// transaction, and its key is added as if it had just come in; one that is known is left dead. It
// takes no more room than before, so a full spool does not keep it back, but a full disk does. When
// one of their steps fails the errand ends and says so: an operator asks again.
//
// Dates. What grows old does so by a calendar (calendar.hpp), which is the steady clock plus what
// the wall clock is believed to be ahead of it. It follows what NTP corrects; a wall clock that was
// set it believes only after a quarter of an hour, and any clock as long after the start. A row
// says since when it waits, or is dead, by that calendar; after a replay that is later than when it
// was received. Once a new time is believed, nobody can say which rows are dated right, so that
// nothing at all expires before its whole retention has passed since then. The file remembers that
// moment, in the new time (table `clock`), for the processes that follow. What a set clock can do
// is therefore to keep things longer, at most by their retention or, when they were dated ahead, by
// as much. What it cannot see is a clock that is set forward while no process runs, or less than a
// quarter of an hour before it ends: that looks like a machine that was switched off for as long.
//
// What is gone. SQLite overwrites deleted rows in the file (secure_delete), but the log still holds
// the pages that they stood on. So after everything that was withdrawn or erased, by a walk or by a
// settlement, and after every start, the log is copied back and cut off in the next upkeep. After
// what was delivered, or a dead letter that expired, that is done once nothing has changed for ten
// seconds, and under load within thirty: each time costs two syncs. Readers of the file beside us
// may put it off, and it is tried until it succeeds; and it is done at the end.
//
// Keys. With a key what is personal of a record stands in a box (box.hpp), which the writer makes
// when it inserts the row and which every reader opens; a dead letter's message stands in a box of
// its own under the key of its record, so that one key opens the whole row. What goes into
// max_bytes is what would stand there in the clear, so that no size changes with a key. The writer
// keeps count of the rows under each key (key_census.hpp). When some do not stand under the newest,
// they are encrypted anew where they stand, in steps behind all errands (reencryption.hpp), each a
// transaction of its own: a crash leaves some under the one key and some under the other, and start
// goes on with them. On a full disk it waits. A key that was taken away stays in memory as long as
// rows need it; a start without it changes nothing and ends with no_key. New keys reach the desk
// before the writer, and old ones leave it when no row is under them any more, so that whatever a
// lease() finds can be read.
//
// A box that does not open although its key is there is damage of that row alone. It is never sent:
// the desk passes over it and a walk cannot show it, the rest goes out, nothing new is taken in,
// and the next start leaves the row behind in the file that is kept aside. If its time is over
// before, it becomes a dead letter like any other.
//
// Damage. A spool.db that is no database, or a damaged one, is kept aside at start and what can be
// read of it is taken over into a new one (damage.hpp). So is one whose log has commits behind a
// frame that does not fit: SQLite would pass over them without a word (mended_log.hpp). What start
// reads anyway is every page of the tables but payloads that span pages, and rows that do not fit
// together are damage too; what only comes to light later, also as a broken rule of the tables,
// stops the way in, lets out what can be read, and leaves a mark for the next start to check
// everything by.
//
// When the disk fails. A failed group is rolled back in the file and, by undo lists, in memory. Its
// appends are answered with the error. Its settlements stay and are tried again alone, with a pause
// between tries; until they succeed nothing new is taken in. A failed fdatasync is not believed
// later: the next group writes the same frames of the log anew. On a full disk the reserve is given
// up as soon as the log can no longer be copied back, while it is still short enough to fit; then
// settlements go in small steps, and what they free is given back (auto_vacuum) until the reserve
// can be made anew and events are taken in again.
//
// Duplicates. A set of 128-bit keys in the writer's memory (duplicate_set.hpp). At start it is read
// from the key log, and what waits is marked from the records themselves, so the log may be trimmed
// by age alone.
//
// Shares. A pixel may have a share of its own (shares.hpp): what its waiting and dead records take
// is kept by the committer, group by group, and read from the rows at start. A list that would take
// a pixel past its share is refused whole, before anybody asks whether the spool itself has room;
// duplicates are told apart first and need none. What was over the share already (it may have been
// made smaller) drains and stays.
//
// Order. Ids are pixel number << 40 | place. A pixel's rows are one range of the table, and no scan
// for a pixel ever visits another's rows, however many wait there. Places are reserved in blocks
// and never used twice, so that an id means one record for as long as the file lives. A new pixel's
// number is one more than the highest there is, and adding it fails rather than share a number.
#include "calendar.hpp"
#include "damage.hpp"
#include "dead_errands.hpp"
#include "directory.hpp"
#include "lease_desk.hpp"
#include "record_reader.hpp"
#include "reserve.hpp"
#include "schema.hpp"
#include "tallies.hpp"
#include "writer.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <sys/statvfs.h>
#include <utility>

namespace gatepost::spool {
namespace {

// On a full disk with blocks smaller than a page SQLite's index of the log (-shm) can be made with
// holes, and the first touch of one ends the process.
bool has_no_room(const std::string& directory) {
    constexpr std::uint64_t least = 256 << 10;
    struct statvfs disk {};
    return ::statvfs(directory.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < least;
}

// An older file is brought up to date when it is opened, also on a full disk: what it holds must
// drain. Settling needs the reserve next; what the opening took of it is made good as ever.
core::result<sqlite::database> open_file(const owned_directory& directory, durability chosen) {
    reserve left(directory.file("spool.reserve"));
    const bool used = has_no_room(directory.file("")) && left.take() && left.release();
    auto opened = open_to_write(directory.file("spool.db"), chosen);
    if (opened || opened.error() != sqlite::errc::full || used) {
        return opened;
    }
    return left.take() && left.release() ? open_to_write(directory.file("spool.db"), chosen)
                                         : std::move(opened);
}

// What the port says of a failure of the database.
core::error_code to_spool_error(core::error_code failure) {
    return failure == sqlite::errc::full      ? errc::full
           : failure == sqlite::errc::io      ? errc::io
           : failure == sqlite::errc::damaged ? errc::not_a_spool
                                              : failure;
}

// How long a wall clock that was set must stand before anything grows old by it. NTP and operators
// put a wrong one right within minutes; and what is kept for seconds should not be kept for
// minutes.
std::chrono::milliseconds patience(const limits& chosen) {
    return std::min<std::chrono::milliseconds>(
        std::chrono::minutes(15), std::min(chosen.retention, chosen.dead_letter_retention) / 8);
}

class sqlite_queue final : public queue {
  public:
    sqlite_queue(owned_directory directory, const options& chosen, const core::clock& clock)
        : directory_(std::move(directory)), options_(chosen), clock_(clock),
          calendar_(clock, patience(chosen.limits)), tallies_(chosen.limits.max_bytes.bytes),
          damage_(*directory_) {}
    ~sqlite_queue() override { close(); }

    core::error_code start(observe::metrics& metrics);

    void append(std::vector<core::sealed_record> records, append_done done) override {
        if (damage_.seen()) {
            done(make_error_code(errc::io));
            return;
        }
        writer_->append(std::move(records), std::move(done));
    }
    void on_arrival(arrival notify) override { writer_->on_arrival(std::move(notify)); }
    core::result<std::vector<leased_record>> lease(const std::string& pixel,
                                                   const lease_limits& limits) override {
        return desk_->lease(pixel, limits);
    }
    core::result<std::size_t> expire(const std::string& pixel) override {
        return desk_->expire(pixel);
    }
    void release(const std::string& pixel, std::span<const record_id> records,
                 core::steady_time not_before) override {
        desk_->release(pixel, records, not_before);
    }
    void hasten(const std::string& pixel) override { desk_->hasten(pixel); }
    void settle(const std::string& pixel, std::vector<settlement> settlements) override {
        desk_->settle(pixel, std::move(settlements));
    }
    std::vector<bool> still_leased(const std::string& pixel,
                                   std::span<const record_id> records) override {
        return desk_->still_leased(pixel, records);
    }
    core::result<backlog> look(const std::string& pixel) override { return desk_->look(pixel); }
    void walk(walk_visit visit, walk_done done) override {
        writer_->ask(spool::walk(std::move(visit), std::move(done)));
    }
    void list_dead(dead_query which, std::size_t limit, list_done done) override {
        writer_->ask(dead_listing(std::move(which), limit, std::move(done)));
    }
    void replay_dead(dead_query which, replay_check may_go, replay_done done) override {
        writer_->ask(dead_replay(std::move(which), std::move(may_go), std::move(done)));
    }
    void remove_dead(dead_query which, removal_done done) override {
        writer_->ask(dead_removal(std::move(which), std::move(done)));
    }
    void set_limits(const limits& chosen) override;
    void use_keys(key_ring keys) override;
    std::vector<std::string> pixels() override { return tallies_.pixels(); }
    totals count() const override { return tallies_.sum(); }
    void close() override;

  private:
    core::error_code open(observe::metrics& metrics);

    std::optional<owned_directory> directory_;
    options options_;
    const core::clock& clock_;
    calendar calendar_;
    tallies tallies_;
    damage_watch damage_;
    std::optional<lease_desk> desk_;
    std::unique_ptr<writer> writer_;
};

core::error_code sqlite_queue::start(observe::metrics& metrics) {
    if (const auto failure = finish_replacement(*directory_, clock_)) {
        return failure;
    }
    auto failure = look_at_files(*directory_, options_.durability);
    if (!failure) {
        failure = open(metrics);
    }
    if (failure == sqlite::errc::damaged) {
        desk_.reset();
        failure = replace_damaged(*directory_, clock_, options_.keys);
        if (!failure) {
            failure = open(metrics);
        }
    }
    options_.keys = {}; // an older one is not to stay here when it is replaced
    damage_.begin();
    return to_spool_error(failure);
}

core::error_code sqlite_queue::open(observe::metrics& metrics) {
    const auto file = directory_->file("spool.db");
    if (const auto failure = core::make_private_file(file)) {
        return failure == boost::system::errc::not_supported ? make_error_code(errc::not_a_spool)
                                                             : failure;
    }
    auto opened = open_file(*directory_, options_.durability);
    if (!opened) {
        return opened.error();
    }
    if (const auto failure = check_if_marked(*directory_, options_.keys)) {
        return failure;
    }
    opened->on_damage(damage_.alarm());
    // Only now is it known to be ours. SQLite gives new files beside it the same mode.
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        if (const auto failure = core::make_private(file + suffix)) {
            return failure;
        }
    }
    auto reader = record_reader::open(file, options_.keys, damage_.alarm());
    if (!reader) {
        return reader.error();
    }
    desk_.emplace(std::move(*reader), options_.limits.retention, clock_, calendar_, tallies_);
    auto started = writer::start(std::move(*opened), directory_->file("spool.reserve"), options_,
                                 clock_, calendar_, metrics, tallies_, *desk_, damage_.alarm());
    if (!started) {
        // Rows that do not fit together: not another program's file, it has been opened.
        return started.error() == errc::not_a_spool ? sqlite::errc::damaged : started.error();
    }
    writer_ = std::move(*started);
    desk_->settle_through([this](settlement_list list) { writer_->settle(std::move(list)); });
    return {};
}

void sqlite_queue::set_limits(const limits& chosen) {
    calendar_.be_patient_for(patience(chosen));
    desk_->expire_after(chosen.retention);
    writer_->set_limits(chosen);
}

// The reader before the writer, so that whatever is written can be read.
void sqlite_queue::use_keys(key_ring keys) {
    desk_->use_keys(keys);
    writer_->use_keys(std::move(keys));
}

void sqlite_queue::close() {
    if (desk_) {
        // Before the writer's connection, which as the last one tidies the log away.
        desk_->close();
    }
    if (writer_) {
        writer_->close();
    }
    directory_.reset();
}

} // namespace

core::result<std::unique_ptr<queue>>
open_sqlite_queue(const options& chosen, const core::clock& clock, observe::metrics& metrics) {
    auto directory = owned_directory::take(chosen.path);
    if (!directory) {
        return directory.error();
    }
    auto opened = std::make_unique<sqlite_queue>(std::move(*directory), chosen, clock);
    if (const auto failure = opened->start(metrics)) {
        return failure;
    }
    return std::unique_ptr<queue>(std::move(opened));
}

} // namespace gatepost::spool
