#include "idlers.hpp"

#include <gatepost/core/text.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::campaigns {
namespace {

constexpr std::string_view asks_once = "GET /consent-relay.js HTTP/1.1\r\nHost: localhost\r\n\r\n";

// A head that goes on, and a body that does.
std::string endless_request() {
    return "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
           "Content-Length: 4000\r\n\r\n" +
           std::string(4000, ' ');
}

sockaddr_in address_of(const std::string& url) {
    const auto port = core::parse_integer<std::uint16_t>(url.substr(url.rfind(':') + 1));
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(port.value());
    return where;
}

// "HTTP/1.1 408 Request Timeout..."
int status_in(std::string_view heard) {
    core::next_field(heard, ' ');
    return core::parse_integer<int>(core::next_field(heard, ' ')).value_or(0);
}

// The head and, where nothing else is announced, no body.
bool whole_answer(std::string_view heard) {
    constexpr std::string_view head_end = "\r\n\r\n";
    constexpr std::string_view length = "Content-Length: ";
    const auto end = heard.find(head_end);
    const auto at = heard.find(length);
    if (end == std::string_view::npos || at == std::string_view::npos) {
        return false;
    }
    auto digits = heard.substr(at + length.size());
    const auto size = core::parse_integer<std::size_t>(core::next_field(digits, '\r'));
    return heard.size() >= end + head_end.size() + size.value_or(0);
}

} // namespace

idlers::idlers(const std::string& url, std::size_t count, std::chrono::milliseconds pace)
    : where_(address_of(url)), pace_(pace), request_(endless_request()), connections_(count),
      readiness_(epoll_create1(EPOLL_CLOEXEC)) {
    constexpr std::array ways{way::slow_head, way::idle, way::slow_body, way::idle};
    for (std::size_t who = 0; who < count; ++who) {
        connections_[who].kind = ways[who % ways.size()];
    }
    thread_ = std::thread([this] { run(); });
}

idlers::~idlers() {
    stopping_ = true;
    thread_.join();
    for (const auto& each : connections_) {
        if (each.socket >= 0) {
            close(each.socket);
        }
    }
    close(readiness_);
}

idlers::endings idlers::ended() const {
    const std::lock_guard lock(guard_);
    return ended_;
}

// Reads what has come, and has everybody whose turn it is send a byte.
void idlers::run() {
    for (std::size_t who = 0; who < connections_.size() && !stopping_; ++who) {
        join(who);
    }
    const auto begun = std::chrono::steady_clock::now();
    std::uint64_t turns = 0;
    while (!stopping_) {
        std::array<epoll_event, 256> ready{};
        const int count = epoll_wait(readiness_, ready.data(), ready.size(), 1);
        for (int i = 0; i < count; ++i) {
            read_from(ready[static_cast<std::size_t>(i)].data.u64);
        }
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
        const auto due =
            static_cast<std::uint64_t>(passed / pace_ * static_cast<double>(connections_.size()));
        for (; turns < due; ++turns) {
            send_next(turns % connections_.size());
        }
    }
}

void idlers::join(std::size_t who) {
    auto& one = connections_[who];
    one = {.kind = one.kind, .socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (connect(one.socket, reinterpret_cast<const sockaddr*>(&where_), sizeof(where_)) != 0) {
        close(one.socket);
        one.socket = -1;
        const std::lock_guard lock(guard_);
        ++ended_.refused;
        return;
    }
    fcntl(one.socket, F_SETFL, O_NONBLOCK);
    epoll_event interest{.events = EPOLLIN, .data = {.u64 = who}};
    epoll_ctl(readiness_, EPOLL_CTL_ADD, one.socket, &interest);
    const std::string_view endless = request_;
    const auto head = endless.substr(0, endless.find("\r\n\r\n") + 4);
    const auto at_once = one.kind == way::idle        ? asks_once
                         : one.kind == way::slow_body ? head
                                                      : head.substr(0, 1);
    one.sent = at_once.size();
    const auto sent = send(one.socket, at_once.data(), at_once.size(), MSG_NOSIGNAL);
    if (one.kind != way::idle && sent > 0) {
        one.settled = true;
        standing_ = ++settled_ == connections_.size();
    }
}

void idlers::leave(std::size_t who) {
    auto& one = connections_[who];
    close(one.socket);
    settled_ -= one.settled ? 1 : 0;
    {
        const std::lock_guard lock(guard_);
        ++(one.kind == way::idle ? ended_.idle : ended_.slow)[status_in(one.heard)];
    }
    join(who);
}

void idlers::read_from(std::size_t who) {
    auto& one = connections_[who];
    std::array<char, 4096> block{};
    const auto count = recv(one.socket, block.data(), block.size(), 0);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN) {
            leave(who);
        }
        return;
    }
    one.heard.append(block.data(), static_cast<std::size_t>(count));
    if (one.kind == way::idle && whole_answer(one.heard) && status_in(one.heard) == 200) {
        one.heard.clear();
        settled_ += one.settled ? 0 : 1;
        one.settled = true;
        standing_ = settled_ == connections_.size();
    }
}

void idlers::send_next(std::size_t who) {
    auto& one = connections_[who];
    if (one.socket < 0) {
        join(who);
    } else if (one.kind != way::idle && one.sent < request_.size()) {
        send(one.socket, &request_[one.sent++], 1, MSG_NOSIGNAL);
    }
}

} // namespace gatepost::campaigns
