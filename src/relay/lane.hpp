// One pixel's way out: when to send, and what becomes of a batch.
#pragma once

#include "sender.hpp"
#include "settler.hpp"
#include "slots.hpp"

#include <gatepost/net/task_group.hpp>
#include <gatepost/relay/flow_control.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace gatepost::relay {

class lane {
  public:
    // With `others` it shares the slots with other pixels.
    lane(const surroundings& around, const options& chosen, route path, slots& requests,
         net::task_group& tasks, bool others);

    // Ends when drain() was called and nothing more can be sent; at once when the route is held.
    boost::asio::awaitable<void> run();
    void drain();
    // A paused pixel is tried again at once.
    void resume();
    // Its events wait, and nobody looks whether their retention has ended.
    bool only_waits() const { return route_.held || flow_.is_paused(); }
    // Something was committed. Any thread.
    void arrived();

    // Any thread.
    lane_status status() const;

  private:
    boost::asio::awaitable<bool> work_is_due();
    core::steady_time opens_at() const;
    boost::asio::awaitable<void> wait_until(core::steady_time when);
    bool begin_batch(slots::slot held);
    spool::lease_limits next_batch() const;
    boost::asio::awaitable<void> deliver(batch records, slots::slot held);
    boost::asio::awaitable<void> deliver_alike(const batch& records,
                                               std::optional<slots::slot>& held);
    boost::asio::awaitable<std::optional<slots::slot>> next_turn();
    void learn(const reply& came);
    void note(const core::delivery& answer, std::uint64_t delivered);
    void give_back(const batch& records, const batch_plan& plan, const core::delivery* answer);
    void show();
    double chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }
    void log_unreadable(const core::error_code& error) const;

    surroundings around_;
    options options_;
    route route_;
    slots& slots_;
    slots::reserve own_slot_;
    net::task_group& tasks_;
    std::size_t most_at_once_;
    flow_control flow_;
    settler settler_;
    sender sender_;
    boost::asio::steady_timer wake_;
    std::atomic<bool> asleep_ = false;              // an arrival is to wake it
    std::optional<core::steady_time> linger_until_; // of what waits for its batch
    std::size_t under_way_ = 0;                     // batches
    bool draining_ = false;
    std::mt19937_64 random_{std::random_device{}()};

    mutable std::mutex status_mutex_;
    lane_status status_;
};

} // namespace gatepost::relay
