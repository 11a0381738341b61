// What a room keeps of its connections, whatever their streams are.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <utility>

namespace gatepost::net {

using steady = std::chrono::steady_clock;

class connection_base {
  public:
    virtual ~connection_base() = default;

    // Called by the room, on its thread. True when its time has just been found to be over.
    bool expire_if_due(steady::time_point now) {
        if (now < deadline_) {
            return false;
        }
        // Again at each look, until there is a new deadline: what has just completed and not run
        // yet is not cancelled.
        cancel();
        return !std::exchange(expired_, true);
    }
    // Ends with the request under way. Whoever has connected and not asked yet is about to: a
    // client does not send a request again when a new connection ends without an answer, as it does
    // on a kept one.
    void drain() {
        draining_ = true;
        if (idle_ && fresh_) {
            set_deadline(std::min(deadline_, steady::now() + first_request_grace));
        } else if (idle_) {
            cancel();
        }
    }
    void abort() {
        draining_ = true;
        aborted_ = true;
        end_now();
    }
    // Ends without a word, unless a request has come that was not read yet.
    bool make_way() {
        if (idle_ && has_come()) {
            return false;
        }
        abort();
        return true;
    }
    // Whether the head of its request has been coming for longer than heads do.
    bool is_slow(steady::time_point now) const {
        return !aborted_ && head_began_ <= now - patience_with_heads;
    }

  protected:
    static constexpr auto first_request_grace = std::chrono::seconds(1);
    static constexpr auto patience_with_heads = std::chrono::seconds(1);

    virtual void cancel() = 0;
    virtual bool has_come() = 0; // bytes that were not read yet

    void set_deadline(steady::time_point when) {
        if (!aborted_) {
            deadline_ = when;
            expired_ = false;
        }
    }
    void set_deadline(std::chrono::milliseconds from_now) {
        set_deadline(steady::now() + from_now);
    }
    void end_now() {
        deadline_ = steady::time_point::min();
        expire_if_due(steady::now());
    }

    steady::time_point deadline_ = steady::time_point::max();
    steady::time_point head_began_ = steady::time_point::max(); // while it is not whole
    bool expired_ = false;
    bool aborted_ = false;
    bool draining_ = false;
    bool idle_ = false; // between requests
    bool fresh_ = true; // before the first
};

// Those of one thread. Those that wait for a request stand apart, in the order in which they began
// to.
class open_connections {
  public:
    // As long as it lives a connection has its place.
    class place {
      public:
        place(open_connections& among, connection_base& which)
            : among_(among), which_(which), where_(among.busy_.insert(among.busy_.end(), this)) {}
        ~place() {
            end_idle();
            among_.busy_.erase(where_);
        }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        void begin_idle() { move(among_.busy_, among_.idle_, among_.idle_.end(), true); }
        void begin_slow() { move(among_.busy_, among_.idle_, among_.idle_.begin(), true); }
        void end_idle() { move(among_.idle_, among_.busy_, among_.busy_.end(), false); }

      private:
        friend class open_connections;
        void move(std::list<place*>& from, std::list<place*>& to,
                  std::list<place*>::iterator before, bool idle) {
            if (idle != idle_) {
                to.splice(before, from, where_);
                idle_ = idle;
                among_.idle_count_.store(among_.idle_.size(), std::memory_order_relaxed);
            }
        }

        open_connections& among_;
        connection_base& which_;
        std::list<place*>::iterator where_;
        bool idle_ = false;
    };

    bool empty() const { return busy_.empty() && idle_.empty(); }
    std::size_t idle() const { return idle_count_.load(std::memory_order_relaxed); } // any thread

    template <class Visit>
    void visit(Visit&& each) {
        for (const auto* some : {&busy_, &idle_}) {
            for (auto* open : *some) {
                each(open->which_);
            }
        }
    }
    // From now on those whose heads come slowly make way, before all that are idle: else whoever
    // opens as many connections as there may be and sends a byte on each keeps everybody out.
    void let_slow_make_way(steady::time_point now) {
        for (auto next = busy_.begin(); next != busy_.end();) {
            auto* const open = *next++;
            if (open->which_.is_slow(now)) {
                open->begin_slow();
            }
        }
    }
    // The one that has waited longest for a request makes way.
    void end_longest_idle() {
        const auto found =
            std::ranges::find_if(idle_, [](place* open) { return open->which_.make_way(); });
        if (found != idle_.end()) {
            (*found)->end_idle();
        }
    }

  private:
    std::list<place*> busy_;
    std::list<place*> idle_;
    std::atomic<std::size_t> idle_count_ = 0;
};

} // namespace gatepost::net
