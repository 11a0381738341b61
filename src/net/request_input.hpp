// What a connection reads: bytes into heads and bodies, within limits.
#pragma once

#include "body_budget.hpp"
#include "chunk_framing.hpp"
#include "head_scan.hpp"

#include <gatepost/net/http_server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gatepost::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

using request_parser = http::request_parser<http::string_body>;

// What became of reading a part of a request.
enum class input_state : std::uint8_t {
    complete,
    more, // nothing is wrong with what has come
    malformed,
    head_too_large, // or the line of a chunk, or trailers
    too_many_fields,
    body_too_large,
    no_room,   // for a body of that size, now
    cut_short, // the peer has gone, or its time is over
};

inline std::uint64_t budget_of(const server_options& limits) {
    return std::max(limits.max_bodies.bytes, 4 * limits.max_body.bytes);
}

template <class Stream>
class request_input {
  public:
    explicit request_input(Stream& stream) : stream_(stream) {}

    bool empty() const { return buffer_.size() == 0; }
    // Waits for at most so many bytes more.
    asio::awaitable<boost::system::error_code> receive(std::size_t most) {
        const auto [failed, count] =
            co_await stream_.async_read_some(buffer_.prepare(most), no_throw);
        buffer_.commit(count);
        co_return failed;
    }
    // Gives the memory back, with what is in it.
    void discard() {
        buffer_.clear();
        buffer_.shrink_to_fit();
    }

    // Parses the head as soon as all of it has come; `scan` is of this request.
    input_state take_head(head_scan& scan, request_parser& message, std::uint64_t max_header) {
        switch (scan.look(arrived())) {
        case head_scan::state::malformed:
            return input_state::malformed;
        case head_scan::state::too_many_fields:
            return input_state::too_many_fields;
        case head_scan::state::more:
            return buffer_.size() > max_header ? input_state::head_too_large : input_state::more;
        case head_scan::state::complete:
            break;
        }
        if (scan.size() > max_header) {
            return input_state::head_too_large;
        }
        boost::system::error_code failed;
        message.header_limit(static_cast<std::uint32_t>(scan.size()) + 1);
        message.body_limit(boost::none);
        buffer_.consume(message.put({buffer_.data().data(), scan.size()}, failed));
        return failed || !message.is_header_done() ? input_state::malformed : input_state::complete;
    }

    // Looks whether the body that the head announces may be that large, and parses what has come of
    // it. The share grows with what comes: whoever only announces a body holds nothing.
    input_state begin_body(request_parser& message, const server_options& limits,
                           body_share& share) {
        if (message.content_length().value_or(0) > limits.max_body.bytes) {
            return input_state::body_too_large;
        }
        message.body_limit(limits.max_body.bytes); // for chunks, which announce nothing
        return take_body(message, limits, share);
    }

    input_state take_body(request_parser& message, const server_options& limits,
                          body_share& share) {
        const auto& body = message.get().body();
        while (!message.is_done() && buffer_.size() > 0) {
            boost::system::error_code failed;
            const auto before = body.size();
            const auto read = message.put(buffer_.data(), failed);
            if (failed == http::error::need_more) {
                // What stays in the buffer is the line of a chunk, or trailers.
                return buffer_.size() > limits.max_header.bytes ? input_state::head_too_large
                                                                : input_state::more;
            }
            if (failed) {
                return failed == http::error::body_limit ? input_state::body_too_large
                                                         : input_state::malformed;
            }
            if (message.chunked() && body.size() == before) {
                if (read > limits.max_header.bytes) {
                    return input_state::head_too_large;
                }
                if (!is_sound_framing(arrived().substr(0, read))) {
                    return input_state::malformed;
                }
            }
            buffer_.consume(read);
            if (!share.grow_to(body.size(), budget_of(limits))) {
                return input_state::no_room;
            }
        }
        return message.is_done() ? input_state::complete : input_state::more;
    }

  private:
    std::string_view arrived() const {
        const auto bytes = buffer_.data();
        return {static_cast<const char*>(bytes.data()), bytes.size()};
    }

    Stream& stream_;
    beast::flat_buffer buffer_;
};

} // namespace gatepost::net
