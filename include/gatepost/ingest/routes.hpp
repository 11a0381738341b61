// The routes for applications (docs/http-api.md).
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::ingest {

// One for each thread; what it is given outlives it.
class routes final : public net::http_handler {
  public:
    routes(const options& chosen, pipeline judge, spool::queue& queue, const core::clock& clock,
           observe::metrics& metrics);

    std::optional<net::response> refuse(const net::request_head& head) override;
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;

  private:
    boost::asio::awaitable<net::response> events(const net::request_head& head, std::string body);
    net::response explain(const net::request_head& head, std::string body);
    core::input_result<judgement> judge(const net::request_head& head, std::string body);
    void count(const judgement& judged);
    net::response with_cors(const net::request_head& head, net::response given) const;

    options options_;
    pipeline pipeline_;
    spool::queue& queue_;
    const core::clock& clock_;
    observe::metrics& metrics_;
};

// Answers as text, also for the command line: {"results": [...], "warnings": [...]}.
std::string write_answer(const judgement& judged);
// With findings, jurisdiction and payload in each result.
std::string write_explanation(const judgement& judged, const options& chosen);
// The explanation of a single event as one object: the members of its result, and `warnings`.
std::string write_explained_event(const judgement& judged, const options& chosen);

} // namespace gatepost::ingest
