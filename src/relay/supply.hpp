// What of a pixel's backlog the next batch may be made of.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/spool/queue.hpp>

#include <algorithm>
#include <cstddef>

namespace gatepost::relay {

// What was given back is held in memory, about 100 bytes each: past this no new records are added
// to it while they fail.
constexpr std::size_t most_given_back = 100'000;

struct supply {
    std::size_t records = 0;                           // that may go now
    core::steady_time next = core::steady_time::max(); // when some may, if none may now
    bool fresh_only = false;                           // of those that may go
};

// `retries_at`: when records that were tried before may go. A probe takes what there is.
inline supply find_supply(const spool::backlog& found, core::steady_time retries_at, bool probes,
                          core::steady_time now) {
    supply result;
    const bool fresh_too = probes || found.given_back < most_given_back;
    result.records = fresh_too ? found.fresh : 0;
    if (probes || retries_at <= now) {
        result.records += found.due_again;
        result.next = found.next_due_again.value_or(result.next);
    } else {
        result.fresh_only = true;
        if (found.next_due_again) {
            result.next = std::max(*found.next_due_again, retries_at);
        }
    }
    return result;
}

} // namespace gatepost::relay
