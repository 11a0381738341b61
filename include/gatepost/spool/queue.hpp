// The port of the durable queue between the way in and the way out.
//
// A record goes waiting -> leased -> settled (delivered or withdrawn: gone; dead: a dead letter).
// Leases, retry times and cursors live in memory and are void at start, so that after a crash
// everything that was not settled is waiting again. Delivery is therefore at least once; the
// receiver deduplicates by event_id.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/core/units.hpp>
#include <gatepost/spool/key_ring.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::spool {

enum class errc {
    full = 1,      // max_bytes reached or the disk full; room comes back as events are delivered
    io,            // the disk or the database failed
    closed,        // shutting down
    owned,         // another process owns this directory
    newer_version, // written by a newer program
    not_a_spool,   // the file is something else or corrupted
    quota,         // a pixel's own share of max_bytes is used up
    no_key,        // records are encrypted under a key that is not given
    unreadable,    // records were passed over because they are damaged
};
const boost::system::error_category& spool_category();
core::error_code make_error_code(errc value);

// What may change while the queue is open.
struct limits {
    core::byte_size max_bytes = core::gibibytes(1); // waiting and dead records
    // Of these the most that one pixel may take; pixels that are not in it may take all.
    std::map<std::string, core::byte_size> max_bytes_of_pixel;
    std::chrono::milliseconds retention = std::chrono::hours(24 * 7); // then a dead letter
    std::chrono::milliseconds dead_letter_retention = std::chrono::hours(24 * 30);
};

// Unique within a spool, ascending within a pixel.
using record_id = std::int64_t;

enum class append_status : std::uint8_t { queued, duplicate };

// A record out on lease, as the relay needs it.
struct leased_record {
    record_id id = 0;
    std::string event;
    std::string event_id;
    std::string variant; // core::record
    std::string payload;
    core::wall_time received;
    std::chrono::sys_seconds event_time;
    int attempts = 0; // since start, before this lease
    // For the second look before it is sent, and for the audit trail.
    std::string controller;
    std::vector<core::subject_key> subjects;
    std::string evidence;
};

struct lease_limits {
    std::size_t max_events = 1000;
    std::uint64_t max_bytes = 1 << 20; // of payloads; one record is always given
    bool fresh_only = false;           // none that was given back
};

enum class settled_as : std::uint8_t {
    delivered,
    dead,
    withdrawn, // must not be sent any more: gone, and its event_id is free again
};

struct settlement {
    record_id id = 0;
    settled_as how = settled_as::delivered;
    // For dead letters:
    std::string reason;    // "invalid", "failed_event", "expired"
    std::int64_t code = 0; // the upstream's code
    std::string message;   // the upstream's words
    std::string request_id;
    int attempts = 0;
};

struct backlog {
    std::size_t fresh = 0;      // never leased since the start: due at once
    std::size_t given_back = 0; // leased before and waiting again, whether due or not
    std::size_t due_again = 0;  // of these, those whose time has come
    std::optional<core::steady_time> next_due_again; // of those given back, the first's time
    std::size_t leased = 0;
    std::size_t settling = 0;              // their leases have ended, which is not on disk yet
    std::optional<core::wall_time> oldest; // since when the oldest unsettled record waits

    std::size_t waiting() const { return fresh + given_back; }
};

struct totals {
    std::uint64_t waiting = 0; // including leased
    std::uint64_t leased = 0;
    std::uint64_t dead = 0;
    std::uint64_t bytes = 0; // of waiting and dead records
    std::optional<core::wall_time> oldest;
    // When what was held at the opening, dead letters too, was last received.
    std::optional<core::wall_time> newest_at_opening;
    bool full = false;
    // Waiting and dead records that are not encrypted under the newest key, or in the clear
    // although there is one. Once there are none the older keys are not needed any more.
    std::uint64_t to_encrypt_anew = 0;
};

// A record as walk() shows it; views hold for the call.
struct held_record {
    bool dead = false;   // a dead letter
    bool leased = false; // on its way at this moment
    std::string_view pixel;
    std::string_view controller;
    std::string_view event;
    std::string_view event_id;
    std::string_view payload;
    std::string_view evidence;
    std::span<const core::subject_key> subjects;
    core::wall_time received;
    std::chrono::sys_seconds event_time;
    std::string_view reason; // of a dead letter
};

// Which dead letters: those of these ids; without ids those of this reason; without either all.
struct dead_query {
    std::vector<std::int64_t> ids;
    std::string reason;
};

// A dead letter as operators see it: nothing of the visitor.
struct dead_letter {
    std::int64_t id = 0;
    std::string pixel;
    std::string event;
    std::string event_id;
    std::string reason;
    std::int64_t code = 0;
    std::string message;
    std::string request_id;
    int attempts = 0;
    core::wall_time at;
};

// What a replay did. After a failure what it says has been done is done, and the rest is as before.
struct replay_result {
    struct refusal {
        std::int64_t id = 0;
        std::string reason; // "not_found", "duplicate", or what `may_go` said
    };
    std::size_t replayed = 0;
    std::vector<refusal> refused;
    core::error_code failure;
};

struct removal_result {
    std::size_t deleted = 0;
    core::error_code failure;
};

class queue {
  public:
    virtual ~queue() = default;

    // One status per record in order; the list is committed as a whole with the configured
    // durability, or refused as a whole (errc::full, quota, io, closed). Any thread; `done` is
    // called once, on a thread of the engine's own (on the caller's when closed or damaged), and
    // must return soon. An empty list is answered when every list handed over before it has been.
    using append_done = std::function<void(core::result<std::vector<append_status>>)>;
    virtual void append(std::vector<core::sealed_record> records, append_done done) = 0;

    // Called on a thread of the engine's own after records of this pixel were committed.
    using arrival = std::function<void(const std::string& pixel)>;
    virtual void on_arrival(arrival notify) = 0;

    // The way out; for one consuming thread at a time.
    // Due records of a pixel, oldest first: those given back whose time has come, then new ones.
    // Expired ones (retention) are not among them: they become dead letters on the way. After many
    // of those the answer may be empty although more wait; look() says so. Errors: io, closed; then
    // nothing was leased.
    virtual core::result<std::vector<leased_record>> lease(const std::string& pixel,
                                                           const lease_limits& limits) = 0;
    // Makes dead letters of the oldest records past their retention, new ones and those given back
    // that are due, for pixels that nobody leases from any more. Gives how many; more may remain.
    virtual core::result<std::size_t> expire(const std::string& pixel) = 0;
    // Gives leases back, to be leased again from `not_before` on. Here and in settle() ids that are
    // not leased are ignored.
    virtual void release(const std::string& pixel, std::span<const record_id> records,
                         core::steady_time not_before) = 0;
    // Makes everything that was given back due now.
    virtual void hasten(const std::string& pixel) = 0;
    // Ends leases: at once for whoever looks, durably soon, in order with other settlements. A
    // record that is settled and not yet on disk when the process dies is waiting again.
    virtual void settle(const std::string& pixel, std::vector<settlement> settlements) = 0;
    // One flag for each record: its lease has not ended. A walk that deletes a record ends its
    // lease before the walk's `done` is called; ids are never used twice.
    virtual std::vector<bool> still_leased(const std::string& pixel,
                                           std::span<const record_id> records) = 0;
    virtual core::result<backlog> look(const std::string& pixel) = 0;
    // Pixels with unsettled records, also such that are no longer configured.
    virtual std::vector<std::string> pixels() = 0;

    // Shows every record that is held when the walk begins, dead letters too, and deletes those for
    // which `visit` says true (their event_ids are free again). Runs in bounded steps between
    // commits, one walk after the other in the order asked for. `visit` is called on a thread of
    // the engine's own and must be quick; `done` once, on the same thread (on the caller's when
    // closed), when nothing deleted by it or settled before could come back after a power cut,
    // whatever the durability, or with the error that ended the walk (errc::closed), or with
    // errc::unreadable when everything was shown but records whose boxes do not open. A record may
    // be shown twice: when its step fails on a full or failing disk and is tried again, and when it
    // becomes a dead letter during the walk. A leased record that is deleted may still be delivered
    // by the request under way; still_leased() says that it must not be sent again, and what its
    // holder says of it afterwards is ignored. What was deleted is also overwritten on disk, and
    // soon taken out of the log; readers of the file may hold that up.
    using walk_visit = std::function<bool(const held_record&)>;
    using walk_done = std::function<void(core::error_code)>;
    virtual void walk(walk_visit visit, walk_done done) = 0;

    // Dead letters. All three run in bounded steps between commits; `done` is called once, on a
    // thread of the engine's own (on the caller's when closed), outside its locks. Any thread.

    // The newest first, at most `limit` of them.
    using list_done = std::function<void(core::result<std::vector<dead_letter>>)>;
    virtual void list_dead(dead_query which, std::size_t limit, list_done done) = 0;
    // Makes them wait again behind what waits already, each under its own event_id; their retention
    // begins anew. One whose event_id waits or was delivered meanwhile is refused as a duplicate.
    // `may_go` is asked about each, on a thread of the engine's own, and must be quick: a reason, a
    // literal, why it may not; nullopt when it may.
    using replay_check = std::function<std::optional<std::string_view>(const held_record&)>;
    using replay_done = std::function<void(replay_result)>;
    virtual void replay_dead(dead_query which, replay_check may_go, replay_done done) = 0;
    // Deletes them, and overwrites them on disk as a walk does.
    using removal_done = std::function<void(removal_result)>;
    virtual void remove_dead(dead_query which, removal_done done) = 0;

    // New limits, from the next commit on. What is held beyond them stays and drains. Any thread.
    virtual void set_limits(const limits& chosen) = 0;
    // New keys, from the next commit on. What is held under others, or in the clear, is encrypted
    // under the newest in bounded steps between commits. Keys that are missing now and have records
    // are kept in memory until those are gone; the next start needs them. Any thread.
    virtual void use_keys(key_ring keys) = 0;

    // Any thread.
    virtual totals count() const = 0;
    // Finishes what was handed over and closes the files; later calls answer errc::closed.
    virtual void close() = 0;
};

} // namespace gatepost::spool

namespace boost::system {
template <>
struct is_error_code_enum<gatepost::spool::errc> : std::true_type {};
} // namespace boost::system
