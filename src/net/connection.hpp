// One accepted connection: reads requests, asks the handler, writes answers.
//
// A coroutine per connection on the room's thread. Deadlines are not timers of their own: the room
// looks over its connections a few times a second and expires those past theirs, which cancels what
// the connection waits for (a timer per request costs a third of the throughput on small requests).
#pragma once

#include <gatepost/core/text.hpp>
#include <gatepost/net/door.hpp>
#include <gatepost/net/gzip.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/net/http_server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gatepost::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using plain_stream = asio::generic::stream_protocol::socket;
using tls_stream = asio::ssl::stream<plain_stream>;
using steady = std::chrono::steady_clock;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

// What a room keeps of a connection, whatever its stream is.
class connection_base {
  public:
    virtual ~connection_base() = default;

    // Called by the room, on its thread.
    void expire_if_due(steady::time_point now) {
        if (now >= deadline_) {
            // Again at each look, until there is a new deadline: what has just completed and not
            // run yet is not cancelled.
            expired_ = true;
            cancel();
        }
    }
    // Ends with the request under way. Whoever has connected and not asked yet is about to: a
    // client does not send a request again when a new connection ends without an answer, as it does
    // on a kept one.
    void drain() {
        draining_ = true;
        if (idle_ && fresh_) {
            set_deadline(std::min(deadline_, steady::now() + first_request_grace));
        } else if (idle_) {
            cancel();
        }
    }
    void abort() {
        draining_ = true;
        aborted_ = true;
        deadline_ = steady::time_point::min();
        expire_if_due(steady::now());
    }

  protected:
    static constexpr auto first_request_grace = std::chrono::seconds(1);

    virtual void cancel() = 0;

    void set_deadline(steady::time_point when) {
        if (!aborted_) {
            deadline_ = when;
            expired_ = false;
        }
    }
    void set_deadline(std::chrono::milliseconds from_now) {
        set_deadline(steady::now() + from_now);
    }

    steady::time_point deadline_ = steady::time_point::max();
    bool expired_ = false;
    bool aborted_ = false;
    bool draining_ = false;
    bool idle_ = true;  // between requests
    bool fresh_ = true; // before the first
};

template <class Stream>
class connection final : public connection_base {
  public:
    // `offered` outlives the connection and may come to point to other options, which hold from the
    // next request on.
    connection(Stream stream, http_handler& handler,
               const std::shared_ptr<const server_options>& offered, bool over_unix)
        : stream_(std::move(stream)), handler_(handler), offered_(offered), options_(offered),
          over_unix_(over_unix) {}

    asio::awaitable<void> run() {
        if (co_await greet()) {
            while (co_await one_request()) {
            }
        }
        co_await close();
    }

  private:
    using parser = http::request_parser<http::string_body>;

    void cancel() override {
        boost::system::error_code ignored;
        beast::get_lowest_layer(stream_).cancel(ignored);
    }

    asio::awaitable<bool> greet() {
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            set_deadline(options_->request_timeout);
            const auto [failed] =
                co_await stream_.async_handshake(asio::ssl::stream_base::server, no_throw);
            co_return !failed;
        }
        co_return true;
    }

    // Reads and answers one request; false when the connection is to end.
    asio::awaitable<bool> one_request() {
        if (!co_await first_byte()) {
            co_return false;
        }
        set_deadline(options_->request_timeout);
        parser message;
        message.header_limit(static_cast<std::uint32_t>(options_->max_header.bytes));
        message.body_limit(boost::none);
        const auto [failed, read] =
            co_await http::async_read_header(stream_, buffer_, message, no_throw);
        if (failed) {
            co_return co_await refuse_unread(failed);
        }
        const request_head head = view_of(message.get());
        if (auto refusal = refuse(head, message)) {
            co_await answer_and_close(head, std::move(*refusal));
            co_return false;
        }
        if (!co_await read_body(head, message)) {
            co_return false;
        }
        auto body = unpack(head, std::move(message.get().body()));
        if (body.has_error()) {
            const unsigned status = body.error().code == "too_large" ? 413 : 400;
            co_return co_await write(head, error_response(status, body.error()),
                                     message.keep_alive());
        }
        set_deadline(steady::time_point::max()); // what the handler waits for, it bounds itself
        auto result = co_await handler_.answer(head, std::move(*body));
        co_return co_await write(head, std::move(result), message.keep_alive());
    }

    asio::awaitable<bool> first_byte() {
        idle_ = true;
        if (buffer_.size() == 0) {
            if (aborted_ || (draining_ && !fresh_)) {
                co_return false;
            }
            set_deadline(draining_ ? first_request_grace : offered_->idle_timeout);
            auto failed = co_await read_some();
            if (failed && draining_ && !expired_ && has_come()) {
                set_deadline(offered_->request_timeout);
                failed = co_await read_some();
            }
            if (failed) {
                co_return false;
            }
        }
        idle_ = false;
        fresh_ = false;
        options_ = offered_;
        co_return true;
    }

    asio::awaitable<boost::system::error_code> read_some() {
        constexpr std::size_t first_read = 4096;
        const auto [failed, count] =
            co_await stream_.async_read_some(buffer_.prepare(first_read), no_throw);
        buffer_.commit(count);
        co_return failed;
    }

    // A request that came while the wait for it was ended.
    bool has_come() {
        boost::system::error_code failed;
        return beast::get_lowest_layer(stream_).available(failed) > 0 && !failed;
    }

    // What the head alone shows to be wrong.
    std::optional<response> refuse(const request_head& head, parser& message) {
        if (auto refusal = check_framing(head, options_->needs_length)) {
            return refusal;
        }
        if (auto refusal = handler_.refuse(head)) {
            return refusal;
        }
        if (message.content_length().value_or(0) > options_->max_body.bytes) {
            return too_large();
        }
        const auto coding = head.find("Content-Encoding");
        if (coding && !core::iequals(*coding, "gzip") && !core::iequals(*coding, "identity")) {
            return error_response(
                415, {"unsupported_encoding", "Content-Encoding may be gzip or absent", ""});
        }
        return std::nullopt;
    }

    static response too_large() {
        return error_response(413, {"too_large", "the body is larger than listen.max_body", ""});
    }

    asio::awaitable<bool> read_body(const request_head& head, parser& message) {
        if (message.is_done()) {
            co_return true;
        }
        const auto expects = head.find("Expect");
        if (expects && core::iequals(*expects, "100-continue") && buffer_.size() == 0) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(stream_, asio::buffer(go_on), no_throw);
        }
        message.body_limit(options_->max_body.bytes);
        const auto [failed, read] = co_await http::async_read(stream_, buffer_, message, no_throw);
        if (failed) {
            if (failed == http::error::body_limit) {
                co_await answer_and_close(head, too_large());
            } else {
                co_await refuse_unread(failed);
            }
            co_return false;
        }
        co_return true;
    }

    core::input_result<std::string> unpack(const request_head& head, std::string body) const {
        const auto coding = head.find("Content-Encoding");
        return coding && core::iequals(*coding, "gzip") ? gunzip(body, options_->max_body.bytes)
                                                        : std::move(body);
    }

    // The answer to a message that could not be read to its end, if there is anybody to answer.
    asio::awaitable<bool> refuse_unread(boost::system::error_code failed) {
        if (expired_ && !aborted_) {
            co_await answer_and_close(
                {}, error_response(408, {"timeout", "the request took too long to arrive", ""}));
        } else if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
            co_await answer_and_close({}, error_response(431, {"header_too_large",
                                                               "the head is larger than "
                                                               "listen.max_header",
                                                               ""}));
        } else if (failed.category() == http::make_error_code(http::error::bad_target).category() &&
                   failed != http::error::end_of_stream && failed != http::error::partial_message) {
            co_await answer_and_close(
                {}, error_response(400, {"bad_request", "this is not an HTTP/1.1 request", ""}));
        }
        co_return false;
    }

    // Answers; true when the connection may take another request.
    asio::awaitable<bool> write(const request_head& head, response result, bool keep_alive) {
        if (result.reset) {
            reset();
            co_return false;
        }
        const bool stays = keep_alive && !draining_;
        const bool sent = co_await send(head, std::move(result), stays);
        co_return sent&& stays;
    }

    // Answers although the body was not read: closes this side, then reads and discards a while,
    // so that the answer is not overtaken by a reset.
    asio::awaitable<void> answer_and_close(const request_head& head, response result) {
        if (!co_await send(head, std::move(result), false)) {
            co_return;
        }
        boost::system::error_code ignored;
        beast::get_lowest_layer(stream_).shutdown(asio::socket_base::shutdown_send, ignored);
        set_deadline(std::chrono::seconds(2));
        constexpr std::size_t most = std::size_t{1} << 20;
        for (std::size_t discarded = 0; discarded < most;) {
            buffer_.clear();
            const auto [failed, count] =
                co_await stream_.async_read_some(buffer_.prepare(16384), no_throw);
            if (failed) {
                break;
            }
            discarded += count;
        }
    }

    asio::awaitable<bool> send(const request_head& head, response result, bool keep_alive) {
        http::response<http::string_body> message(static_cast<http::status>(result.status), 11);
        for (const auto& [name, value] : result.headers) {
            message.insert(name, value);
        }
        if (result.status != 204) {
            message.set(http::field::content_type, result.content_type);
            message.content_length(result.body.size());
        }
        message.keep_alive(keep_alive);
        if (head.method != "HEAD") {
            message.body() = std::move(result.body);
        }
        set_deadline(options_->request_timeout);
        http::response_serializer<http::string_body> serializer(message);
        const auto [failed, written] = co_await http::async_write(stream_, serializer, no_throw);
        co_return !failed;
    }

    // With a linger time of zero, closing sends RST.
    void reset() {
        boost::system::error_code ignored;
        auto& socket = beast::get_lowest_layer(stream_);
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
    }

    asio::awaitable<void> close() {
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            set_deadline(std::chrono::seconds(2));
            co_await stream_.async_shutdown(no_throw);
        }
        boost::system::error_code ignored;
        auto& socket = beast::get_lowest_layer(stream_);
        socket.shutdown(asio::socket_base::shutdown_both, ignored);
        socket.close(ignored);
    }

    request_head view_of(const http::request<http::string_body>& message) const {
        request_head head;
        head.method = message.method_string();
        head.target = message.target();
        head.over_unix_socket = over_unix_;
        head.headers.reserve(16);
        for (const auto& field : message) {
            head.headers.push_back({field.name_string(), field.value()});
        }
        return head;
    }

    Stream stream_;
    http_handler& handler_;
    const std::shared_ptr<const server_options>& offered_;
    std::shared_ptr<const server_options> options_; // of this request
    bool over_unix_;
    beast::flat_buffer buffer_;
};

} // namespace gatepost::net
