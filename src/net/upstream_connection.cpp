#include "upstream_connection.hpp"

#include "upstream.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/core/version.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <cerrno>
#include <ctime>
#include <sys/socket.h>

namespace gatepost::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using tcp_stream = beast::tcp_stream;
using tls_stream = asio::ssl::stream<tcp_stream>;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

constexpr std::uint32_t header_limit = 64 * 1024;
// What may wait to be understood. A body does not, it is taken as it comes; but the extension of a
// chunk and the trailer do, and the parser has no limit for them.
constexpr std::size_t buffer_limit = 2 * header_limit;

// `late` says what there was no time for.
client_failure failure(client_errc usual, const boost::system::error_code& error,
                       std::string_view late) {
    if (error == beast::error::timeout) {
        return {client_errc::timeout, std::string(late)};
    }
    return {usual, error.message()};
}

// Delay in seconds or an HTTP date (RFC 9110 section 10.2.3).
std::optional<std::chrono::seconds> retry_after(std::string_view value) {
    if (const auto seconds = core::parse_integer<std::uint32_t>(core::trim(value))) {
        return std::chrono::seconds(*seconds);
    }
    std::tm parts{};
    if (strptime(std::string(value).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) {
        return std::nullopt;
    }
    const auto wait = std::chrono::seconds(timegm(&parts) - std::time(nullptr));
    return std::max(wait, std::chrono::seconds(0));
}

// By hand, although Beast writes requests: what it makes of a header stays in freed memory, and of
// several buffers Asio's TLS stream makes one on the stack. This is one buffer, which is wiped.
core::secret_string as_bytes(const core::upstream_request& request, const std::string& authority) {
    constexpr std::string_view version = " HTTP/1.1\r\nHost: ";
    const auto agent = "\r\nUser-Agent: gatepost/" + std::string(core::version) + "\r\n";
    const auto length = request.body.empty() && request.method == "GET"
                            ? std::string("\r\n")
                            : "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
    auto size = request.method.size() + 1 + request.target.size() + version.size() +
                authority.size() + agent.size() + length.size() + request.body.size();
    for (const auto& [name, value] : request.headers) {
        size += name.size() + value.reveal().size() + 4;
    }
    std::string bytes;
    bytes.reserve(size); // growing would leave a copy behind
    bytes.append(request.method).append(" ").append(request.target).append(version);
    bytes.append(authority).append(agent);
    for (const auto& [name, value] : request.headers) {
        bytes.append(name).append(": ").append(value.reveal()).append("\r\n");
    }
    bytes.append(length).append(request.body);
    return core::secret_string(std::move(bytes));
}

template <class Stream>
class connection_over final : public upstream_connection {
  public:
    connection_over(Stream stream, std::shared_ptr<upstream> to)
        : to_(std::move(to)), stream_(std::move(stream)) {}

    ~connection_over() override {
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            tls_client_context::keep_session(stream_.native_handle());
        }
    }

    asio::awaitable<core::result<void, client_failure>> begin(deadline until) override {
        beast::get_lowest_layer(stream_).expires_at(until);
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            auto* native = stream_.native_handle();
            if (!to_->tls->prepare(native, to_->options.endpoint.host)) {
                co_return client_failure{client_errc::tls, "the host name cannot be verified"};
            }
            const auto [refused] =
                co_await stream_.async_handshake(asio::ssl::stream_base::client, no_throw);
            if (refused == beast::error::timeout) {
                co_return client_failure{client_errc::timeout, "no TLS handshake in time"};
            }
            if (refused) {
                co_return client_failure{client_errc::tls,
                                         tls_client_context::refusal(native, refused)};
            }
        }
        opened = std::chrono::steady_clock::now();
        co_return boost::system::in_place_value;
    }

    asio::awaitable<answer_result> exchange(const core::upstream_request& request,
                                            deadline until) override {
        reusable = false;
        answer_begun = false;
        beast::get_lowest_layer(stream_).expires_at(until);
        const auto bytes = as_bytes(request, to_->options.endpoint.authority());
        const auto text = bytes.reveal();
        const auto [unsent, sent] =
            co_await asio::async_write(stream_, asio::buffer(text.data(), text.size()), no_throw);
        if (unsent == beast::error::timeout) {
            co_return failure(client_errc::timeout, unsent, "the request was not taken in time");
        }
        // A peer that refuses a request by its head may answer and close while the body is being
        // written (RFC 9112 section 9.6): its answer has come all the same.
        auto answer = co_await read_answer();
        if (unsent) {
            reusable = false;
            // What did not arrive whole was not taken, whatever the peer says.
            const bool success = answer.has_value() && answer->status / 100 == 2;
            if (success || (answer.has_error() && answer.error().kind == client_errc::broken)) {
                co_return failure_of(unsent); // the first that went wrong
            }
        }
        co_return answer;
    }

    bool is_quiet() override {
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            if (!tls_client_context::is_drained(stream_.native_handle())) {
                return false;
            }
        }
        char byte = 0;
        auto& socket = beast::get_lowest_layer(stream_).socket();
        const auto count = recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

  private:
    // Interim answers (RFC 9110 section 15.2) come before the one that counts.
    asio::awaitable<answer_result> read_answer() {
        constexpr int most_interim = 8;
        for (int interim = 0; interim <= most_interim; ++interim) {
            http::response_parser<http::string_body> answer;
            answer.body_limit(to_->options.max_answer.bytes);
            answer.header_limit(header_limit);
            const auto [unread, received] =
                co_await http::async_read(stream_, buffer_, answer, no_throw);
            answer_begun = answer_begun || received > 0 || buffer_.size() > 0;
            if (unread) {
                co_return failure_of(unread);
            }
            const auto status = answer.get().result_int();
            if (status / 100 != 1) {
                co_return accept(answer);
            }
            if (status == 101) {
                break; // nobody asked to switch protocols
            }
        }
        co_return client_failure{client_errc::answer, "interim answers and no final one"};
    }

    static client_failure failure_of(const boost::system::error_code& error) {
        if (error == http::error::buffer_overflow) {
            return {client_errc::answer, "a chunk extension or a trailer without end"};
        }
        const auto& category = error.category();
        auto kind = client_errc::broken;
        if (category == asio::error::get_ssl_category()) {
            kind = client_errc::tls; // an alert, or a record that was tampered with
        } else if (category == http::make_error_code(http::error::bad_target).category() &&
                   error != http::error::end_of_stream && error != http::error::partial_message) {
            kind = client_errc::answer;
        }
        return failure(kind, error, "no whole answer in time");
    }

    core::upstream_answer accept(http::response_parser<http::string_body>& answer) {
        beast::get_lowest_layer(stream_).expires_never();
        reusable = answer.keep_alive() && buffer_.size() == 0;
        auto& read = answer.get();
        core::upstream_answer result;
        result.status = read.result_int();
        if (const auto wait = read.find(http::field::retry_after); wait != read.end()) {
            result.retry_after = retry_after(wait->value());
        }
        result.body = std::move(read.body());
        return result;
    }

    std::shared_ptr<upstream> to_; // outlives the stream, which tells it of sessions
    Stream stream_;
    beast::flat_buffer buffer_{buffer_limit};
};

} // namespace

std::unique_ptr<upstream_connection> make_connection(std::shared_ptr<upstream> to,
                                                     asio::ip::tcp::socket connected) {
    tcp_stream stream(std::move(connected));
    if (to->tls) {
        tls_stream secured(std::move(stream), to->tls->context());
        return std::make_unique<connection_over<tls_stream>>(std::move(secured), std::move(to));
    }
    return std::make_unique<connection_over<tcp_stream>>(std::move(stream), std::move(to));
}

} // namespace gatepost::net
