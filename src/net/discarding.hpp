// Lingering: what a client still sends while it is refused.
#pragma once

#include "request_input.hpp"

#include <array>
#include <chrono>
#include <cstddef>

namespace gatepost::net {

// A socket that is closed over unread bytes resets the connection, and the answer is lost with it.
constexpr std::size_t most_discarded = std::size_t{1} << 20;
constexpr auto longest_discarding = std::chrono::seconds(2);

// Reads and discards until the peer has closed its side or sent too much, or the caller's deadline
// ends it.
template <class Stream>
asio::awaitable<void> discard_rest(Stream& stream) {
    // Nobody looks at what is in it, so all connections of a thread may share it.
    static thread_local std::array<char, 16384> nowhere;
    for (std::size_t all = 0; all < most_discarded;) {
        const auto [failed, count] =
            co_await stream.async_read_some(asio::buffer(nowhere), no_throw);
        if (failed) {
            co_return;
        }
        all += count;
    }
}

} // namespace gatepost::net
