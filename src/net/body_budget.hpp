// What the bodies under way on all connections of a server may hold together.
#pragma once

#include <atomic>
#include <cstdint>

namespace gatepost::net {

// Any thread.
class body_budget {
  public:
    bool take(std::uint64_t bytes, std::uint64_t limit) {
        if (taken_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit) {
            return true;
        }
        give_back(bytes);
        return false;
    }
    void give_back(std::uint64_t bytes) { taken_.fetch_sub(bytes, std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> taken_ = 0;
};

// The share of one request. What is small costs nothing: there is room for that much on every
// connection, and whoever fills the budget with large bodies keeps nobody from posting an event.
class body_share {
  public:
    static constexpr std::uint64_t free_of_charge = 64 * 1024;

    explicit body_share(body_budget& of) : of_(of) {}
    ~body_share() {
        if (taken_ > 0) {
            of_.give_back(taken_);
        }
    }
    body_share(const body_share&) = delete;
    body_share& operator=(const body_share&) = delete;

    // False when the body may not become that large now.
    bool grow_to(std::uint64_t bytes, std::uint64_t limit) {
        const std::uint64_t charged = bytes > free_of_charge ? bytes - free_of_charge : 0;
        if (charged > taken_) {
            if (!of_.take(charged - taken_, limit)) {
                return false;
            }
            taken_ = charged;
        }
        return true;
    }

  private:
    body_budget& of_;
    std::uint64_t taken_ = 0;
};

} // namespace gatepost::net
