// One connection to the upstream, plain or TLS, and the exchange of one request for one answer.
#pragma once

#include "tls_context.hpp"

#include <gatepost/core/delivery.hpp>
#include <gatepost/net/http_client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>

namespace gatepost::net {

using deadline = std::chrono::steady_clock::time_point;
using answer_result = core::result<core::upstream_answer, client_failure>;

class upstream_connection {
  public:
    virtual ~upstream_connection() = default;
    virtual boost::asio::awaitable<core::result<void, client_failure>>
    connect(boost::asio::ip::tcp::resolver::results_type addresses, deadline until) = 0;
    virtual boost::asio::awaitable<answer_result> exchange(const core::upstream_request& request,
                                                           deadline until) = 0;

    // Whether nothing has come since the last answer: neither an end nor bytes that would be taken
    // for the next one.
    virtual bool is_quiet() = 0;

    bool reusable = false;     // after an exchange: the peer keeps it open
    bool answer_begun = false; // at least one byte of an answer came
    deadline opened;
};

// `tls` is null for a plain connection; the arguments outlive the connection.
std::unique_ptr<upstream_connection> make_connection(boost::asio::io_context& context,
                                                     tls_client_context* tls,
                                                     const client_options& options);

} // namespace gatepost::net
