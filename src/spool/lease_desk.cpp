#include "lease_desk.hpp"

#include "schema.hpp"

#include <algorithm>
#include <utility>

namespace gatepost::spool {
namespace {

// How many expired records one lease() passes over; more stay for the next one.
constexpr std::size_t most_expired = 4096;

} // namespace

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

lease_desk::lease_desk(record_reader reader, const options& chosen, const core::clock& clock,
                       tallies& counters)
    : options_(chosen), clock_(clock), tallies_(counters), reader_(std::move(reader)) {}

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

core::error_code lease_desk::find_due(lease_book& book, haul& into) {
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
std::vector<leased_record> lease_desk::keep(const std::string& pixel, lease_book& book,
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
    give_to_writer(pixel, std::move(expired));
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
