#include "upstream_connection.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/core/version.hpp>

#include <boost/asio/ssl/stream.hpp>
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

client_failure failure(client_errc usual, const boost::system::error_code& error) {
    return {error == beast::error::timeout ? client_errc::timeout : usual, error.message()};
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

template <class Stream>
class connection_over final : public upstream_connection {
  public:
    connection_over(Stream stream, tls_client_context* tls, const client_options& options)
        : stream_(std::move(stream)), tls_(tls), options_(options) {}

    ~connection_over() override {
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            tls_client_context::keep_session(stream_.native_handle());
        }
    }

    asio::awaitable<core::result<void, client_failure>>
    connect(asio::ip::tcp::resolver::results_type addresses, deadline until) override {
        auto& socket = beast::get_lowest_layer(stream_);
        socket.expires_at(until);
        const auto [failed, reached] = co_await socket.async_connect(addresses, no_throw);
        if (failed) {
            co_return failure(client_errc::connect, failed);
        }
        boost::system::error_code ignored;
        socket.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
        socket.socket().set_option(asio::socket_base::keep_alive(true), ignored);
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            if (!tls_->prepare(stream_.native_handle(), options_.endpoint.host)) {
                co_return client_failure{client_errc::tls, "the host name cannot be verified"};
            }
            const auto [refused] =
                co_await stream_.async_handshake(asio::ssl::stream_base::client, no_throw);
            if (refused) {
                auto problem = failure(client_errc::tls, refused);
                const auto verdict = tls_client_context::verify_failure(stream_.native_handle());
                problem.detail += verdict.empty() ? "" : ": " + verdict;
                co_return problem;
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
        http::request<http::span_body<const char>> message(http::verb::post, request.target, 11);
        message.set(http::field::host, options_.endpoint.authority());
        message.set(http::field::user_agent, "gatepost/" + std::string(core::version));
        for (const auto& [name, value] : request.headers) {
            message.set(name, value);
        }
        message.body() = {request.body.data(), request.body.size()};
        message.prepare_payload();
        http::request_serializer<http::span_body<const char>> serializer(message);
        const auto [unsent, sent] = co_await http::async_write(stream_, serializer, no_throw);
        if (unsent == beast::error::timeout) {
            co_return failure(client_errc::timeout, unsent);
        }
        // A peer that refuses a request by its head may answer and close while the body is being
        // written (RFC 9112 section 9.6): its answer has come all the same.
        auto answer = co_await read_answer();
        if (unsent) {
            reusable = false;
            // What did not arrive whole was not taken, whatever the peer says.
            const bool success = answer.has_value() && answer->status / 100 == 2;
            if (success || (answer.has_error() && answer.error().kind == client_errc::broken)) {
                co_return failure(client_errc::broken, unsent); // the first that went wrong
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
            answer.body_limit(options_.max_answer.bytes);
            answer.header_limit(64 * 1024);
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

    static client_failure failure_of(const boost::system::error_code& unread) {
        const bool malformed =
            unread.category() == http::make_error_code(http::error::bad_target).category() &&
            unread != http::error::end_of_stream && unread != http::error::partial_message;
        return failure(malformed ? client_errc::answer : client_errc::broken, unread);
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

    Stream stream_;
    tls_client_context* tls_;
    const client_options& options_;
    beast::flat_buffer buffer_;
};

} // namespace

std::unique_ptr<upstream_connection>
make_connection(asio::io_context& context, tls_client_context* tls, const client_options& options) {
    if (tls != nullptr) {
        return std::make_unique<connection_over<tls_stream>>(tls_stream(context, tls->context()),
                                                             tls, options);
    }
    return std::make_unique<connection_over<tcp_stream>>(tcp_stream(context), nullptr, options);
}

} // namespace gatepost::net
