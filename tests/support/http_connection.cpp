#include <gatepost/core/text.hpp>

#include <algorithm>
#include <chrono>
#include <support/connected_socket.hpp>
#include <support/http_connection.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace gatepost::test {
namespace {

bool names(const http_connection::headers& list, std::string_view name) {
    return std::ranges::any_of(
        list, [name](const auto& header) { return core::iequals(header.first, name); });
}

} // namespace

http_connection::http_connection(const std::string& url)
    : socket_(connected_socket(url, std::chrono::seconds(30))) {}

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
    return send_all(socket_, bytes);
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
