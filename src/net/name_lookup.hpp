// Finding the addresses of a host, with a bounded wait.
//
// By hand, although Asio has a resolver: its look-ups cannot be abandoned. They queue behind each
// other on one thread, and the io_context's end waits for that thread, for minutes while no name
// server answers. Here one look-up at a time serves everybody who asks, on a thread that nobody
// waits for.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/net/http_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gatepost::net {

struct found_addresses {
    std::string failure;                                   // "" when there are addresses
    std::vector<boost::asio::ip::tcp::endpoint> addresses; // the best first (RFC 6724)
};

// Blocks; called on a thread of its own.
using ask_for_addresses = std::function<found_addresses(const std::string& host, std::uint16_t)>;
found_addresses ask_system(const std::string& host, std::uint16_t port);

class name_lookup {
  public:
    using result = core::result<std::vector<boost::asio::ip::tcp::endpoint>, client_failure>;

    name_lookup(boost::asio::io_context& context, std::string host, std::uint16_t port,
                ask_for_addresses ask = ask_system);
    ~name_lookup();
    name_lookup(const name_lookup&) = delete;
    name_lookup& operator=(const name_lookup&) = delete;

    // An address is given as it is; nothing found is kept for later, so that a change is noticed.
    // Used on the context's thread; the name_lookup lives until it has ended.
    boost::asio::awaitable<result> find(std::chrono::steady_clock::time_point until);

  private:
    struct shared;
    std::shared_ptr<shared> shared_;
};

} // namespace gatepost::net
