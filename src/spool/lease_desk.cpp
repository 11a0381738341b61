#include "lease_desk.hpp"

#include "schema.hpp"

#include <algorithm>
#include <utility>

namespace gatepost::spool {
namespace {

// How many records that are expired, or cannot be read, one lease() passes over; more stay for the
// next one.
constexpr std::size_t most_passed_over = 4096;

} // namespace

// What one lease() has found so far.
struct haul {
    const lease_limits& limits;
    std::optional<core::wall_time> expired_before;
    std::vector<leased_record> records;
    std::vector<record_id> expired;
    std::vector<record_id> unreadable;
    std::uint64_t bytes = 0;

    bool has_room() const {
        return records.size() < limits.max_events &&
               expired.size() + unreadable.size() < most_passed_over;
    }
    // False when no more can be taken.
    bool take(record_reader::read_record found) {
        auto& record = found.record;
        if (expired_before && found.queued <= *expired_before) {
            expired.push_back(record.id);
            return has_room();
        }
        if (!found.readable) {
            unreadable.push_back(record.id);
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

lease_desk::lease_desk(record_reader reader, std::chrono::milliseconds retention,
                       const core::clock& clock, calendar& dates, tallies& counters)
    : clock_(clock), calendar_(dates), tallies_(counters), retention_(retention),
      reader_(std::move(reader)) {}

core::result<std::vector<leased_record>> lease_desk::lease(const std::string& pixel,
                                                           const lease_limits& limits) {
    const std::lock_guard lock(mutex_);
    if (!reader_) {
        return make_error_code(errc::closed);
    }
    const auto tally = tallies_.find(pixel);
    if (!tally || limits.max_events == 0) {
        return std::vector<leased_record>();
    }
    auto& book = books_.try_emplace(pixel, first_id(tally->number) - 1).first->second;
    auto found = begin(limits);
    auto failure =
        limits.fresh_only ? core::error_code() : find_due(book, found, limits.max_events);
    if (!failure && found.has_room() && found.bytes < limits.max_bytes) {
        failure = find_new(book, tally->number, found);
    }
    if (failure) {
        return make_error_code(errc::io);
    }
    return keep(pixel, book, std::move(found));
}

core::result<std::size_t> lease_desk::expire(const std::string& pixel) {
    const std::lock_guard lock(mutex_);
    if (!reader_) {
        return make_error_code(errc::closed);
    }
    const auto tally = tallies_.find(pixel);
    if (!tally) {
        return std::size_t{0};
    }
    auto& book = books_.try_emplace(pixel, first_id(tally->number) - 1).first->second;
    const lease_limits one{.max_events = 1};
    auto found = begin(one);
    auto failure = find_due(book, found, most_passed_over);
    // The first that is not expired stays where it is, here and below.
    found.records.clear();
    if (!failure && found.has_room()) {
        failure = find_new(book, tally->number, found);
        found.records.clear();
    }
    if (failure) {
        return make_error_code(errc::io);
    }
    const auto count = found.expired.size();
    keep(pixel, book, std::move(found));
    return count;
}

haul lease_desk::begin(const lease_limits& limits) {
    return {.limits = limits,
            .expired_before = calendar_.outlived(retention_),
            .records = {},
            .expired = {},
            .unreadable = {},
            .bytes = 0};
}

core::error_code lease_desk::find_due(lease_book& book, haul& into, std::size_t most) {
    for (const auto id : book.due(clock_.steady(), most)) {
        bool there = false;
        bool more = true;
        const auto failure = reader_->each(id, id, [&](record_reader::read_record found) {
            there = true;
            more = into.take(std::move(found));
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

core::error_code lease_desk::find_new(const lease_book& book, std::int64_t pixel, haul& into) {
    return reader_->each(book.cursor() + 1, last_id(pixel), [&](record_reader::read_record found) {
        return into.take(std::move(found));
    });
}

// Nothing is entered in the book before everything has been read, and what is leased last, when
// nothing can fail any more: a lease that nobody was told of would never end.
std::vector<leased_record> lease_desk::keep(const std::string& pixel, lease_book& book,
                                            haul found) {
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
    give_to_writer(pixel, std::move(expired));
    for (const auto id : found.unreadable) {
        book.pass_over(id);
    }
    book.make_room(found.records.size());
    for (auto& record : found.records) {
        record.attempts = book.lease(record.id);
    }
    tallies_.leased(pixel, book.leased());
    return std::move(found.records);
}

void lease_desk::give_to_writer(const std::string& pixel, std::vector<settlement> settlements) {
    if (!settlements.empty()) {
        tallies_.handed_over(pixel, settlements.size());
        writer_({pixel, std::move(settlements)});
    }
}

lease_book* lease_desk::find_book(const std::string& pixel) {
    const auto found = books_.find(pixel);
    return found == books_.end() ? nullptr : &found->second;
}

void lease_desk::release(const std::string& pixel, std::span<const record_id> records,
                         core::steady_time not_before) {
    const std::lock_guard lock(mutex_);
    if (auto* book = find_book(pixel)) {
        for (const auto id : records) {
            book->release(id, not_before);
        }
        tallies_.leased(pixel, book->leased());
    }
}

void lease_desk::hasten(const std::string& pixel) {
    const std::lock_guard lock(mutex_);
    if (auto* book = find_book(pixel)) {
        book->hasten();
    }
}

void lease_desk::settle(const std::string& pixel, std::vector<settlement> settlements) {
    const std::lock_guard lock(mutex_);
    if (auto* book = find_book(pixel)) {
        std::erase_if(settlements, [book](const settlement& one) { return !book->settle(one.id); });
        tallies_.leased(pixel, book->leased());
        give_to_writer(pixel, std::move(settlements));
    }
}

core::result<backlog> lease_desk::look(const std::string& pixel) {
    const std::lock_guard lock(mutex_);
    if (!reader_) {
        return make_error_code(errc::closed);
    }
    const auto tally = tallies_.find(pixel);
    if (!tally) {
        return backlog();
    }
    auto* book = find_book(pixel);
    const auto leased = book != nullptr ? book->leased() : 0;
    // A record may be read, leased and settled before the writer has counted it.
    const auto passed_over = book != nullptr ? book->passed_over() : 0;
    const auto gone = tally->settling + leased + passed_over;
    const auto waiting = tally->rows - std::min(tally->rows, gone);
    backlog seen;
    seen.leased = leased;
    seen.settling = tally->settling;
    seen.oldest = tally->oldest;
    if (book != nullptr) {
        seen.given_back = std::min<std::size_t>(book->given_back(), waiting);
        seen.due_again = std::min(book->due_count(clock_.steady()), seen.given_back);
        seen.next_due_again = seen.given_back > 0 ? book->next_due() : std::nullopt;
    }
    seen.fresh = waiting - seen.given_back;
    return seen;
}

void lease_desk::expire_after(std::chrono::milliseconds retention) {
    const std::lock_guard lock(mutex_);
    retention_ = retention;
}

void lease_desk::use_keys(const key_ring& keys) {
    const std::lock_guard lock(mutex_);
    if (reader_) {
        reader_->use_keys(keys);
    }
}

void lease_desk::forget_older_keys(const key_ring& needed) {
    const std::lock_guard lock(mutex_);
    if (reader_) {
        reader_->forget_older_keys(needed);
    }
}

void lease_desk::close() {
    const std::lock_guard lock(mutex_);
    reader_.reset();
}

std::vector<bool> lease_desk::still_leased(const std::string& pixel,
                                           std::span<const record_id> records) {
    std::vector<bool> flags(records.size());
    const std::lock_guard lock(mutex_);
    if (const auto* book = find_book(pixel)) {
        for (std::size_t i = 0; i < records.size(); ++i) {
            flags[i] = book->is_leased(records[i]);
        }
    }
    return flags;
}

void lease_desk::forget(const std::string& pixel, std::span<const record_id> records,
                        const std::function<void()>& count) {
    const std::lock_guard lock(mutex_);
    if (auto* book = find_book(pixel)) {
        for (const auto id : records) {
            book->forget(id);
        }
        tallies_.leased(pixel, book->leased());
    }
    count();
}

} // namespace gatepost::spool
