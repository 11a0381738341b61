// Connecting to a host that has several addresses, of which some may be dead (RFC 8305).
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/net/http_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace gatepost::net {

// The families take turns, beginning with that of the first address; within a family the order
// stays (RFC 8305 section 4). What the system gives begins with IPv6 where the machine has a route
// for it (RFC 6724).
std::vector<boost::asio::ip::tcp::endpoint>
interleaved(const std::vector<boost::asio::ip::tcp::endpoint>& addresses);

// When which of several addresses is tried: the next one a while after the one before it was begun
// (RFC 8305 section 5), or as soon as one fails.
class attempt_plan {
  public:
    using time = std::chrono::steady_clock::time_point;

    attempt_plan(std::size_t addresses, std::chrono::milliseconds delay)
        : addresses_(addresses), delay_(delay) {}

    // The place of the address to begin with now, if one is due.
    std::optional<std::size_t> next(time now);
    // One that was begun has failed.
    void failed();
    // When next() will give one, unless something fails before; time::max() when none is left.
    time due() const { return begun_ == addresses_ ? time::max() : due_; }
    // None is left and none is under way.
    bool is_exhausted() const { return failed_ == addresses_; }

  private:
    std::size_t addresses_;
    std::chrono::milliseconds delay_;
    std::size_t begun_ = 0;
    std::size_t failed_ = 0;
    time due_ = time::min();
};

// The first connection that opens; the other attempts are given up. When none opens, the failure
// names what the last one failed of.
boost::asio::awaitable<core::result<boost::asio::ip::tcp::socket, client_failure>>
connect_first(boost::asio::io_context& context,
              std::vector<boost::asio::ip::tcp::endpoint> addresses,
              std::chrono::steady_clock::time_point until,
              std::chrono::milliseconds delay = std::chrono::milliseconds(250));

} // namespace gatepost::net
