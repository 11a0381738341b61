// Connections that a server has to bear: half of them send a byte now and then, of a head or of a
// body, and half have asked once and stay. Whoever is thrown out comes again.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <thread>
#include <vector>

namespace gatepost::campaigns {

class idlers {
  public:
    // "http://127.0.0.1:8787"; `pace` is between two bytes of a slow sender.
    idlers(const std::string& url, std::size_t count, std::chrono::milliseconds pace);
    ~idlers();
    idlers(const idlers&) = delete;
    idlers& operator=(const idlers&) = delete;

    // All have connected, and those who ask once were answered.
    bool stand() const { return standing_; }
    // How connections ended so far: by the status that the last thing heard had, 0 for one that
    // ended without a word; of slow senders and of the others.
    struct endings {
        std::map<int, std::uint64_t> slow;
        std::map<int, std::uint64_t> idle;
        std::uint64_t refused = 0; // no connection could be made
    };
    endings ended() const;

  private:
    enum class way { slow_head, slow_body, idle };
    struct connection {
        way kind = way::idle;
        int socket = -1;
        std::size_t sent = 0;
        std::string heard; // since the last answer
        bool settled = false;
    };

    void run();
    void join(std::size_t who);
    void leave(std::size_t who);
    void read_from(std::size_t who);
    void send_next(std::size_t who);

    sockaddr_in where_{};
    std::chrono::milliseconds pace_;
    std::string request_; // that nobody ever sends to its end
    std::vector<connection> connections_;
    std::size_t settled_ = 0;
    std::atomic<bool> standing_ = false;
    std::atomic<bool> stopping_ = false;
    int readiness_; // epoll
    mutable std::mutex guard_;
    endings ended_;
    std::thread thread_;
};

} // namespace gatepost::campaigns
