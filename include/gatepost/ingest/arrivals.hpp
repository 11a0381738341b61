// In which order events and denials came, in milliseconds that the second look can compare.
//
// A denial takes back what was received up to it. Two requests within one millisecond, or a wall
// clock that is set back, would leave it open what came first; so times are handed out here: an
// event after a denial is received later than it, whatever the clock says.
#pragma once

#include <gatepost/core/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>

namespace gatepost::ingest {

// Any thread. Outlives its tickets.
class arrivals {
  public:
    // Held by a request from the moment its events are received until they have been handed to the
    // queue (or are dropped).
    class ticket {
      public:
        ticket(ticket&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)), received_(other.received_) {}
        ticket& operator=(ticket&&) = delete;
        ~ticket() { release(); }

        core::wall_time received() const { return received_; }
        void release() {
            if (auto* from = std::exchange(from_, nullptr)) {
                const std::lock_guard lock(from->mutex_);
                --from->under_way_;
            }
        }

      private:
        friend class arrivals;
        ticket(arrivals& from, core::wall_time received) : from_(&from), received_(received) {}
        arrivals* from_;
        core::wall_time received_;
    };

    ticket event(core::wall_time now) {
        const std::lock_guard lock(mutex_);
        const auto received = std::max(now, after_denial_);
        latest_ = std::max(latest_, received);
        ++under_way_;
        return {*this, received};
    }

    // Up to when a denial that is seen now takes events back: everything handed out before.
    core::wall_time denial(core::wall_time now) {
        const std::lock_guard lock(mutex_);
        latest_ = std::max(latest_, now);
        after_denial_ = latest_ + std::chrono::milliseconds(1);
        return latest_;
    }

    // Whether everything received so far has reached the queue: a walk through it that begins now
    // misses nothing.
    bool all_handed_over() const {
        const std::lock_guard lock(mutex_);
        return under_way_ == 0;
    }

  private:
    mutable std::mutex mutex_;
    core::wall_time latest_{};
    core::wall_time after_denial_{};
    std::size_t under_way_ = 0;
};

} // namespace gatepost::ingest
