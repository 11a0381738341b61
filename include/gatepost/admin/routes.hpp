// The routes for operators (docs/http-api.md): /healthz, /readyz and /metrics everywhere; on the
// operators' own listener also /v1/status, /v1/explain, /v1/decisions and
// /v1/pixels/{id}/resume.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/net/door.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::admin {

// What every listener shows; all of it outlives the routes.
struct surroundings {
    const core::status_source& status;
    const spool::queue& queue;
    const core::clock& clock;
    observe::metrics& metrics;
};

// What only operators may ask; outlives the routes.
struct operators {
    net::door door;
    core::explainer& explainer;
    ledger::audit& trail;
    core::pixel_control& pixels;
};

class routes final : public net::http_handler {
  public:
    // Without operators it is the listener of probes and scrapes, which is asked by pod address.
    routes(surroundings around, std::optional<operators> own);

    std::optional<net::response> refuse(const net::request_head& head) override;
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;

  private:
    net::response readiness() const;
    net::response metrics_page();
    net::response resume(std::string_view pixel);
    boost::asio::awaitable<net::response> decisions(const net::request_head& head);

    surroundings around_;
    std::optional<operators> operators_;
};

} // namespace gatepost::admin
