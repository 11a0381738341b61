// Finding the addresses of the endpoint, with a bounded wait.
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
#include <memory>

namespace gatepost::net {

class name_lookup {
  public:
    using addresses = boost::asio::ip::tcp::resolver::results_type;
    using result = core::result<addresses, client_failure>;

    name_lookup(boost::asio::io_context& context, const endpoint& where);
    ~name_lookup();

    // An address is given as it is. Used on the context's thread.
    boost::asio::awaitable<result> find(std::chrono::steady_clock::time_point until);

  private:
    struct shared;
    std::shared_ptr<shared> shared_;
};

} // namespace gatepost::net
