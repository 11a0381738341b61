// The routes for applications (docs/http-api.md).
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/ingest/arrivals.hpp>
#include <gatepost/ingest/disclosure_watch.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/ingest/silence_watch.hpp>
#include <gatepost/ingest/sweeper.hpp>
#include <gatepost/ingest/visitor_routes.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::ingest {

// What the routes work with; all of it outlives them and serves every thread.
struct surroundings {
    spool::queue& queue;
    ledger::registry& registry;
    ledger::audit& trail;
    sweeper& sweeps;
    const visitor_routes& visitors;
    arrivals& order;
    disclosure_watch& watch;
    silence_watch& silence;
    const core::clock& clock;
    observe::metrics& metrics;
};

class intake;

// One for each thread.
class routes final : public net::http_handler, public core::explainer {
  public:
    routes(const options& chosen, pipeline judge, surroundings around);
    ~routes();

    std::optional<net::response> refuse(const net::request_head& head) override;
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;
    net::response refusal(const net::request_head& head, unsigned status,
                          const core::input_error& error) override;
    void refused(std::string_view code) override;
    // For operators, on this thread.
    core::explanation explain(std::string body) override;

  private:
    std::optional<net::response> refuse_stranger(const net::request_head& head) const;
    boost::asio::awaitable<net::response> events(const net::request_head& head, std::string body);
    boost::asio::awaitable<net::response> tiktok_events(const net::request_head& head,
                                                        std::string body);
    net::response explain(const net::request_head& head, std::string body);
    net::response explain(event::body_format format, const caller& by, std::string body);
    judgement judge(event::batch posted, const net::request_head& head,
                    const arrivals::ticket& ticket);
    net::response with_cors(const net::request_head& head, net::response given) const;

    options options_;
    pipeline pipeline_;
    surroundings around_;
    std::unique_ptr<intake> intake_;
};

// Answers as text, also for the command line: {"results": [...], "warnings": [...]}.
std::string write_answer(const judgement& judged);
// With findings, jurisdiction and payload in each result.
std::string write_explanation(const judgement& judged, const options& chosen);
// The explanation of a single event as one object: the members of its result, and `warnings`.
std::string write_explained_event(const judgement& judged, const options& chosen);

} // namespace gatepost::ingest
