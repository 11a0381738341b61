// An HTTP proxy that opens a tunnel to one port of this machine, whatever it is asked for, or only
// says what it is told to say.
#pragma once

#include "scripted_peer.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace gatepost::test {

class forwarding_proxy {
  public:
    enum after { forwards, closes };

    // `says` is its answer to CONNECT, and `then` what it does.
    explicit forwarding_proxy(std::uint16_t to,
                              std::string says = "HTTP/1.1 200 Connection established\r\n\r\n",
                              after then = forwards)
        : to_(to), says_(std::move(says)), then_(then), thread_([this] { serve(); }) {}
    ~forwarding_proxy() {
        ending_ = true;
        const int wake = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        connect(wake, peer_.port());
        thread_.join();
        close(wake);
    }
    forwarding_proxy(const forwarding_proxy&) = delete;
    forwarding_proxy& operator=(const forwarding_proxy&) = delete;

    std::uint16_t port() const { return peer_.port(); }
    // The heads it was sent.
    std::vector<std::string> asked() const {
        const std::lock_guard lock(guard_);
        return asked_;
    }

  private:
    static void connect(int socket, std::uint16_t port) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        where.sin_port = htons(port);
        ::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where));
    }

    void serve() {
        for (;;) {
            auto client = peer_.accept();
            if (ending_) {
                return;
            }
            auto head = client.read_until("\r\n\r\n");
            {
                const std::lock_guard lock(guard_);
                asked_.push_back(std::move(head));
            }
            client.write(says_);
            if (then_ == forwards) {
                const int target = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
                connect(target, to_);
                carry(client.descriptor(), target);
                close(target);
            }
        }
    }

    // Both ways until one side ends.
    static void carry(int one, int other) {
        std::array<pollfd, 2> sides{{{one, POLLIN, 0}, {other, POLLIN, 0}}};
        std::array<char, 4096> bytes{};
        for (;;) {
            poll(sides.data(), sides.size(), -1);
            for (std::size_t i = 0; i < sides.size(); ++i) {
                if (sides[i].revents == 0) {
                    continue;
                }
                const auto got = recv(sides[i].fd, bytes.data(), bytes.size(), 0);
                if (got <= 0) {
                    return;
                }
                send(sides[1 - i].fd, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
            }
        }
    }

    scripted_peer peer_;
    std::uint16_t to_;
    std::string says_;
    after then_;
    std::atomic<bool> ending_ = false;
    mutable std::mutex guard_;
    std::vector<std::string> asked_;
    std::thread thread_;
};

} // namespace gatepost::test
