#include <gatepost/core/text.hpp>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <support/scripted_upstream.hpp>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace gatepost::test {
namespace {

bool read_some(int socket, std::string& into) {
    std::array<char, 65536> part{};
    const auto got = recv(socket, part.data(), part.size(), 0);
    into.append(part.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    return got > 0;
}

std::string header(std::string_view head, std::string_view name) {
    while (!head.empty()) {
        auto value = core::next_field(head, '\n');
        if (core::iequals(core::next_field(value, ':'), name)) {
            return std::string(core::trim(value));
        }
    }
    return "";
}

// Takes a whole request off `unread`; nothing when the connection ends before.
std::optional<received_request> read_request(int socket, std::string& unread) {
    constexpr std::string_view head_end = "\r\n\r\n";
    auto end = unread.find(head_end);
    while (end == std::string::npos) {
        if (!read_some(socket, unread)) {
            return std::nullopt;
        }
        end = unread.find(head_end);
    }
    const auto head = unread.substr(0, end);
    const auto length = core::parse_integer<std::size_t>(header(head, "Content-Length"));
    const auto body_begin = end + head_end.size();
    const auto whole = body_begin + length.value_or(0);
    while (unread.size() < whole) {
        if (!read_some(socket, unread)) {
            return std::nullopt;
        }
    }
    std::string_view line = head;
    core::next_field(line, ' ');
    received_request request{.target = std::string(core::next_field(line, ' ')),
                             .token = header(head, "Access-Token"),
                             .body = unread.substr(body_begin, whole - body_begin)};
    unread.erase(0, whole);
    return request;
}

// Closing will send a reset instead of an orderly end.
void reset_when_closed(int socket) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

} // namespace

std::string answer_bytes(int status, const std::string& body, const std::string& headers) {
    return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: application/json\r\n" +
           "Content-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

std::string ok_answer() {
    return answer_bytes(200, R"({"code":0,"message":"OK","request_id":"R0","data":{}})");
}

scripted_upstream::scripted_upstream(std::deque<scripted_act> acts)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), acts_(std::move(acts)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(where);
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    if (bind(socket_, address, size) != 0 || listen(socket_, 64) != 0 ||
        getsockname(socket_, address, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "listen");
    }
    port_ = ntohs(where.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

scripted_upstream::~scripted_upstream() {
    shutdown(socket_, SHUT_RDWR); // ends accept()
    acceptor_.join();
    {
        const std::lock_guard lock(guard_);
        for (const int each : open_) {
            shutdown(each, SHUT_RDWR); // ends recv()
        }
    }
    for (auto& each : threads_) {
        each.join();
    }
    close(socket_);
}

void scripted_upstream::accept_all() {
    for (;;) {
        const int accepted = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted < 0) {
            return;
        }
        const std::lock_guard lock(guard_);
        const auto number = open_.size();
        open_.push_back(accepted);
        threads_.emplace_back([this, number, accepted] { serve(number, accepted); });
    }
}

void scripted_upstream::serve(std::size_t connection, int socket) {
    std::string unread;
    while (serve_next(socket, unread)) {
    }
    const std::lock_guard lock(guard_);
    close(socket);
    open_[connection] = -1;
}

bool scripted_upstream::serve_next(int socket, std::string& unread) {
    if (unread.empty() && !read_some(socket, unread)) {
        return false;
    }
    const auto act = begin();
    if (act.reads) {
        auto request = read_request(socket, unread);
        if (!request) {
            return false;
        }
        keep(*std::move(request));
    } else {
        keep({});
    }
    send(socket, act.sends.data(), act.sends.size(), MSG_NOSIGNAL);
    switch (act.then) {
    case scripted_act::end::stays:
        return true;
    case scripted_act::end::closes:
        break;
    case scripted_act::end::resets:
        reset_when_closed(socket);
        break;
    case scripted_act::end::hangs:
        while (read_some(socket, unread)) {
        }
        break;
    }
    return false;
}

scripted_act scripted_upstream::begin() {
    const std::lock_guard lock(guard_);
    if (acts_.empty()) {
        return {.sends = ok_answer()};
    }
    auto next = std::move(acts_.front());
    acts_.pop_front();
    return next;
}

void scripted_upstream::keep(received_request what) {
    const std::lock_guard lock(guard_);
    received_.push_back(std::move(what));
}

std::vector<received_request> scripted_upstream::received() const {
    const std::lock_guard lock(guard_);
    return received_;
}

std::size_t scripted_upstream::connections() const {
    const std::lock_guard lock(guard_);
    return open_.size();
}

} // namespace gatepost::test
