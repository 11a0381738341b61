// In which order events and denials came, in milliseconds that the second look can compare.
//
// A denial takes back what was received up to it. Two requests within one millisecond, or a wall
// clock that is set back, also over a restart, would leave it open what came first; so times are
// handed out here: an event after a denial is received later than it, whatever the clock says.
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
    // Held by a request from the moment its events are received until they are committed, refused
    // or dropped.
    class ticket {
      public:
        ticket(ticket&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)), received_(other.received_),
              handed_over_(other.handed_over_) {}
        ticket& operator=(ticket&&) = delete;
        ~ticket() { end(); }

        core::wall_time received() const { return received_; }
        // The events are in the queue's hands, in order with what is asked of it afterwards.
        void handed_over() {
            if (!std::exchange(handed_over_, true)) {
                const std::lock_guard lock(from_->mutex_);
                --from_->under_way_;
            }
        }

        // Nothing of the request can be taken back any more.
        void end() {
            if (from_ != nullptr) {
                handed_over();
                auto& from = *std::exchange(from_, nullptr);
                const std::lock_guard lock(from.mutex_);
                --from.unfinished_;
            }
        }

      private:
        friend class arrivals;
        ticket(arrivals& from, core::wall_time received) : from_(&from), received_(received) {}
        arrivals* from_;
        core::wall_time received_;
        bool handed_over_ = false;
    };

    // `newest`: when what the queue holds at the start was last received. It came before anything
    // that is said to this process, though a clock that was set back in between may say otherwise.
    explicit arrivals(core::wall_time newest = {}) : newest_at_start_(newest), latest_(newest) {}

    core::wall_time newest_at_start() const { return newest_at_start_; }

    ticket event(core::wall_time now) {
        const std::lock_guard lock(mutex_);
        const auto received = std::max(now, after_denial_);
        latest_ = std::max(latest_, received);
        ++under_way_;
        ++unfinished_;
        return {*this, received};
    }

    // For the events of a list that stand behind a denial in it.
    core::wall_time after_denial() {
        const std::lock_guard lock(mutex_);
        latest_ = std::max(latest_, after_denial_);
        return after_denial_;
    }

    // Up to when a denial that is seen now takes events back: everything handed out before.
    core::wall_time denial(core::wall_time now) {
        const std::lock_guard lock(mutex_);
        latest_ = std::max(latest_, now);
        after_denial_ = latest_ + std::chrono::milliseconds(1);
        return latest_;
    }

    // Whether events are being taken in that no count of the queue knows yet, beside those of the
    // one who asks.
    bool others_unfinished() const {
        const std::lock_guard lock(mutex_);
        return unfinished_ > 1;
    }

    // Whether everything received so far has reached the queue: a walk through it that begins now
    // misses nothing.
    bool all_handed_over() const {
        const std::lock_guard lock(mutex_);
        return under_way_ == 0;
    }

  private:
    const core::wall_time newest_at_start_;
    mutable std::mutex mutex_;
    core::wall_time latest_;
    core::wall_time after_denial_{};
    std::size_t under_way_ = 0;  // on their way to the queue
    std::size_t unfinished_ = 0; // not known to be committed
};

} // namespace gatepost::ingest
