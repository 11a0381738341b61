// The design of the queue in an SQLite file
//
// Files. <path>/spool.db (tables in schema.cpp) with SQLite's write-ahead log beside it;
// spool.lock, which one process holds with flock(2); spool.reserve, space that is given up so that
// a full disk can drain (reserve.hpp).
//
// Threads. One writer thread has the only connection that writes and checkpoints; SQLite before
// 3.51.3 has a race between two that do. The consuming thread reads through a connection of its own
// that cannot write. They share the counters (tallies.hpp) and nothing else.
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
// transaction is made of a settlement: delivered, or moved to `dead` in the same breath.
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
// Order. Ids are pixel number << 40 | place. A pixel's rows are one range of the table, and no scan
// for a pixel ever visits another's rows, however many wait there. Places are reserved in blocks
// and never used twice, so that an id means one record for as long as the file lives.
#include "directory.hpp"
#include "lease_book.hpp"
#include "record_reader.hpp"
#include "schema.hpp"
#include "tallies.hpp"
#include "writer.hpp"

#include <gatepost/spool/sqlite_queue.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace gatepost::spool {
namespace {

// How many expired records one lease() passes over; more stay for the next one.
constexpr std::size_t most_expired = 4096;

// What one lease() has found so far.
struct haul {
    const lease_limits& limits;
    core::wall_time expired_before;
    std::vector<leased_record> records;
    std::vector<record_id> expired;
    std::uint64_t bytes = 0;

    bool has_room() const {
        return records.size() < limits.max_events && expired.size() < most_expired;
    }
    // False when no more can be taken.
    bool take(leased_record record) {
        if (record.received <= expired_before) {
            expired.push_back(record.id);
            return has_room();
        }
        if (!records.empty() && bytes + record.payload.size() > limits.max_bytes) {
            return false;
        }
        bytes += record.payload.size();
        records.push_back(std::move(record));
        return has_room() && bytes < limits.max_bytes;
    }
};

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
                                                   const lease_limits& limits) override;
    core::result<std::size_t> expire(const std::string& pixel) override;
    void release(const std::string& pixel, std::span<const record_id> records,
                 core::steady_time not_before) override;
    void hasten(const std::string& pixel) override;
    void settle(const std::string& pixel, std::vector<settlement> settlements) override;
    core::result<backlog> look(const std::string& pixel) override;
    std::vector<std::string> pixels() override { return tallies_.pixels(); }
    totals count() const override { return tallies_.sum(); }
    void close() override;

  private:
    core::error_code find_due(lease_book& book, haul& into);
    std::vector<leased_record> keep(const std::string& pixel, lease_book& book, haul found);
    void hand_over(const std::string& pixel, std::vector<settlement> settlements);
    lease_book* find_book(const std::string& pixel);

    std::optional<owned_directory> directory_;
    options options_;
    const core::clock& clock_;
    tallies tallies_;
    std::unique_ptr<writer> writer_;

    // close() may come from another thread than the consuming one.
    std::mutex consuming_;
    std::optional<record_reader> reader_;
    std::map<std::string, lease_book> books_;
};

core::error_code sqlite_queue::start(observe::metrics& metrics) {
    const auto file = directory_->file("spool.db");
    if (const auto failure = make_private_file(file)) {
        return failure;
    }
    auto opened = open_to_write(file, options_.durability);
    if (!opened) {
        return opened.error();
    }
    // Only now is it known to be ours. SQLite gives new files beside it the same mode.
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        if (const auto failure = make_private(file + suffix)) {
            return failure;
        }
    }
    auto reader = record_reader::open(file);
    if (!reader) {
        return reader.error();
    }
    auto started = writer::start(std::move(*opened), directory_->file("spool.reserve"), options_,
                                 clock_, metrics, tallies_);
    if (!started) {
        return started.error();
    }
    reader_.emplace(std::move(*reader));
    writer_ = std::move(*started);
    return {};
}

core::result<std::vector<leased_record>> sqlite_queue::lease(const std::string& pixel,
                                                             const lease_limits& limits) {
    const std::lock_guard lock(consuming_);
    if (!reader_) {
        return make_error_code(errc::closed);
    }
    const auto tally = tallies_.find(pixel);
    if (!tally || limits.max_events == 0) {
        return std::vector<leased_record>();
    }
    auto& book = books_.try_emplace(pixel, first_id(tally->number) - 1).first->second;
    haul found{limits, clock_.wall() - options_.retention, {}, {}, 0};
    auto failure = find_due(book, found);
    if (!failure && found.has_room() && found.bytes < limits.max_bytes) {
        failure =
            reader_->each(book.cursor() + 1, last_id(tally->number),
                          [&](leased_record record) { return found.take(std::move(record)); });
    }
    if (failure) {
        return make_error_code(errc::io);
    }
    return keep(pixel, book, std::move(found));
}

core::result<std::size_t> sqlite_queue::expire(const std::string& pixel) {
    const std::lock_guard lock(consuming_);
    if (!reader_) {
        return make_error_code(errc::closed);
    }
    const auto tally = tallies_.find(pixel);
    if (!tally) {
        return std::size_t{0};
    }
    auto& book = books_.try_emplace(pixel, first_id(tally->number) - 1).first->second;
    const lease_limits one{.max_events = 1};
    haul found{one, clock_.wall() - options_.retention, {}, {}, 0};
    if (reader_->each(book.cursor() + 1, last_id(tally->number),
                      [&](leased_record record) { return found.take(std::move(record)); })) {
        return make_error_code(errc::io);
    }
    found.records.clear(); // the first that is not expired stays where it is
    const auto count = found.expired.size();
    keep(pixel, book, std::move(found));
    return count;
}

core::error_code sqlite_queue::find_due(lease_book& book, haul& into) {
    for (const auto id : book.due(clock_.steady(), into.limits.max_events)) {
        bool there = false;
        bool more = true;
        const auto failure = reader_->each(id, id, [&](leased_record record) {
            there = true;
            more = into.take(std::move(record));
            return more;
        });
        if (failure) {
            return failure;
        }
        if (!there) {
            book.drop(id);
        }
        if (!more) {
            break;
        }
    }
    return {};
}

// Nothing is entered in the book before everything has been read.
std::vector<leased_record> sqlite_queue::keep(const std::string& pixel, lease_book& book,
                                              haul found) {
    for (auto& record : found.records) {
        record.attempts = book.lease(record.id);
    }
    std::vector<settlement> expired;
    for (const auto id : found.expired) {
        expired.push_back({.id = id,
                           .how = settled_as::dead,
                           .reason = "expired",
                           .code = 0,
                           .message = {},
                           .request_id = {},
                           .attempts = book.drop(id)});
    }
    tallies_.leased(pixel, book.leased());
    hand_over(pixel, std::move(expired));
    return std::move(found.records);
}

void sqlite_queue::hand_over(const std::string& pixel, std::vector<settlement> settlements) {
    if (!settlements.empty()) {
        tallies_.handed_over(pixel, settlements.size());
        writer_->settle({pixel, std::move(settlements)});
    }
}

lease_book* sqlite_queue::find_book(const std::string& pixel) {
    const auto found = books_.find(pixel);
    return found == books_.end() ? nullptr : &found->second;
}

void sqlite_queue::release(const std::string& pixel, std::span<const record_id> records,
                           core::steady_time not_before) {
    const std::lock_guard lock(consuming_);
    if (auto* book = find_book(pixel)) {
        for (const auto id : records) {
            book->release(id, not_before);
        }
        tallies_.leased(pixel, book->leased());
    }
}

void sqlite_queue::hasten(const std::string& pixel) {
    const std::lock_guard lock(consuming_);
    if (auto* book = find_book(pixel)) {
        book->hasten();
    }
}

void sqlite_queue::settle(const std::string& pixel, std::vector<settlement> settlements) {
    const std::lock_guard lock(consuming_);
    if (auto* book = find_book(pixel)) {
        std::erase_if(settlements, [book](const settlement& one) { return !book->settle(one.id); });
        tallies_.leased(pixel, book->leased());
        hand_over(pixel, std::move(settlements));
    }
}

core::result<backlog> sqlite_queue::look(const std::string& pixel) {
    const std::lock_guard lock(consuming_);
    if (!reader_) {
        return make_error_code(errc::closed);
    }
    const auto tally = tallies_.find(pixel);
    if (!tally) {
        return backlog();
    }
    const auto* book = find_book(pixel);
    const auto leased = book != nullptr ? book->leased() : 0;
    const auto given_back = book != nullptr ? book->given_back() : 0;
    // A record may be read, leased and settled before the writer has counted it.
    const auto gone = tally->settling + leased;
    const auto waiting = tally->rows - std::min(tally->rows, gone);
    backlog seen{.waiting = waiting, .leased = leased, .oldest = tally->oldest, .next_due = {}};
    if (waiting > given_back) {
        seen.next_due = clock_.steady();
    } else if (given_back > 0) {
        seen.next_due = book->next_due();
    }
    return seen;
}

void sqlite_queue::close() {
    {
        const std::lock_guard lock(consuming_);
        // Before the writer's connection, which as the last one tidies the log away.
        reader_.reset();
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
