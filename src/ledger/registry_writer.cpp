#include "registry_writer.hpp"

#include "registry_file.hpp"

#include <gatepost/observe/log.hpp>

#include <utility>

namespace gatepost::ledger {
namespace {

// Pages after which the write-ahead log is copied back into the file though there is more to do.
constexpr int most_log_pages = 250;
// Between two tries on a disk that fails.
constexpr std::chrono::milliseconds retry_pause(250);
// How often the clock is looked at while nothing happens.
constexpr std::chrono::seconds idle_interval(1);
constexpr std::chrono::hours inspection_interval(1);
// Keys looked at in one go: well under a millisecond, so that no caller waits for it.
constexpr std::size_t inspected_at_once = 1000;
// Between two lines in the log about a disk that fails.
constexpr std::chrono::seconds complaint_interval(10);

} // namespace

registry_writer::registry_writer(sqlite::database opened, const core::clock& clock,
                                 inspection inspect)
    : clock_(clock), inspect_(std::move(inspect)), database_(std::move(opened)),
      next_inspection_(clock.steady()), next_complaint_(clock.steady()) {
    tables_.emplace(*database_);
    thread_ = std::thread([this] { run(); });
}

registry_writer::~registry_writer() {
    close();
}

void registry_writer::add(change_set changes, registry::done finished) {
    const std::lock_guard lock(mutex_);
    inbox_.push_back({std::move(changes), std::move(finished)});
    wake_.notify_one();
}

void registry_writer::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void registry_writer::run() {
    for (bool closing = false; !closing;) {
        handle(wait(closing));
        if (!closing && !stuck()) {
            upkeep();
        }
    }
    if (stuck()) {
        observe::log(observe::level::error, "registry: changes are lost, the disk failed",
                     {{"keys", unwritten_.choices().size()}});
    }
    tables_.reset();
    database_.reset();
}

std::vector<registry_writer::handed_over> registry_writer::wait(bool& closing) {
    std::unique_lock lock(mutex_);
    if (stuck()) {
        // A disk that fails is not tried again at once, whatever comes in.
        wake_.wait_for(lock, retry_pause, [this] { return closing_; });
    } else if (!inspected_) {
        wake_.wait_for(lock, idle_interval, [this] { return closing_ || !inbox_.empty(); });
    }
    // Nothing comes in any more once closing: this is the last of it.
    closing = closing_;
    return std::exchange(inbox_, {});
}

void registry_writer::handle(std::vector<handed_over> work) {
    for (auto& one : work) {
        unwritten_.absorb(std::move(one.changes));
    }
    const auto failure = write();
    for (const auto& one : work) {
        if (one.finished) {
            one.finished(failure);
        }
    }
}

core::error_code registry_writer::write() {
    if (unwritten_.empty()) {
        return {};
    }
    if (const auto failure = tables_->write(unwritten_)) {
        complain(failure);
        return errc::io;
    }
    unwritten_ = {};
    log_holds_any_ = true;
    if (database_->log_pages() > most_log_pages) {
        if (const auto failure = database_->checkpoint(false)) {
            complain(failure); // what was committed is safe in the log
        }
    }
    return {};
}

void registry_writer::upkeep() {
    if (log_holds_any_ && idle()) {
        cut_log_off();
    }
    inspect();
}

bool registry_writer::idle() {
    const std::lock_guard lock(mutex_);
    return inbox_.empty();
}

// The file alone holds everything then. A log that is damaged or lost by the next start would take
// what it holds along, and what was deleted would stay in it.
void registry_writer::cut_log_off() {
    const auto failure = database_->checkpoint(true);
    log_holds_any_ = failure.failed();
    if (failure && failure != sqlite::errc::busy) { // somebody reads: the next time is soon
        complain(failure);
    }
}

void registry_writer::inspect() {
    const auto now = clock_.steady();
    if (!inspected_) {
        if (now < next_inspection_) {
            return;
        }
        next_inspection_ = now + inspection_interval;
    }
    const auto page =
        tables_->page_after(std::exchange(inspected_, std::nullopt), inspected_at_once);
    if (!page) {
        complain(page.error());
        return;
    }
    inspect_(*page);
    if (page->size() == inspected_at_once) {
        inspected_ = page->back().under;
    }
}

void registry_writer::complain(core::error_code failure) {
    const auto now = clock_.steady();
    if (now >= next_complaint_) {
        next_complaint_ = now + complaint_interval;
        observe::log(observe::level::error, "registry: the disk or the database failed",
                     {{"error", failure.message()}, {"sqlite", database_->failure_detail()}});
    }
}

} // namespace gatepost::ledger
