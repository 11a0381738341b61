// The way out of the queue: gives out leases and takes settlements, for one consuming thread at a
// time. The writer's walks ask it which records are out, and tell it which are gone.
//
// A record expires when the calendar says that it has had its time.
#pragma once

#include "calendar.hpp"
#include "committer.hpp"
#include "lease_book.hpp"
#include "record_reader.hpp"
#include "tallies.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/spool/queue.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gatepost::spool {

struct haul;

class lease_desk {
  public:
    // Clock, calendar and counters outlive it.
    lease_desk(record_reader reader, std::chrono::milliseconds retention, const core::clock& clock,
               calendar& dates, tallies& counters);

    // Where settlements go. Once, before the rest; called with the desk locked.
    using hand_over = std::function<void(settlement_list)>;
    void settle_through(hand_over writer) { writer_ = std::move(writer); }

    // As in the port.
    core::result<std::vector<leased_record>> lease(const std::string& pixel,
                                                   const lease_limits& limits);
    core::result<std::size_t> expire(const std::string& pixel);
    void release(const std::string& pixel, std::span<const record_id> records,
                 core::steady_time not_before);
    void hasten(const std::string& pixel);
    void settle(const std::string& pixel, std::vector<settlement> settlements);
    // Walks ask as well; without the writer's own lock, which the desk takes inside its own.
    std::vector<bool> still_leased(const std::string& pixel, std::span<const record_id> records);
    core::result<backlog> look(const std::string& pixel);
    // Any thread.
    void expire_after(std::chrono::milliseconds retention);
    // Before anything is written under them; those that were given before go on opening...
    void use_keys(const key_ring& keys);
    // ... until nothing stands under them any more. `needed` are the writer's own: the desk may
    // have been given newer ones already, under which nothing stands yet.
    void forget_older_keys(const key_ring& needed);
    // Ends reading. What is leased may still be settled.
    void close();

    // For walks, without the writer's own lock: records of a pixel have been removed from the file.
    // `count` corrects the counters; who looks finds both done or neither.
    void forget(const std::string& pixel, std::span<const record_id> records,
                const std::function<void()>& count);

  private:
    haul begin(const lease_limits& limits);
    core::error_code find_due(lease_book& book, haul& into, std::size_t most);
    core::error_code find_new(const lease_book& book, std::int64_t pixel, haul& into);
    std::vector<leased_record> keep(const std::string& pixel, lease_book& book, haul found);
    void give_to_writer(const std::string& pixel, std::vector<settlement> settlements);
    lease_book* find_book(const std::string& pixel);

    const core::clock& clock_;
    calendar& calendar_;
    tallies& tallies_;
    hand_over writer_;

    // The consuming thread is not alone: the writer asks, and close() may come from another.
    std::mutex mutex_;
    std::chrono::milliseconds retention_;
    std::optional<record_reader> reader_;
    std::map<std::string, lease_book> books_;
};

} // namespace gatepost::spool
