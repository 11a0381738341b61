// The routes for operators (docs/http-api.md): /healthz, /readyz and /metrics everywhere; on the
// operators' own listener also /v1/status, /v1/explain, /v1/decisions, /v1/dead-letters with
// /v1/dead-letters/replay, and /v1/pixels/{id}/resume.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/net/door.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::admin {

// What every listener shows; all of it outlives the routes.
struct surroundings {
    const core::status_source& status;
    spool::queue& queue;
    const core::clock& clock;
    observe::metrics& metrics;
    // For the spool and the audit trail to answer.
    std::chrono::milliseconds patience = std::chrono::seconds(10);
};

// What only operators may ask; outlives the routes. The registry is open until the queue is closed:
// a replay that nobody waits for any more still asks it.
struct operators {
    net::door door;
    core::explainer& explainer;
    ledger::audit& trail;
    core::pixel_control& pixels;
    const ledger::registry& registry;
};

class routes final : public net::http_handler {
  public:
    // Without operators it is the listener of probes and scrapes, which is asked by pod address.
    routes(surroundings around, std::optional<operators> own);

    // The door of a new configuration, for requests from now on; without operators there is none.
    // On the thread of the routes.
    void use_door(net::door door);

    std::optional<net::response> refuse(const net::request_head& head) override;
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;
    void refused(std::string_view code) override;

  private:
    net::response readiness() const;
    net::response metrics_page();
    net::response resume(std::string_view pixel);
    boost::asio::awaitable<net::response> decisions(const net::request_head& head) const;

    surroundings around_;
    std::optional<operators> operators_;
};

} // namespace gatepost::admin
