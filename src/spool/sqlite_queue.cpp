// The design of the queue in an SQLite file
//
// Files. <path>/spool.db (tables in schema.cpp) with SQLite's write-ahead log beside it;
// spool.lock, which one process holds with flock(2); spool.reserve, space that is given up so that
// a full disk can drain (reserve.hpp).
//
// Threads. One writer thread has the only connection that writes and checkpoints; SQLite before
// 3.51.3 has a race between two that do. The consuming thread reads through a connection of its own
// that cannot write, and keeps the leases (lease_desk.hpp). They share the counters (tallies.hpp);
// beside that only a walk asks the desk what is out and tells it what is gone.
//
// The way in. append() puts a list into the writer's inbox. The writer takes everything that queued
// while it was busy and commits it as one transaction: for each list the duplicates are told apart,
// the rest becomes rows, and the keys of the whole group become one row of the key log. Only when
// COMMIT has returned are the lists answered. There is no timer: a lone list is committed at once,
// and under load the groups grow by themselves.
//
// The way out. lease() gives out rows past the pixel's cursor, and rows given back whose time has
// come. Cursor, leases and retry times are in memory only (lease_book.hpp). settle() ends a lease
// in memory at once and hands the writer the deletion, which shares the next transaction.
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
// up to where they ended when the walk was asked for, then the dead letters up to the last one
// there is by then: what dies during the walk is found among them. What was handed over before the
// walk has been committed when it begins. A row that a walk deletes may be leased, given back, or
// settled with the settlement still in the inbox. When the step has been committed, the desk's book
// forgets it, its settlement is taken out of the inbox and the counters are corrected, all of it
// under the desk's lock: whoever looks counts no record that is gone against one that still waits.
// A lease() that had read the row before is over by then, so its lease is in the book; who has it
// may end it or give it back, and is ignored. Locks are taken in the order desk, inbox, counters,
// and a walk's visitor is called with none held. A step that fails is tried again after a pause;
// like a settlement it may live on the reserve. A crash leaves whole steps; the walk is over.
//
// What was withdrawn or erased. SQLite overwrites deleted rows in the file (secure_delete), but the
// log still holds the pages that they stood on. So after every such deletion, by a walk or by a
// settlement, and after every start, the log is copied back and cut off in the next upkeep; readers
// of the file beside us may put that off, and it is tried until it succeeds.
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
// and never used twice, so that an id means one record for as long as the file lives.
#include "directory.hpp"
#include "lease_desk.hpp"
#include "record_reader.hpp"
#include "reserve.hpp"
#include "schema.hpp"
#include "tallies.hpp"
#include "writer.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <optional>
#include <utility>

namespace gatepost::spool {
namespace {

// An older file is brought up to date when it is opened, also on a full disk: what it holds must
// drain. Settling needs the reserve next; what the upgrade took of it is made good as ever.
core::result<sqlite::database> open_file(const owned_directory& directory, durability chosen) {
    auto opened = open_to_write(directory.file("spool.db"), chosen);
    if (opened || opened.error() != sqlite::errc::full) {
        return opened;
    }
    reserve left(directory.file("spool.reserve"));
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

class sqlite_queue final : public queue {
  public:
    sqlite_queue(owned_directory directory, const options& chosen, const core::clock& clock)
        : directory_(std::move(directory)), options_(chosen), clock_(clock),
          tallies_(chosen.max_bytes.bytes) {}
    ~sqlite_queue() override { close(); }

    core::error_code start(observe::metrics& metrics);

    void append(std::vector<core::sealed_record> records, append_done done) override {
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
        writer_->walk(std::move(visit), std::move(done));
    }
    std::vector<std::string> pixels() override { return tallies_.pixels(); }
    totals count() const override { return tallies_.sum(); }
    void close() override;

  private:
    std::optional<owned_directory> directory_;
    options options_;
    const core::clock& clock_;
    tallies tallies_;
    std::optional<lease_desk> desk_;
    std::unique_ptr<writer> writer_;
};

core::error_code sqlite_queue::start(observe::metrics& metrics) {
    const auto file = directory_->file("spool.db");
    if (const auto failure = core::make_private_file(file)) {
        return failure == boost::system::errc::not_supported ? make_error_code(errc::not_a_spool)
                                                             : failure;
    }
    auto opened = open_file(*directory_, options_.durability);
    if (!opened) {
        return to_spool_error(opened.error());
    }
    // Only now is it known to be ours. SQLite gives new files beside it the same mode.
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        if (const auto failure = core::make_private(file + suffix)) {
            return failure;
        }
    }
    auto reader = record_reader::open(file);
    if (!reader) {
        return to_spool_error(reader.error());
    }
    desk_.emplace(std::move(*reader), options_, clock_, tallies_);
    auto started = writer::start(std::move(*opened), directory_->file("spool.reserve"), options_,
                                 clock_, metrics, tallies_, *desk_);
    if (!started) {
        return to_spool_error(started.error());
    }
    writer_ = std::move(*started);
    desk_->settle_through([this](settlement_list list) { writer_->settle(std::move(list)); });
    return {};
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
