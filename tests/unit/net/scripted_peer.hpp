// An upstream that does to its connections what no server should.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace gatepost::test {

// One accepted connection.
class peer_connection {
  public:
    explicit peer_connection(int socket) : socket_(socket) {}
    ~peer_connection() { close(socket_); }
    peer_connection(const peer_connection&) = delete;
    peer_connection& operator=(const peer_connection&) = delete;

    // Reads a request whose body ends in `last`, or what there is before the other end closes.
    std::string read_until(std::string_view last) {
        std::string got;
        char byte = 0;
        while (!got.ends_with(last) && recv(socket_, &byte, 1, 0) == 1) {
            got += byte;
        }
        return got;
    }
    // Everything until the other end closes.
    std::string read_all() {
        std::string got;
        char byte = 0;
        while (recv(socket_, &byte, 1, 0) == 1) {
            got += byte;
        }
        return got;
    }
    // False when the other end has closed.
    bool write(std::string_view bytes) {
        return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    // Whether the other end closes, or sends something, within so many milliseconds.
    bool stirs_within(int milliseconds) const {
        pollfd waiting{socket_, POLLIN, 0};
        return poll(&waiting, 1, milliseconds) == 1;
    }
    int descriptor() const { return socket_; }

  private:
    int socket_;
};

class scripted_peer {
  public:
    scripted_peer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(where);
        auto* address = reinterpret_cast<sockaddr*>(&where);
        if (bind(socket_, address, size) != 0 || listen(socket_, 8) != 0 ||
            getsockname(socket_, address, &size) != 0) {
            throw std::system_error(errno, std::generic_category(), "listen");
        }
        port_ = ntohs(where.sin_port);
    }
    ~scripted_peer() { close(socket_); }
    scripted_peer(const scripted_peer&) = delete;
    scripted_peer& operator=(const scripted_peer&) = delete;

    std::uint16_t port() const { return port_; }
    peer_connection accept() { return peer_connection(::accept(socket_, nullptr, nullptr)); }
    // Somebody has connected and was not accepted yet.
    bool is_called() const {
        pollfd waiting{socket_, POLLIN, 0};
        return poll(&waiting, 1, 0) == 1;
    }

  private:
    int socket_;
    std::uint16_t port_ = 0;
};

} // namespace gatepost::test
