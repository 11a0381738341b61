// A client for one endpoint that keeps its connections: TLS 1.2 or newer, peer and host name
// verified.
#pragma once

#include <gatepost/core/delivery.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/units.hpp>
#include <gatepost/net/address.hpp>
#include <gatepost/net/proxy.hpp>
#include <gatepost/observe/metrics.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace gatepost::net {

struct client_options {
    net::endpoint endpoint;
    std::optional<net::proxy> proxy; // a tunnel through it (CONNECT, RFC 9110 section 9.3.6)
    std::string ca_file;             // PEM; "" uses the system's
    std::chrono::milliseconds connect_timeout = std::chrono::seconds(3); // look-up to handshake
    std::chrono::milliseconds request_timeout = std::chrono::seconds(10);
    std::chrono::milliseconds connection_age = std::chrono::minutes(10); // so that a changed
                                                                         // address is noticed
    core::byte_size max_answer = core::mebibytes(1);
};

enum class client_errc {
    resolve = 1,
    connect,
    proxy, // it refuses the tunnel
    tls,
    timeout,
    broken,
    answer,
    withheld, // may_send said no, or the client was reconfigured before the request was written
};

struct client_failure {
    client_errc kind = client_errc::broken;
    std::string detail; // words of the machine or of OpenSSL, for the log; never the peer's
};
std::string_view to_string(client_errc kind); // metric label: "resolve", "connect", "tls", ...
[[noreturn]] void throw_exception_from_error(const client_failure& failure,
                                             const boost::source_location& where);

class http_client {
  public:
    // Loads the trust anchors; throws std::runtime_error when they cannot be read.
    http_client(boost::asio::io_context& context, const client_options& options,
                observe::metrics& metrics);
    ~http_client();

    // Sends on a connection that is kept, else on a new one: as many are open as requests are under
    // way at most. When a kept connection turns out to be closed or dead before any byte of the
    // answer, it is sent once more on a new one. Redirects are answers like any other.
    //
    // What was decided before the call may be outdated by the time a new connection is open: that
    // takes up to connect_timeout, and a kept one may have broken long after it took the request.
    // So `may_send` is asked then, right before the request is written to the new connection; when
    // it says no, or reconfigure() was called meanwhile, nothing is written to it and the call
    // fails as client_errc::withheld. A kept connection is written to within the call, without
    // asking. `may_send` must not be empty; it is called at most once, on the client's context.
    boost::asio::awaitable<core::result<core::upstream_answer, client_failure>>
    send(core::upstream_request request, std::function<bool()> may_send);

    // From now on; requests that have been written end as they began, on connections that are not
    // kept then.
    // Throws std::runtime_error when the trust anchors cannot be read, and nothing has changed. On
    // the client's context.
    void reconfigure(const client_options& options);

    // Closes the connections that are not in use.
    void close_idle();

  private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace gatepost::net
