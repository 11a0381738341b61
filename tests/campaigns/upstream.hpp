// TikTok's place: takes batches over plain HTTP, enters every order it sees into the account, and
// meets requests with random faults as long as there is a storm.
#pragma once

#include "account.hpp"
#include "dice.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace gatepost::campaigns {

class upstream {
  public:
    upstream(account& into, std::uint64_t seed);
    ~upstream();
    upstream(const upstream&) = delete;
    upstream& operator=(const upstream&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    // The share of requests that meet a fault, 0 to 1.
    void storm(double share) { storm_ = share; }
    // Whether anybody listens; where nobody does connections are refused. The port stays ours.
    void listen();
    void refuse();
    // Finds nothing wrong with any order. Before the first request.
    void take_everything() { takes_everything_ = true; }
    // Every order it sees, in order; for what is not in the account. Before the first request.
    void watch(std::function<void(const sighting&)> watcher) { watcher_ = std::move(watcher); }

    std::uint64_t requests() const { return requests_; }
    std::uint64_t faults() const { return faults_; }

  private:
    struct connection {
        int socket;
        std::thread thread;
        std::atomic<bool> over = false;
    };

    void accept_all(int listening);
    void serve(int socket, std::uint64_t seed);
    // False when the connection is over.
    bool serve_next(int socket, std::string& unread, dice& chance);
    // The answer that the body deserves; enters what is in it.
    std::string take(const std::string& body, bool kept, dice& chance);

    flaw flaw_seen_in(order_number number) const;

    account& account_;
    std::function<void(const sighting&)> watcher_;
    bool takes_everything_ = false;
    std::atomic<double> storm_ = 0;
    std::atomic<std::uint64_t> requests_ = 0;
    std::atomic<std::uint64_t> faults_ = 0;
    std::uint16_t port_ = 0;
    int reserved_;       // bound and never listening
    int listening_ = -1; // -1 while connections are refused
    std::thread acceptor_;
    std::mutex guard_;
    std::mutex watching_;
    std::list<connection> connections_;
    dice seeds_;
};

} // namespace gatepost::campaigns
