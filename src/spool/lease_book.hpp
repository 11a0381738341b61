// Who has which record of one pixel: a state machine without disk or clock.
//
// New records are those past the cursor. Below it a record is leased, given back, or none of the
// book's business any more, so that memory holds no more than what was leased and not yet settled,
// however many records wait.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gatepost::spool {

class lease_book {
  public:
    // Everything after `cursor` is new.
    explicit lease_book(record_id cursor) : cursor_(cursor) {}

    record_id cursor() const { return cursor_; }
    std::size_t leased() const { return known_.size() - given_back(); }
    std::size_t given_back() const { return due_.size() + later_.size(); }

    // Up to `most` records given back whose time has come, lowest ids first. They stay given back
    // until leased or dropped.
    std::vector<record_id> due(core::steady_time now, std::size_t most);
    // How many there are of these.
    std::size_t due_count(core::steady_time now);
    // When the next record that was given back is due; nullopt when none is.
    std::optional<core::steady_time> next_due() const;

    // So that to lease so many more takes no memory and cannot fail in the middle.
    void make_room(std::size_t leases) { known_.reserve(known_.size() + leases); }

    // Leases a record that is new or given back; a new one moves the cursor. Returns how often it
    // was leased before.
    int lease(record_id id);
    // Passes over a record that is new or given back and will not be leased. Returns how often it
    // was leased.
    int drop(record_id id);
    // As drop(), but for good: it is there and cannot be read.
    void pass_over(record_id id);
    std::size_t passed_over() const { return passed_over_.size(); }
    // Gives a lease back; false when `id` is not leased.
    bool release(record_id id, core::steady_time not_before);
    // Ends a lease; false when `id` is not leased.
    bool settle(record_id id);
    bool is_leased(record_id id) const;
    // The record is gone, whether it was new, leased or given back. New ones stay new.
    void forget(record_id id);
    // Makes everything that was given back due.
    void hasten();

  private:
    struct entry {
        int leases = 0;
        // When it is due again; nullopt while it is leased.
        std::optional<core::steady_time> not_before;
    };

    void move_due(core::steady_time now);
    void take_back(record_id id, const entry& known);

    record_id cursor_;
    boost::unordered_flat_map<record_id, entry> known_; // leased and given back
    std::set<record_id> due_;
    std::set<record_id> passed_over_;
    std::set<std::pair<core::steady_time, record_id>> later_;
};

} // namespace gatepost::spool
