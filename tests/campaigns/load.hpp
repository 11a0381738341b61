// Applications that post without rest, each on a connection of its own.
#pragma once

#include "daemon.hpp"
#include "posting.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace gatepost::campaigns {

// What it took to be answered, of the requests that were.
struct latencies {
    std::size_t requests = 0;
    std::chrono::microseconds p50{0};
    std::chrono::microseconds p99{0};
    std::chrono::microseconds most{0};
};

class load {
  public:
    struct shape {
        mixture of{};
        std::size_t applications = 4;
        std::chrono::milliseconds pause{3}; // after each answer; 0: none
        double withdrawals = 0;             // share of acknowledged orders, by later withdrawals
        std::uint64_t most_orders = UINT64_MAX; // about; then only what was not answered
    };
    load(account& book, const doors& at, std::uint64_t seed, const shape& chosen);
    ~load() { stop(); }
    load(const load&) = delete;
    load& operator=(const load&) = delete;

    // What was not answered so far stays so.
    void stop();
    // True when all of most_orders were answered.
    bool done() const { return busy_ == 0; }
    // Since the last call.
    latencies take_latencies();

  private:
    class application;
    void run(std::size_t number, std::uint64_t seed);

    account& account_;
    const doors& doors_;
    shape shape_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> busy_;
    std::mutex guard_;
    std::vector<std::uint32_t> times_; // microseconds
    std::vector<std::thread> threads_;
};

} // namespace gatepost::campaigns
