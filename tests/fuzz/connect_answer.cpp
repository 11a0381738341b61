// Whatever a proxy answers to CONNECT opens a tunnel or says why not. A tunnel opens only when the
// first final answer is a 2xx and nothing stands behind its head: not a byte of the proxy's is
// taken for one of the upstream's.

#include "check.hpp"
#include "tunnel.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace gatepost;
using boost::asio::ip::tcp;
using fuzz::check;

namespace {

using opened = core::result<tcp::socket, net::client_failure>;

constexpr std::string_view password = "fuzzer:hunter2";

// A pair of sockets stands for the connection: nothing asks what family they are of.
class connection {
  public:
    explicit connection(std::string_view answer) {
        check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) == 0);
        check(::send(ends_[1], answer.data(), answer.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(answer.size()));
        check(::shutdown(ends_[1], SHUT_WR) == 0);
    }
    ~connection() { ::close(ends_[1]); }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    tcp::socket ours(boost::asio::io_context& context) { return {context, tcp::v4(), ends_[0]}; }
    std::string asked() const {
        std::array<char, 4096> text{};
        const auto count = ::recv(ends_[1], text.data(), text.size(), MSG_DONTWAIT);
        return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

  private:
    std::array<int, 2> ends_{};
};

boost::asio::awaitable<void> open(tcp::socket connected, std::optional<opened>& into) {
    const net::proxy proxy{.host = "proxy.internal",
                           .port = 3128,
                           .credentials = core::secret_string(std::string(password))};
    const net::endpoint to{.host = "business-api.tiktok.com"};
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    into.emplace(co_await net::open_tunnel(std::move(connected), proxy, to, until));
}

opened ask(connection& through) {
    static boost::asio::io_context context(1);
    std::optional<opened> got;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, open(through.ours(context), got),
                          [&](std::exception_ptr failure) { thrown = failure; });
    context.restart();
    context.run();
    check(!thrown && got.has_value());
    return std::move(*got);
}

// The statuses of the heads that stand one behind the other, up to the first final one, and what
// stands behind it.
struct strictly_read {
    int status = 0; // 0: no final head is whole
    std::string_view behind;
};

strictly_read read_strictly(std::string_view answer) {
    for (;;) {
        const auto end = answer.find("\r\n\r\n");
        constexpr std::string_view before = "HTTP/1.";
        if (end == answer.npos || !answer.starts_with(before) || answer.size() < 12) {
            return {};
        }
        const auto digits = answer.substr(9, 3);
        if (digits.find_first_not_of("0123456789") != digits.npos) {
            return {};
        }
        const int status = std::stoi(std::string(digits));
        answer.remove_prefix(end + 4);
        if (status / 100 != 1) {
            return {status, answer};
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view answer(reinterpret_cast<const char*>(data), size);
    connection through(answer);
    const auto got = ask(through);
    const auto asked = through.asked();
    check(asked.starts_with("CONNECT business-api.tiktok.com:443 HTTP/1.1\r\n"));
    check(asked.find(password) == asked.npos);
    if (got) {
        const auto strictly = read_strictly(answer);
        check(strictly.status / 100 == 2 && strictly.behind.empty());
        return 0;
    }
    check(got.error().kind == net::client_errc::proxy);
    check(!got.error().detail.empty() && got.error().detail.find("hunter2") == std::string::npos);
    return 0;
}
