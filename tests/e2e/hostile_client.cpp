#include "hostile_client.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netdb.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::test {
namespace {

constexpr timeval patience{15, 0};

int connected(int made, const sockaddr* where, socklen_t size) {
    setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(made, where, size) != 0) {
        const int failed = errno;
        close(made);
        throw std::system_error(failed, std::generic_category(), "connect");
    }
    return made;
}

int connect_unix(const std::string& path) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    return connected(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
                     reinterpret_cast<sockaddr*>(&where), sizeof(where));
}

// "127.0.0.1:8787" or "[::1]:8787"
int connect_tcp(const std::string& authority) {
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
    sockaddr_storage where{};
    const auto size = found->ai_addrlen;
    std::string_view(reinterpret_cast<const char*>(found->ai_addr), size)
        .copy(reinterpret_cast<char*>(&where), sizeof(where));
    freeaddrinfo(found);
    return connected(made, reinterpret_cast<sockaddr*>(&where), size);
}

// Takes a whole answer off `bytes`; nothing when it is cut off.
std::optional<http_answer> take_answer(std::string_view& bytes) {
    constexpr std::string_view head_end = "\r\n\r\n";
    const auto end = bytes.find(head_end);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    auto head = bytes.substr(0, end);
    auto status_line = core::next_field(head, '\n');
    http_answer answer;
    core::next_field(status_line, ' ');
    answer.status = core::parse_integer<int>(core::next_field(status_line, ' ')).value_or(0);
    while (!head.empty()) {
        auto value = core::next_field(head, '\n');
        const auto name = core::lower(core::next_field(value, ':'));
        answer.headers[name] = core::trim(value);
    }
    bytes.remove_prefix(end + head_end.size());
    const auto length = core::parse_integer<std::size_t>(answer.headers["content-length"]);
    answer.body = bytes.substr(0, length.value_or(0));
    bytes.remove_prefix(answer.body.size());
    return answer;
}

} // namespace

std::string heard::code() const {
    return answers.empty() ? "" : error_code(answers.front());
}

hostile_client::hostile_client(const std::string& url)
    : socket_(url.starts_with("unix:") ? connect_unix(url.substr(5))
                                       : connect_tcp(url.substr(url.find("//") + 2))) {}

hostile_client::~hostile_client() {
    close(socket_);
}

bool hostile_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return true;
}

void hostile_client::finish() {
    shutdown(socket_, SHUT_WR);
}

bool hostile_client::hears(int milliseconds) const {
    pollfd ready{socket_, POLLIN, 0};
    return poll(&ready, 1, milliseconds) > 0;
}

heard hostile_client::hear() {
    heard all;
    std::array<char, 65536> block{};
    ssize_t count = 0;
    while ((count = recv(socket_, block.data(), block.size(), 0)) > 0) {
        all.bytes.append(block.data(), static_cast<std::size_t>(count));
    }
    all.closed = count == 0 || errno == ECONNRESET;
    std::string_view rest = all.bytes;
    while (auto answer = take_answer(rest)) {
        if (answer->status >= 200) {
            all.answers.push_back(*std::move(answer));
        }
    }
    return all;
}

heard hear(const std::string& url, std::string_view bytes) {
    hostile_client client(url);
    client.send(bytes);
    client.finish();
    return client.hear();
}

std::string error_code(const http_answer& answer) {
    const auto parsed = core::json::parse(answer.body);
    if (!parsed) {
        return "";
    }
    if (const auto code = parsed->root().find("code").integer()) {
        return std::to_string(*code);
    }
    return std::string(parsed->root().find("error").find("code").text());
}

} // namespace gatepost::test
