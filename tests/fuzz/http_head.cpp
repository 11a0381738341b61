// Whatever bytes come over a connection, the server's handler sees requests of RFC 9112 and sees
// them as a strict reader does, whichever way the bytes arrive: what one of two readers would take
// for a part of the request before, or for none, is refused. Nothing is served behind a refusal.
//
// The first byte chooses what is refused for its head, the second where the bytes are parted.

#include "check.hpp"
#include "strict_http.hpp"

#include <gatepost/net/http_server.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

using namespace gatepost;
using fuzz::check;
using fuzz::strict_request;

namespace {

constexpr std::size_t most_body = 1000;
constexpr std::size_t most_header = 2048;

// What is remembered of a request, to be compared.
strict_request remembered(const net::request_head& head) {
    strict_request kept{std::string(head.method), std::string(head.target), {}, {}};
    for (const auto& [name, value] : head.headers) {
        kept.headers.emplace_back(name, fuzz::strict::without_space(value));
    }
    return kept;
}

void check_head(const net::request_head& head) {
    check(head.over_unix_socket && head.count("Host") == 1);
    check(fuzz::strict::is_token(head.method) && head.method != "CONNECT");
    check(head.target.starts_with('/') || (head.target == "*" && head.method == "OPTIONS"));
    for (const char c : head.target) {
        check(static_cast<unsigned char>(c) > ' ' && c != '\x7f');
    }
    for (const auto& [name, value] : head.headers) {
        check(fuzz::strict::is_token(name) && fuzz::strict::is_field_text(value));
    }
    check(head.count("Content-Length") + head.count("Transfer-Encoding") <= 1);
}

class recorder final : public net::http_handler {
  public:
    std::optional<net::response> refuse(const net::request_head& head) override {
        check_head(head);
        looked_at.push_back(remembered(head));
        if (refuses && head.method == "PUT") {
            return net::error_response(403, {"refused", "refused for its head", ""});
        }
        return std::nullopt;
    }

    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override {
        check(body.size() <= most_body && !(refuses && head.method == "PUT"));
        answered.push_back(remembered(head));
        answered.back().body = std::move(body);
        co_return net::response{.body = "{}", .headers = {}};
    }

    bool refuses = false;
    std::vector<strict_request> looked_at;
    std::vector<strict_request> answered;
};

// The real server with one room, run by nobody but the target.
class served {
  public:
    static served& once() {
        static served made;
        return made;
    }

    recorder& handler() { return handler_; }

    // The answers to what one client writes in two parts and then closes its side.
    std::string exchange(std::string_view first, std::string_view second) {
        const int client = connected();
        write(client, first);
        context_.poll();
        write(client, second);
        check(::shutdown(client, SHUT_WR) == 0 || errno == ENOTCONN);
        const auto answers = read_all(client);
        ::close(client);
        while (server_.connections() > 0) {
            check(context_.run_one_for(patience) > 0);
        }
        return answers;
    }

  private:
    static constexpr auto patience = std::chrono::seconds(5);

    // A name that the kernel chooses, and no file.
    served() {
        listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address_.sun_family = AF_UNIX;
        check(::bind(listening_, as_address(), sizeof address_.sun_family) == 0);
        length_ = sizeof address_;
        check(::getsockname(listening_, as_address(), &length_) == 0);
        check(::listen(listening_, 16) == 0);
        server_.adopt(listening_);
    }

    sockaddr* as_address() { return reinterpret_cast<sockaddr*>(&address_); }

    int connected() {
        const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        check(::connect(client, as_address(), length_) == 0);
        return client;
    }

    // The socket's buffer takes an input as a whole; the server may have closed already.
    static void write(int client, std::string_view text) {
        ::send(client, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    std::string read_all(int client) {
        std::string all;
        std::array<char, 4096> block{};
        for (;;) {
            const auto count = ::recv(client, block.data(), block.size(), MSG_DONTWAIT);
            if (count > 0) {
                all.append(block.data(), static_cast<std::size_t>(count));
            } else if (count < 0 && errno == EAGAIN) {
                check(context_.run_one_for(patience) > 0);
            } else {
                return all;
            }
        }
    }

    boost::asio::io_context context_{1};
    recorder handler_;
    net::http_server server_{{{&context_, &handler_}},
                             {.max_body = {most_body}, .max_header = {most_header}}};
    sockaddr_un address_{};
    socklen_t length_ = 0;
    int listening_ = -1;
};

struct answer_seen {
    int status = 0;
    bool closes = false;
};

// The final answers, in order; those to HEAD have no body.
std::vector<answer_seen> answers_in(std::string_view text,
                                    const std::vector<strict_request>& requests) {
    std::vector<answer_seen> all;
    while (!text.empty()) {
        check(text.starts_with("HTTP/1.1 "));
        const auto end = text.find("\r\n\r\n");
        check(end != text.npos);
        const auto head = text.substr(0, end + 2);
        text.remove_prefix(end + 4);
        const auto status = fuzz::strict::number(head.substr(9, 3), 10);
        check(status.has_value());
        if (*status == 100) {
            continue;
        }
        const auto of = all.size();
        all.push_back(
            {static_cast<int>(*status), head.find("\r\nConnection: close\r\n") != head.npos});
        constexpr std::string_view length_name = "\r\nContent-Length: ";
        const auto length = head.find(length_name);
        check(length != head.npos);
        const auto digits = head.substr(length + length_name.size());
        const auto size = fuzz::strict::number(digits.substr(0, digits.find('\r')), 10);
        check(size.has_value());
        // What was refused before the handler saw it may have been a HEAD.
        const bool has_body = of < requests.size() ? requests[of].method != "HEAD" : !text.empty();
        if (has_body) {
            check(*size <= text.size());
            text.remove_prefix(*size);
        }
    }
    return all;
}

bool is_packed(const strict_request& request) {
    return !request.values("Content-Encoding").empty();
}

// The path of an absolute form (RFC 9112 section 3.2.2), whose authority must be the Host's: what
// is let in by one of them is not served by the other.
std::string origin_form(const strict_request& meant) {
    const auto scheme = meant.target.find("://");
    if (meant.target.starts_with('/') || scheme == std::string::npos) {
        return meant.target;
    }
    const auto begin = scheme + 3;
    const auto end = std::min(meant.target.find_first_of("/?", begin), meant.target.size());
    const auto authority = std::string_view(meant.target).substr(begin, end - begin);
    check(fuzz::strict::same_word(authority, meant.values("Host").front()));
    const auto rest = meant.target.substr(end);
    return rest.starts_with('/') ? rest : "/" + rest;
}

// In the order of each name: that of different ones means nothing (RFC 9110 section 5.3).
bool same_headers(const strict_request& seen, const strict_request& meant) {
    return seen.headers.size() == meant.headers.size() &&
           std::ranges::all_of(meant.headers, [&](const auto& header) {
               return seen.values(header.first) == meant.values(header.first);
           });
}

bool same_request(const strict_request& seen, const strict_request& meant) {
    return seen.method == meant.method && seen.target == origin_form(meant) &&
           same_headers(seen, meant) && (is_packed(seen) || seen.body == meant.body);
}

// Those that were answered are those that were meant, but for such as could not be unpacked.
void check_requests(const std::vector<strict_request>& answered, std::string_view text) {
    fuzz::strict_reader reader(text);
    for (const auto& seen : answered) {
        auto meant = reader.next();
        while (meant && is_packed(*meant) && !same_request(seen, *meant)) {
            meant = reader.next();
        }
        check(meant.has_value() && same_request(seen, *meant));
    }
}

// One answer for each request that was served, and behind a refusal none.
void check_answers(const std::vector<answer_seen>& answers, const recorder& handler) {
    std::size_t served = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto& [status, closes] = answers[i];
        served += status == 200 ? 1 : 0;
        check(status == 200 || status / 100 == 4);
        check(!closes || i + 1 == answers.size());
        check(status == 200 || closes ||
              (i < handler.looked_at.size() && is_packed(handler.looked_at[i])));
    }
    check(served == handler.answered.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t head = 2;
    if (size < head) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data + head), size - head);
    auto& server = served::once();
    auto& handler = server.handler();
    handler.refuses = data[0] % 2 == 1;
    handler.looked_at.clear();
    handler.answered.clear();

    const auto parted = text.size() * data[1] / 256;
    const auto said = server.exchange(text.substr(0, parted), text.substr(parted));
    check_requests(handler.answered, text);
    check_answers(answers_in(said, handler.looked_at), handler);
    return 0;
}
