#include <gatepost/core/text.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <stdexcept>
#include <support/http_connection.hpp>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::test {
namespace {

int connect_unix(const std::string& path) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(made, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
        close(made);
        throw std::system_error(errno, std::generic_category(), "connect");
    }
    return made;
}

int connect_tcp(std::string authority) {
    const auto colon = authority.rfind(':');
    auto host = authority.substr(0, colon);
    if (host.starts_with('[')) {
        host = host.substr(1, host.size() - 2);
    }
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), authority.substr(colon + 1).c_str(), &hints, &found) != 0) {
        throw std::runtime_error("not an address: " + authority);
    }
    const int made = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int failed = connect(made, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    if (failed != 0) {
        close(made);
        throw std::system_error(errno, std::generic_category(), "connect");
    }
    return made;
}

bool names(const http_connection::headers& list, std::string_view name) {
    return std::ranges::any_of(
        list, [name](const auto& header) { return core::iequals(header.first, name); });
}

} // namespace

http_connection::http_connection(const std::string& url)
    : socket_(url.starts_with("unix:") ? connect_unix(url.substr(5))
                                       : connect_tcp(url.substr(url.find("//") + 2))) {
    const timeval limit{30, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

http_connection::~http_connection() {
    if (socket_ >= 0) {
        close(socket_);
    }
}

http_connection::http_connection(http_connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), unread_(std::move(other.unread_)) {}

http_answer http_connection::request(const std::string& method, const std::string& target,
                                     const headers& extra, const std::string& body) {
    std::string message = method + " " + target + " HTTP/1.1\r\n";
    if (!names(extra, "Host")) {
        message += "Host: localhost\r\n";
    }
    if (!body.empty() && !names(extra, "Content-Type")) {
        message += "Content-Type: application/json\r\n";
    }
    if ((!body.empty() || method == "POST") && !names(extra, "Content-Length") &&
        !names(extra, "Transfer-Encoding")) {
        message += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    for (const auto& [name, value] : extra) {
        message += name + ": " + value + "\r\n";
    }
    send(message + "\r\n" + body);
    return receive(method == "HEAD" ? body_follows::no : body_follows::yes);
}

bool http_connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return true;
}

bool http_connection::fill() {
    char block[65536];
    const auto count = recv(socket_, block, sizeof(block), 0);
    if (count > 0) {
        unread_.append(block, static_cast<std::size_t>(count));
    }
    return count > 0;
}

http_answer http_connection::receive(body_follows body) {
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) {
            return {};
        }
    }
    http_answer answer;
    std::string_view head = std::string_view(unread_).substr(0, end);
    auto status_line = core::next_field(head, '\n');
    core::next_field(status_line, ' ');
    answer.status = core::parse_integer<int>(core::next_field(status_line, ' ')).value_or(0);
    while (!head.empty()) {
        auto value = core::next_field(head, '\n');
        const auto name = core::lower(core::next_field(value, ':'));
        answer.headers[name] = core::trim(value);
    }
    unread_.erase(0, end + 4);
    const auto length = body == body_follows::yes && answer.headers.contains("content-length")
                            ? core::parse_integer<std::size_t>(answer.headers["content-length"])
                            : std::size_t{0};
    while (length && unread_.size() < *length) {
        if (!fill()) {
            return {};
        }
    }
    answer.body = unread_.substr(0, length.value_or(0));
    unread_.erase(0, length.value_or(0));
    return answer;
}

bool http_connection::closed() {
    return unread_.empty() && !fill();
}

http_answer http_get(const std::string& url, const std::string& target) {
    return http_connection(url).get(target);
}

} // namespace gatepost::test
