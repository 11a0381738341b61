// What systemd hears: the socket of sd_notify(3).
#pragma once

#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace gatepost::test {

class notify_socket {
  public:
    notify_socket() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        static int made = 0;
        const auto name =
            "gatepost-notify-" + std::to_string(getpid()) + "-" + std::to_string(++made);
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        name.copy(where.sun_path + 1, sizeof(where.sun_path) - 2); // without a file
        const auto size = offsetof(sockaddr_un, sun_path) + 1 + name.size();
        if (bind(socket_, reinterpret_cast<sockaddr*>(&where), static_cast<socklen_t>(size)) != 0) {
            throw std::runtime_error("cannot listen for messages to systemd");
        }
        name_ = "@" + name;
    }
    ~notify_socket() { close(socket_); }
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    // For the variable NOTIFY_SOCKET.
    const std::string& name() const { return name_; }

    // The next message; "" when there is none.
    std::string heard() const {
        char block[4096];
        const auto count = recv(socket_, block, sizeof(block), 0);
        return {block, count > 0 ? static_cast<std::size_t>(count) : 0};
    }
    // The next message that begins so, waited for; others are passed over. "" when none comes.
    std::string wait_for(const std::string& beginning) const {
        pollfd coming{socket_, POLLIN, 0};
        while (poll(&coming, 1, 30'000) > 0) {
            if (auto message = heard(); message.starts_with(beginning)) {
                return message;
            }
        }
        return "";
    }

  private:
    int socket_;
    std::string name_;
};

} // namespace gatepost::test
