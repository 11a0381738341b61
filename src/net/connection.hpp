// One accepted connection: reads requests, asks the handler, writes answers.
//
// A coroutine per connection on the room's thread. Deadlines are not timers of their own: the room
// looks over its connections a few times a second and expires those past theirs, which cancels what
// the connection waits for (a timer per request costs a third of the throughput on small requests).
#pragma once

#include "answering_connection.hpp"
#include "request_target.hpp"
#include "unread.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/net/door.hpp>
#include <gatepost/net/gzip.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/net/http_server.hpp>

#include <boost/asio/write.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gatepost::net {

inline request_head view_of(const request_parser::value_type& message, const peer& who) {
    request_head head;
    head.method = message.method_string();
    head.target = message.target();
    head.http_1_0 = message.version() < 11;
    head.over_unix_socket = who.over_unix;
    head.peer_uid = who.uid;
    head.headers.reserve(16);
    for (const auto& field : message) {
        head.headers.push_back({field.name_string(), field.value()});
    }
    return head;
}

// Content means nothing in these (RFC 9110 sections 9.3.1, 9.3.2 and 9.3.7), and some of them are
// answered to whoever asks: nobody is to hold memory with one.
inline bool has_needless_body(const request_parser& message) {
    const auto method = message.get().method();
    return (method == http::verb::get || method == http::verb::head ||
            method == http::verb::options) &&
           (message.chunked() || message.content_length().value_or(0) > 0);
}

template <class Stream>
class connection final : public answering_connection<Stream> {
  public:
    connection(Stream stream, const service& with, const peer& who)
        : answering_connection<Stream>(std::move(stream), with), bodies_(with.bodies), peer_(who) {}

    asio::awaitable<void> run(open_connections::place& place) {
        if (co_await greet()) {
            while (co_await one_request(place)) {
            }
        }
        co_await close();
    }

  private:
    using base = answering_connection<Stream>;
    using base::aborted_, base::draining_, base::expired_, base::fresh_, base::head_began_,
        base::idle_;
    using base::answer_and_close, base::close, base::write;
    using base::handler_, base::input_, base::offered_, base::options_, base::stream_;
    using base::has_come, base::set_deadline, base::socket;

    static constexpr std::size_t first_read = 4096;
    static constexpr std::size_t next_read = 16384;
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
    asio::awaitable<bool> one_request(open_connections::place& place) {
        if (!co_await first_byte(place)) {
            co_return false;
        }
        set_deadline(options_->request_timeout);
        request_parser message;
        request_head head;
        if (const auto read = co_await read_head(message, place); read != input_state::complete) {
            co_await refuse_unread(head, read);
            co_return false;
        }
        head = view_of(message.get(), peer_);
        if (auto refusal = refuse(head, message)) {
            co_await answer_and_close(head, std::move(*refusal));
            co_return false;
        }
        const bool keep_alive = message.keep_alive(); // trailers have no say in it
        body_share share(bodies_);
        auto read = input_.begin_body(message, *options_, share);
        if (read == input_state::more) {
            read = co_await read_body(head, message, share);
        }
        if (read != input_state::complete) {
            co_await refuse_unread(head, read);
            co_return false;
        }
        auto body = unpack(head, std::move(message.get().body()), share);
        if (body.has_error()) {
            co_return co_await write(head, refusal_of(head, body.error()), keep_alive);
        }
        set_deadline(steady::time_point::max()); // what the handler waits for, it bounds itself
        auto result = co_await handler_.answer(head, std::move(*body));
        co_return co_await write(head, std::move(result), keep_alive);
    }

    asio::awaitable<bool> first_byte(open_connections::place& place) {
        if (input_.empty()) {
            if (aborted_ || (draining_ && !fresh_)) {
                co_return false;
            }
            idle_ = true;
            place.begin_idle();
            const bool come = co_await wait_for_request();
            place.end_idle();
            idle_ = false;
            if (!come) {
                co_return false;
            }
        }
        fresh_ = false;
        options_ = offered_;
        co_return true;
    }

    asio::awaitable<bool> wait_for_request() {
        set_deadline(draining_ ? base::first_request_grace : offered_->idle_timeout);
        auto failed = co_await readable();
        failed = failed ? failed : co_await input_.receive(first_read);
        // A request that came while the wait for it was ended.
        if (failed && draining_ && !expired_ && has_come()) {
            set_deadline(offered_->request_timeout);
            failed = co_await input_.receive(first_read);
        }
        co_return !failed;
    }

    // Without memory to read into, which would be most of what an idle connection costs. (Where
    // there is TLS, reading waits.)
    asio::awaitable<boost::system::error_code> readable() {
        if constexpr (std::is_same_v<Stream, plain_stream>) {
            input_.discard();
            const auto [failed] =
                co_await socket().async_wait(asio::socket_base::wait_read, no_throw);
            co_return failed;
        }
        co_return boost::system::error_code();
    }

    asio::awaitable<input_state> read_head(request_parser& message,
                                           open_connections::place& place) {
        head_scan scan;
        const auto limit = options_->max_header.bytes;
        auto read = input_.take_head(scan, message, limit);
        if (read != input_state::more) {
            co_return read;
        }
        head_began_ = steady::now();
        while (read == input_state::more) {
            read = co_await input_.receive(first_read) ? input_state::cut_short
                                                       : input_.take_head(scan, message, limit);
        }
        head_began_ = steady::time_point::max();
        place.end_idle();
        co_return read;
    }

    // What the head alone shows to be wrong.
    std::optional<response> refuse(request_head& head, const request_parser& message) {
        if (auto refusal = check_framing(head, options_->needs_length)) {
            return refusal;
        }
        if (!to_origin_form(head)) {
            return error_response(
                400,
                {"bad_request", "the target must be a path, or a URL that names the Host", ""});
        }
        if (auto refusal = handler_.refuse(head)) {
            return refusal;
        }
        if (has_needless_body(message)) {
            return handler_.refusal(head, 400,
                                    {"bad_request", "GET, HEAD and OPTIONS take no body", ""});
        }
        const auto coding = head.find("Content-Encoding");
        if (coding && ((!core::iequals(*coding, "gzip") && !core::iequals(*coding, "identity")) ||
                       head.count("Content-Encoding") > 1)) {
            return handler_.refusal(
                head, 415, {"unsupported_encoding", "Content-Encoding may be gzip or absent", ""});
        }
        return std::nullopt;
    }

    asio::awaitable<input_state> read_body(const request_head& head, request_parser& message,
                                           body_share& share) {
        const auto expects = head.find("Expect");
        if (expects && core::iequals(*expects, "100-continue") && input_.empty()) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(stream_, asio::buffer(go_on), no_throw);
        }
        auto read = input_state::more;
        while (read == input_state::more) {
            read = co_await input_.receive(next_read) ? input_state::cut_short
                                                      : input_.take_body(message, *options_, share);
        }
        co_return read;
    }

    core::result<std::string, unread> unpack(const request_head& head, std::string body,
                                             body_share& share) const {
        const auto coding = head.find("Content-Encoding");
        if (!coding || !core::iequals(*coding, "gzip")) {
            return body;
        }
        auto unpacked = gunzip(body, options_->max_body.bytes);
        if (unpacked.has_error()) {
            return unread{unpacked.error().code == "too_large" ? 413U : 400U, unpacked.error()};
        }
        if (!share.grow_to(unpacked->size(), budget_of(*options_))) {
            return *reason_unread(input_state::no_room, false);
        }
        return std::move(*unpacked);
    }

    response refusal_of(const request_head& head, const unread& why) {
        auto refusal = handler_.refusal(head, why.status, why.error);
        if (why.status == 503) {
            refusal.headers.emplace_back("Retry-After", "1");
        }
        return refusal;
    }

    // The answer to a message that could not be read to its end, if there is anybody to answer.
    asio::awaitable<void> refuse_unread(const request_head& head, input_state read) {
        if (const auto why = reason_unread(read, expired_ && !aborted_)) {
            co_await answer_and_close(head, refusal_of(head, *why));
        }
    }

    body_budget& bodies_;
    peer peer_;
};

} // namespace gatepost::net
