// How a connection answers and ends, whatever it was asked.
#pragma once

#include "body_budget.hpp"
#include "discarding.hpp"
#include "open_connections.hpp"
#include "request_input.hpp"
#include "streams.hpp"

#include <gatepost/net/http.hpp>
#include <gatepost/net/http_server.hpp>

#include <boost/beast/core/stream_traits.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace gatepost::net {

// Who is at the other end.
struct peer {
    bool over_unix = false;
    std::optional<std::uint32_t> uid; // of a Unix socket
};

// What a connection is served with; outlives it. `offered` may come to point to other options,
// which hold from the next request on.
struct service {
    http_handler& handler;
    const std::shared_ptr<const server_options>& offered;
    body_budget& bodies;
};

template <class Stream>
class answering_connection : public connection_base {
  protected:
    answering_connection(Stream stream, const service& with)
        : stream_(std::move(stream)), input_(stream_), handler_(with.handler),
          offered_(with.offered), options_(with.offered) {}

    auto& socket() { return beast::get_lowest_layer(stream_); }

    void cancel() override {
        boost::system::error_code ignored;
        socket().cancel(ignored);
    }
    bool has_come() override {
        boost::system::error_code failed;
        return socket().available(failed) > 0 && !failed;
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

    // Answers although the body was not read: closes this side and lingers.
    asio::awaitable<void> answer_and_close(const request_head& head, response result) {
        if (!co_await send(head, std::move(result), false)) {
            co_return;
        }
        boost::system::error_code ignored;
        socket().shutdown(asio::socket_base::shutdown_send, ignored);
        input_.discard();
        set_deadline(longest_discarding);
        co_await discard_rest(stream_);
    }

    asio::awaitable<bool> send(const request_head& head, response result, bool keep_alive) {
        if (!result.error.empty()) {
            handler_.refused(result.error);
        }
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
        socket().set_option(asio::socket_base::linger(true, 0), ignored);
        socket().close(ignored);
    }

    asio::awaitable<void> close() {
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            set_deadline(std::chrono::seconds(2));
            co_await stream_.async_shutdown(no_throw);
        }
        boost::system::error_code ignored;
        socket().shutdown(asio::socket_base::shutdown_both, ignored);
        socket().close(ignored);
    }

    Stream stream_;
    request_input<Stream> input_;
    http_handler& handler_;
    const std::shared_ptr<const server_options>& offered_;
    std::shared_ptr<const server_options> options_; // of this request
};

} // namespace gatepost::net
