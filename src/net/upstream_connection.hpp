// One connection to the upstream, plain or TLS, and the exchange of one request for one answer.
#pragma once

#include <gatepost/core/delivery.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/net/http_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>

namespace gatepost::net {

struct upstream;

using deadline = std::chrono::steady_clock::time_point;
using answer_result = core::result<core::upstream_answer, client_failure>;

class upstream_connection {
  public:
    virtual ~upstream_connection() = default;
    // The TLS handshake, if there is one. Before it has succeeded nothing of a request is written.
    virtual boost::asio::awaitable<core::result<void, client_failure>> begin(deadline until) = 0;
    virtual boost::asio::awaitable<answer_result> exchange(const core::upstream_request& request,
                                                           deadline until) = 0;

    // Whether nothing has come since the last answer: neither an end nor bytes that would be taken
    // for the next one.
    virtual bool is_quiet() = 0;

    bool reusable = false;     // after an exchange: the peer keeps it open
    bool answer_begun = false; // at least one byte of an answer came
    deadline opened;
};

// `connected` leads to the upstream. TLS, or plain if that is what `to` says.
std::unique_ptr<upstream_connection> make_connection(std::shared_ptr<upstream> to,
                                                     boost::asio::ip::tcp::socket connected);

} // namespace gatepost::net
