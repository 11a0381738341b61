// The routes for operators: /healthz, /readyz and /metrics (docs/http-api.md).
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/net/door.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace gatepost::admin {

// What it is given outlives it.
class routes final : public net::http_handler {
  public:
    // `door` is nullopt for the listener of probes and scrapes, which is asked by pod address.
    routes(std::optional<net::door> door, const core::status_source& status,
           const spool::queue& queue, const core::clock& clock, observe::metrics& metrics);

    std::optional<net::response> refuse(const net::request_head& head) override;
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;

  private:
    net::response readiness() const;
    net::response metrics_page();

    std::optional<net::door> door_;
    const core::status_source& status_;
    const spool::queue& queue_;
    const core::clock& clock_;
    observe::metrics& metrics_;
};

} // namespace gatepost::admin
