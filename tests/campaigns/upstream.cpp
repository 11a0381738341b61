#include "upstream.hpp"

#include "batch.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::campaigns {
namespace {

using namespace std::chrono_literals;

// What becomes of a request in a storm. From `taken_and_reset` on the upstream keeps the events and
// the daemon does not get to know.
enum class fault {
    unavailable,   // 503, not TikTok's
    server_error,  // 50000
    rate_limited,  // 40100
    token_expired, // 40105: the pixel pauses
    no_json,
    reset,
    hang,
    taken_and_reset,
    taken_and_half_answered,
    taken_and_failed, // 50000 all the same
    taken_slowly,     // the answer comes in the end
};
constexpr std::size_t kinds_of_fault = 11;

[[noreturn]] void give_up(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

int make_socket(std::uint16_t port) {
    const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(port);
    if (bind(made, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
        give_up("bind");
    }
    return made;
}

std::uint16_t port_of(int socket) {
    sockaddr_in where{};
    socklen_t size = sizeof(where);
    getsockname(socket, reinterpret_cast<sockaddr*>(&where), &size);
    return ntohs(where.sin_port);
}

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

bool write_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// A request's body; nothing when the connection ends before it does.
std::optional<std::string> read_request(int socket, std::string& unread) {
    constexpr std::string_view length_name = "Content-Length: ";
    for (;;) {
        const auto head = unread.find("\r\n\r\n");
        if (head != std::string::npos) {
            const auto at = unread.find(length_name);
            const auto length = at < head ? std::stoul(unread.substr(at + length_name.size())) : 0;
            if (unread.size() >= head + 4 + length) {
                auto body = unread.substr(head + 4, length);
                unread.erase(0, head + 4 + length);
                return body;
            }
        }
        if (!read_some(socket, unread)) {
            return std::nullopt;
        }
    }
}

std::string http(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string tiktok(int code, const std::string& message, const std::string& data = "{}") {
    return http(200, R"({"code":)" + std::to_string(code) + R"(,"message":")" + message +
                         R"(","request_id":"R","data":)" + data + "}");
}

void wait_for(std::chrono::milliseconds time) {
    poll(nullptr, 0, static_cast<int>(time.count()));
}

} // namespace

upstream::upstream(account& into, std::uint64_t seed)
    : account_(into), reserved_(make_socket(0)), seeds_(seed) {
    port_ = port_of(reserved_);
    listen();
}

upstream::~upstream() {
    refuse();
    for (auto& each : connections_) {
        if (!each.over) {
            shutdown(each.socket, SHUT_RDWR);
        }
        each.thread.join();
        close(each.socket);
    }
    close(reserved_);
}

void upstream::listen() {
    if (listening_ >= 0) {
        return;
    }
    listening_ = make_socket(port_);
    if (::listen(listening_, 64) != 0) {
        give_up("listen");
    }
    acceptor_ = std::thread([this, socket = listening_] { accept_all(socket); });
}

void upstream::refuse() {
    if (listening_ < 0) {
        return;
    }
    shutdown(listening_, SHUT_RDWR); // ends accept()
    acceptor_.join();
    close(listening_);
    listening_ = -1;
    const std::lock_guard lock(guard_);
    for (auto& each : connections_) {
        shutdown(each.socket, SHUT_RDWR);
    }
}

void upstream::accept_all(int listening) {
    for (;;) {
        const int accepted = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted < 0) {
            return;
        }
        const std::lock_guard lock(guard_);
        for (auto each = connections_.begin(); each != connections_.end();) {
            if (each->over) {
                each->thread.join();
                close(each->socket);
                each = connections_.erase(each);
            } else {
                ++each;
            }
        }
        auto& made = connections_.emplace_back(accepted);
        made.thread = std::thread([this, &made, seed = seeds_.seed()] {
            serve(made.socket, seed);
            made.over = true;
        });
    }
}

void upstream::serve(int socket, std::uint64_t seed) {
    dice chance(seed);
    std::string unread;
    while (serve_next(socket, unread, chance)) {
    }
    // Closed by whoever joins the thread, so that the number stays ours; the peer is told now.
    shutdown(socket, SHUT_RDWR);
}

bool upstream::serve_next(int socket, std::string& unread, dice& chance) {
    const auto body = read_request(socket, unread);
    if (!body) {
        return false;
    }
    ++requests_;
    if (!chance.happens(storm_)) {
        return write_all(socket, take(*body, true, chance));
    }
    ++faults_;
    const auto met = static_cast<fault>(chance.below(kinds_of_fault));
    const auto right = take(*body, met >= fault::taken_and_reset, chance);
    switch (met) {
    case fault::unavailable:
        return write_all(socket, http(503, "<html>gateway</html>"));
    case fault::server_error:
    case fault::taken_and_failed:
        return write_all(socket, tiktok(50000, "System error"));
    case fault::rate_limited:
        return write_all(socket, tiktok(40100, "Too many requests"));
    case fault::token_expired:
        return write_all(socket, tiktok(40105, "Access token is incorrect or has been revoked."));
    case fault::no_json:
        return write_all(socket, http(200, ""));
    case fault::hang:
        while (read_some(socket, unread)) {
        }
        return false;
    case fault::taken_and_half_answered:
        write_all(socket, right.substr(0, right.size() / 2));
        break;
    case fault::taken_slowly:
        wait_for(chance.at_most(300ms));
        for (std::size_t at = 0; at < right.size(); at += 40) {
            wait_for(chance.at_most(20ms));
            if (!write_all(socket, std::string_view(right).substr(at, 40))) {
                return false;
            }
        }
        return true;
    case fault::reset:
    case fault::taken_and_reset:
        break;
    }
    reset_when_closed(socket);
    return false;
}

flaw upstream::flaw_seen_in(order_number number) const {
    return takes_everything_ ? flaw::none : flaw_of(number);
}

std::string upstream::take(const std::string& body, bool kept, dice& chance) {
    const auto received = batch::read(body);
    if (!received) {
        account_.find(0, "a request that was never posted so");
        return tiktok(40000, "Invalid request");
    }
    const auto& orders = received->orders();
    std::string failed;
    std::optional<std::size_t> invalid;
    for (std::size_t place = 0; place < orders.size(); ++place) {
        const auto wrong = flaw_seen_in(orders[place].number);
        if (wrong == flaw::invalid && !invalid) {
            invalid = place;
        } else if (wrong == flaw::failed) {
            failed += (failed.empty() ? "" : ",") + std::to_string(place);
        }
    }
    for (const auto& each : orders) {
        account_.seen(each, kept && !invalid && flaw_seen_in(each.number) == flaw::none);
    }
    if (watcher_) {
        const std::lock_guard lock(watching_);
        for (const auto& each : orders) {
            watcher_(each);
        }
    }
    if (invalid) {
        // TikTok names the place or does not.
        return tiktok(40002, chance.happens(0.5)
                                 ? "Batch." + std::to_string(*invalid) + ".properties: invalid"
                                 : "Invalid parameters");
    }
    return failed.empty()
               ? tiktok(0, "OK")
               : tiktok(20001, "Partial success", R"({"failed_events":[)" + failed + "]}");
}

} // namespace gatepost::campaigns
