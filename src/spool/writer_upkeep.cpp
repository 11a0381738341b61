// The writer's upkeep: what keeps the file and its log short, and the reserve held.
#include "writer.hpp"

#include <gatepost/observe/log.hpp>

#include <utility>

namespace gatepost::spool {
namespace {

// Past pages_when_idle the log is copied back when nobody waits, else before a checkpoint takes
// longer than an application likes to wait (1000 pages: 5 ms here; 4000: 20 ms).
constexpr int pages_at_most = 1000;
// What the file keeps of the pages that were emptied, for the next events.
constexpr std::int64_t kept_free_pages = 2048;

constexpr std::chrono::milliseconds upkeep_interval(250); // at most this often

// How long the log may hold what was delivered, and after how long without a change it is not kept
// as long.
constexpr std::chrono::seconds most_time_settled(30);
constexpr std::chrono::seconds quiet_time(10);

} // namespace

void writer::upkeep() {
    keep_log_short();
    const auto now = clock_.steady();
    if (now < next_upkeep_ && !more_upkeep_) {
        return;
    }
    next_upkeep_ = now + upkeep_interval;
    more_upkeep_ = false;
    if (const auto done = committer_->trim()) {
        tallies_.apply(done->change);
        more_upkeep_ = done->more;
        if (done->change.dead < 0) {
            note_settled();
        }
    } else {
        complain(done.error());
    }
    // What a walk empties is given back when it is over, unless the disk is full: moving 256 pages
    // takes five times as long as one of its steps.
    if (errands_.empty() || !reserve_.held()) {
        shrink();
    }
    if (log_is_to_be_cut(now)) {
        cut_log_off();
    }
    if (!reserve_.held()) {
        regain_reserve();
    }
}

void writer::shrink() {
    if (const auto done = committer_->shrink(reserve_.held() ? kept_free_pages : 0)) {
        more_upkeep_ = more_upkeep_ || done->more;
    } else {
        complain(done.error());
    }
}

void writer::keep_log_short() {
    const auto pages = database_->log_pages();
    bool idle = false;
    if (pages > pages_when_idle && pages <= pages_at_most) {
        const std::lock_guard lock(mutex_);
        idle = inbox_.empty();
    }
    // After a failure the log's own pages may be the room that is wanting.
    if (pages > pages_at_most || idle || failure_) {
        copy_log_back();
    }
}

void writer::copy_log_back() {
    if (const auto failure = database_->checkpoint(false)) {
        complain(failure);
        // The file could not grow. Were the log to grow instead, no reserve would ever be enough.
        if (failure == sqlite::errc::full) {
            use_reserve();
        }
    }
}

// In the file a deleted row is overwritten, but the log keeps it until other frames happen to be
// written over it, which on a quiet day is never.
void writer::cut_log_off() {
    copy_log_back();
    if (database_->log_pages() > 0) {
        return; // somebody reads what was there before
    }
    log_remembers_ = !truncate_log();
    if (!log_remembers_) {
        log_holds_settled_since_.reset();
        last_cut_ = clock_.steady();
    }
}

// What was delivered goes a while later than what must not be there: on a quiet day when nobody has
// asked for anything for a while, under load seldom, since each time costs two syncs of the disk.
bool writer::log_is_to_be_cut(core::steady_time now) const {
    if (log_remembers_ || !log_holds_settled_since_) {
        return log_remembers_;
    }
    const bool quiet = now >= last_change_ + quiet_time && now >= last_cut_ + most_time_settled;
    return quiet || now >= *log_holds_settled_since_ + most_time_settled;
}

void writer::note_settled() {
    log_holds_settled_since_ = log_holds_settled_since_.value_or(clock_.steady());
}

// To cut it off nobody may read from it at all. When somebody does, the next time is soon.
bool writer::truncate_log() {
    return !database_->checkpoint(true);
}

void writer::regain_reserve() {
    // Fails while there is no room or somebody reads; the next time is soon.
    if (truncate_log() && reserve_.take()) {
        tallies_.disk_full(false);
        if (std::exchange(warned_, false)) {
            observe::log(observe::level::info, "spool: the disk has room again");
        }
    }
}

} // namespace gatepost::spool
