#include "writer.hpp"

#include <gatepost/observe/log.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace gatepost::spool {
namespace {

// Maintenance is looked after this often when there is nothing to do.
constexpr std::chrono::seconds idle_interval(1);
// Between two lines in the log about a disk that fails.
constexpr std::chrono::seconds complaint_interval(10);

constexpr int broken_rule = 19; // SQLITE_CONSTRAINT

void refuse(std::span<const append_list> appends, core::error_code failure) {
    for (const auto& list : appends) {
        list.done(failure);
    }
}

} // namespace

core::result<std::unique_ptr<writer>>
writer::start(sqlite::database opened, std::string reserve_file, const options& chosen,
              const core::clock& clock, calendar& dates, observe::metrics& metrics,
              tallies& counters, lease_desk& desk, std::function<void()> on_damage) {
    std::unique_ptr<writer> made(new writer(std::move(opened), std::move(reserve_file), chosen,
                                            clock, dates, metrics, counters, desk,
                                            std::move(on_damage)));
    const auto held = made->committer_->load();
    if (!held) {
        return held.error();
    }
    counters.apply(*held);
    made->reencryption_.begin(*made->committer_);
    counters.disk_full(!made->reserve_.take());
    made->thread_ = std::thread([self = made.get()] { self->run(); });
    return made;
}

writer::writer(sqlite::database opened, std::string reserve_file, const options& chosen,
               const core::clock& clock, calendar& dates, observe::metrics& metrics,
               tallies& counters, lease_desk& desk, std::function<void()> on_damage)
    : options_(chosen), clock_(clock), metrics_(metrics), tallies_(counters), desk_(desk),
      on_damage_(std::move(on_damage)), reserve_(std::move(reserve_file)),
      database_(std::move(opened)), next_step_(clock.steady()), next_upkeep_(clock.steady()),
      next_complaint_(clock.steady()), next_warning_(clock.steady()), last_change_(clock.steady()),
      last_cut_(clock.steady()) {
    committer_.emplace(*database_, options_, dates, on_damage_);
}

writer::~writer() {
    close();
}

void writer::append(std::vector<core::sealed_record> records, queue::append_done done) {
    {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            inbox_.appends.push_back({std::move(records), std::move(done)});
            wake_.notify_one();
            return;
        }
    }
    done(make_error_code(errc::closed));
}

core::error_code writer::answer_for(core::error_code failure) {
    return failure == sqlite::errc::full || failure == errc::full ? errc::full : errc::io;
}

void writer::settle(settlement_list list) {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
        inbox_.settlements.push_back(std::move(list));
        wake_.notify_one();
    }
}

void writer::on_arrival(queue::arrival notify) {
    const std::lock_guard lock(notify_mutex_);
    notify_ = std::move(notify);
}

void writer::ask(errand one) {
    {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            inbox_.errands.push_back(std::move(one));
            wake_.notify_one();
            return;
        }
    }
    finish(one, errc::closed);
}

void writer::set_limits(const limits& chosen) {
    const std::lock_guard lock(mutex_);
    inbox_.limits = chosen;
    wake_.notify_one();
}

void writer::use_keys(key_ring keys) {
    const std::lock_guard lock(mutex_);
    inbox_.keys = std::move(keys);
    wake_.notify_one();
}

void writer::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void writer::run() {
    std::vector<errand> asked;
    for (bool closing = false; !closing;) {
        auto work = wait(closing);
        // After the commit: a walk shows what was handed over before it was asked for.
        asked = std::exchange(work.errands, {});
        take_on(work);
        handle(std::move(work));
        if (!closing) {
            go_on(std::move(asked));
        }
        upkeep();
    }
    while (!unsettled_.empty() && !stuck()) {
        handle({});
    }
    end_errands(std::move(asked));
    // SQLite deletes the log when its last reader goes; what is copied back and cut off is gone
    // whoever reads.
    if (const auto failure = database_->checkpoint(true);
        failure && failure != sqlite::errc::busy) {
        complain(failure);
    }
    committer_.reset();
    database_.reset();
}

writer::inbox writer::wait(bool& closing) {
    std::unique_lock lock(mutex_);
    if (stuck()) {
        // A disk that fails is not tried again at once, whatever comes in.
        wake_.wait_for(lock, retry_pause, [this] { return closing_; });
    } else if (unsettled_.empty() && !has_more_to_do()) {
        wake_.wait_for(lock, step_failed_ ? retry_pause : idle_interval,
                       [this] { return closing_ || !inbox_.empty(); });
    }
    // Nothing comes in any more once closing: this is the last of it.
    closing = closing_;
    return std::exchange(inbox_, {});
}

bool writer::has_more_to_do() const {
    const bool encrypts = !reencryption_.over() && reserve_.held();
    return errands_.empty() ? more_upkeep_ || (encrypts && !step_failed_) : !step_failed_;
}

void writer::take_on(const inbox& chosen) {
    if (chosen.limits) {
        options_.limits = *chosen.limits;
        tallies_.limit(options_.limits.max_bytes.bytes);
    }
    if (chosen.keys) {
        options_.keys = *chosen.keys;
        tallies_.apply(committer_->use_keys(options_.keys));
        reencryption_.begin(*committer_);
        if (committer_->to_encrypt_anew() == 0) {
            forget_older_keys();
        }
    }
}

void writer::handle(inbox work) {
    std::ranges::move(work.settlements, std::back_inserter(unsettled_));
    // After a failure settlements go alone, so that an append cannot be what keeps them back.
    if (stuck()) {
        settle_alone();
    }
    // A disk that cannot even settle, or that lives on its reserve, takes nothing new.
    if (stuck()) {
        refuse(work.appends, answer_for(failure_));
        return;
    }
    if (!reserve_.held()) {
        refuse(work.appends, make_error_code(errc::full));
        work.appends.clear();
    }
    if (work.appends.empty() && unsettled_.empty()) {
        return;
    }
    const auto settlements = next_settlements();
    if (commit(work.appends, settlements)) {
        unsettled_.erase(unsettled_.begin(),
                         unsettled_.begin() + static_cast<std::ptrdiff_t>(settlements.size()));
    } else {
        refuse(work.appends, answer_for(failure_));
        settle_alone();
    }
}

std::span<const settlement_list> writer::next_settlements() const {
    std::size_t lists = 0;
    for (std::size_t records = 0; lists < unsettled_.size() && records < settlements_in_group;) {
        records += unsettled_[lists++].settlements.size();
    }
    return std::span(unsettled_).first(lists);
}

bool writer::commit(std::span<const append_list> appends,
                    std::span<const settlement_list> settlements) {
    const auto begun = clock_.steady();
    const auto group = committer_->commit(appends, settlements);
    if (!group) {
        failure_ = group.error();
        complain(failure_);
        if (failure_ == sqlite::errc::full) {
            tallies_.disk_full(true);
        } else {
            log_remembers_ = true;
        }
        return false;
    }
    failure_ = {};
    metrics_.commit_took(clock_.steady() - begun);
    publish(*group, appends);
    return true;
}

void writer::settle_alone() {
    // One list after the other and the log kept short: on a full disk small steps fit in the
    // reserve, however much was handed over.
    auto next = unsettled_.begin();
    while (next != unsettled_.end()) {
        if (commit({}, {&*next, 1})) {
            ++next;
            if (database_->log_pages() > pages_when_idle) {
                copy_log_back();
            }
        } else if (failure_ != sqlite::errc::full || !use_reserve()) {
            break;
        }
    }
    unsettled_.erase(unsettled_.begin(), next);
}

bool writer::use_reserve() {
    if (!reserve_.release()) {
        return false;
    }
    const auto now = clock_.steady();
    warned_ = now >= next_warning_;
    if (warned_) {
        next_warning_ = now + complaint_interval;
        observe::log(observe::level::warn, "spool: the disk is full, settling from the reserve");
    }
    tallies_.disk_full(true);
    // The log's space can be used anew as soon as it has been copied into the file.
    copy_log_back();
    return true;
}

void writer::publish(const committed_group& group, std::span<const append_list> appends) {
    metrics_.duplicate_keys_pushed_out(group.keys_pushed_out);
    tallies_.apply(group.change);
    count(group.change);
    for (std::size_t i = 0; i < appends.size(); ++i) {
        appends[i].done(group.answers[i]);
    }
    tell_arrivals(group.change);
}

void writer::tell_arrivals(const group_change& change) {
    // Held while it is called, so that nobody is told who has just asked not to be.
    const std::lock_guard lock(notify_mutex_);
    for (const auto& [id, pixel] : change.pixels) {
        if (pixel.appended > 0 && notify_) {
            notify_(id);
        }
    }
}

void writer::count(const group_change& change) {
    // Who hands over an empty list only asks whether the thread lives.
    if (!change.pixels.empty()) {
        last_change_ = clock_.steady();
    }
    for (const auto& [id, pixel] : change.pixels) {
        for (const auto& [reason, count] : pixel.dead) {
            metrics_.dead_letters(id, reason, count);
        }
        if (pixel.withdrawn > 0) {
            metrics_.withdrawn(id, pixel.withdrawn);
        }
        if (pixel.settled > 0) {
            note_settled();
        }
        log_remembers_ = log_remembers_ || pixel.withdrawn > 0 || pixel.removed > 0;
        removals_unsynced_ =
            removals_unsynced_ || pixel.settled > 0 || pixel.withdrawn > 0 || pixel.removed > 0;
    }
}

void writer::complain(core::error_code failure) {
    // No statement of ours breaks a rule of the tables, unless the rows are not those that we
    // wrote.
    if (failure == sqlite::errc::io && (database_->failure_detail() & 0xff) == broken_rule) {
        on_damage_();
    }
    const auto now = clock_.steady();
    if (now >= next_complaint_) {
        next_complaint_ = now + complaint_interval;
        observe::log(observe::level::error, "spool: the disk or the database failed",
                     {{"error", failure.message()}, {"sqlite", database_->failure_detail()}});
    }
}

} // namespace gatepost::spool
