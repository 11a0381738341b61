// One pixel's way out: when to send, and what becomes of a batch.
#pragma once

#include "settler.hpp"
#include "slots.hpp"

#include <gatepost/net/task_group.hpp>
#include <gatepost/relay/breaker.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace gatepost::relay {

class batch_plan;

class lane {
  public:
    lane(const surroundings& around, const options& chosen, route path, slots& requests,
         net::task_group& tasks, std::size_t most_at_once);

    // Ends when drain() was called and nothing more can be sent.
    boost::asio::awaitable<void> run();
    void drain();
    // Something was committed. Any thread.
    void arrived();

    // Any thread.
    lane_status status() const;

  private:
    boost::asio::awaitable<bool> work_is_due();
    boost::asio::awaitable<void> wait_until(core::steady_time when);
    boost::asio::awaitable<void> deliver(batch records, slots::slot held);
    boost::asio::awaitable<std::optional<core::delivery>>
    look_and_send(const batch& records, batch_plan& plan, places& chosen);
    boost::asio::awaitable<std::optional<core::delivery>> send(const batch& records,
                                                               const places& chosen);
    core::delivery meaning_of(const net::client_failure& failure, std::size_t records);
    spool::lease_limits next_batch() const;
    void learn(const core::delivery& answer);
    void note(const core::delivery& answer, std::uint64_t delivered);
    std::chrono::milliseconds pause_after(int failed, const core::delivery& answer);
    void give_back(const batch& records, const batch_plan& plan, const core::delivery& answer);
    void show_breaker();
    void log_unreadable(const core::error_code& error) const;

    surroundings around_;
    options options_;
    route route_;
    slots& slots_;
    net::task_group& tasks_;
    std::size_t most_at_once_;
    breaker breaker_;
    settler settler_;
    boost::asio::steady_timer wake_;
    std::atomic<bool> asleep_ = false; // an arrival is to wake it
    core::steady_time not_before_{};   // the upstream asked to wait
    int throttled_ = 0;                // rate limits in a row
    std::size_t under_way_ = 0;
    bool draining_ = false;
    std::mt19937_64 random_{std::random_device{}()};

    mutable std::mutex status_mutex_;
    lane_status status_;
};

} // namespace gatepost::relay
