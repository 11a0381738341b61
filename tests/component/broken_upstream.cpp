#include "broken_upstream.hpp"

#include <gatepost/core/json.hpp>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::test {
namespace {

void write(int socket, std::string_view bytes) {
    send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// Closing will send a reset instead of an orderly end.
void reset_when_closed(int socket) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

bool read_some(int socket, std::string& into) {
    std::array<char, 65536> part{};
    const auto got = recv(socket, part.data(), part.size(), 0);
    into.append(part.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    return got > 0;
}

// A request's body; "" when the connection ends before it does.
std::string read_request(int socket) {
    constexpr std::string_view length_name = "Content-Length: ";
    std::string got;
    for (;;) {
        const auto head = got.find("\r\n\r\n");
        if (head != std::string::npos) {
            const auto length = std::stoul(got.substr(got.find(length_name) + length_name.size()));
            if (got.size() >= head + 4 + length) {
                return got.substr(head + 4);
            }
        }
        if (!read_some(socket, got)) {
            return "";
        }
    }
}

std::string answer(std::string_view more) {
    constexpr std::string_view body = R"({"code":0,"message":"OK","request_id":"R"})";
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more) + "\r\n" + std::string(body);
}

} // namespace

broken_upstream::broken_upstream(std::vector<fault> faults)
    : faults_(std::move(faults)), socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
    thread_ = std::thread([this] { run(); });
}

broken_upstream::~broken_upstream() {
    shutdown(socket_, SHUT_RDWR); // ends accept()
    thread_.join();
    close(socket_);
}

// One connection after the other: whoever tests with it sends one batch at a time.
void broken_upstream::run() {
    for (std::size_t number = 0;; ++number) {
        const int connection = accept(socket_, nullptr, nullptr);
        if (connection < 0) {
            return;
        }
        {
            const std::lock_guard lock(guard_);
            ++connections_;
        }
        serve(connection, number);
        close(connection);
    }
}

void broken_upstream::serve(int socket, std::size_t number) {
    if (number >= faults_.size()) {
        take(read_request(socket));
        write(socket, answer("Connection: close\r\n"));
        return;
    }
    std::string rest;
    switch (faults_[number]) {
    case fault::reset_unread:
        break;
    case fault::reset_taken:
        take(read_request(socket));
        break;
    case fault::reset_in_answer: {
        take(read_request(socket));
        const auto whole = answer("");
        write(socket, std::string_view(whole).substr(0, whole.size() / 2));
        break;
    }
    case fault::reset_after_answer:
        take(read_request(socket));
        write(socket, answer(""));
        break;
    case fault::no_answer:
        while (read_some(socket, rest)) {
        }
        return;
    case fault::refused_in_the_body:
        read_some(socket, rest);
        write(socket, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return; // with bytes unread the system sends a reset after the answer
    }
    reset_when_closed(socket);
}

void broken_upstream::take(const std::string& body) {
    if (body.empty()) {
        return;
    }
    const auto parsed = core::json::parse(body).value();
    const std::lock_guard lock(guard_);
    parsed.root().find("data").each_element(
        [&](core::json::value event) { ++taken_[std::string(event.find("event_id").text())]; });
}

std::map<std::string, int> broken_upstream::taken() const {
    const std::lock_guard lock(guard_);
    return taken_;
}

std::size_t broken_upstream::connections() const {
    const std::lock_guard lock(guard_);
    return connections_;
}

} // namespace gatepost::test
