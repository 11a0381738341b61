// One pixel's way out: when to send, and what becomes of a batch.
#pragma once

#include "bulletin.hpp"
#include "sender.hpp"
#include "settler.hpp"
#include "slots.hpp"

#include <gatepost/net/task_group.hpp>
#include <gatepost/relay/flow_control.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <random>

namespace gatepost::relay {

// Held by what it has under way, so that it may be taken out of the relay at any time.
class lane : public std::enable_shared_from_this<lane> {
  public:
    // With `others` it shares the slots with other pixels. After end() `hand_on` is called whenever
    // a batch is over that was under way then: what of it waits again is for the lane that the
    // pixel may have by now.
    lane(const surroundings& around, const options& chosen, route path, slots& requests,
         net::task_group& tasks, bool others, std::function<void()> hand_on);

    // Ends when drain() was called and nothing more can be sent, or after end().
    static boost::asio::awaitable<void> run(std::shared_ptr<lane> self);
    void drain();
    // No request begins any more, and what is not sent by then waits.
    void end();
    // From the next request on; what has been learnt stays. A paused pixel is tried again at once:
    // the new route may have the token that was missing.
    void reconfigure(const options& chosen, route path, bool others);
    // A paused pixel is tried again at once.
    void resume();
    // Its events wait, and nobody looks whether their retention has ended.
    bool only_waits() const { return route_.held || flow_.is_paused(); }
    // Something was committed, or given back by somebody else. Any thread.
    void arrived();

    // Any thread.
    lane_status status() const { return board_.status(); }

  private:
    // The right to make one request.
    struct turn {
        slots::slot held;
        bool retried = false; // with records that were tried before
        bool paid = false;    // out of the retry budget
    };

    void take_on(const options& chosen, bool others);
    boost::asio::awaitable<bool> send_next();
    boost::asio::awaitable<bool> work_is_due();
    std::optional<core::steady_time> begins_at(const spool::backlog& found, core::steady_time now);
    core::steady_time opens_at() const;
    bool is_barred() const;
    boost::asio::awaitable<void> wait_until(core::steady_time when);
    bool begin_batch(slots::slot held);
    spool::lease_limits next_batch(core::steady_time now) const;
    static boost::asio::awaitable<void> deliver(std::shared_ptr<lane> self, batch records,
                                                turn first);
    boost::asio::awaitable<void> deliver_alike(const batch& records, std::optional<turn>& mine);
    boost::asio::awaitable<std::optional<turn>> next_turn();
    void batch_is_over();
    void learn(const reply& came);
    void give_back(const batch& records, const places& which);
    void put_off(const batch& records, const places& which,
                 std::optional<std::chrono::milliseconds> asked);
    void survive(const std::exception_ptr& failure);
    double chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

    surroundings around_;
    options options_;
    route route_;
    slots& slots_;
    slots::reserve own_slot_;
    net::task_group& tasks_;
    std::function<void()> hand_on_;
    std::size_t most_at_once_ = 1;
    flow_control flow_;
    settler settler_;
    sender sender_;
    bulletin board_;
    boost::asio::steady_timer wake_;
    std::atomic<bool> asleep_ = false;              // an arrival is to wake it
    std::optional<core::steady_time> linger_until_; // of what waits for its batch
    std::size_t under_way_ = 0;                     // batches
    bool draining_ = false;
    bool ended_ = false;
    std::mt19937_64 random_{std::random_device{}()};
};

} // namespace gatepost::relay
