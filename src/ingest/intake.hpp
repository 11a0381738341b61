// From verdicts to what comes of them: the queue, the registry, the audit trail, the metrics.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/ingest/arrivals.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/ingest/routes.hpp>

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace gatepost::ingest {

class intake {
  public:
    // `chosen` outlives it.
    intake(const options& chosen, surroundings around) : options_(chosen), around_(around) {}

    // Queues what may go, as one transaction, and carries out the reactions; gives the verdicts as
    // they stand then, duplicates known. `ticket` is that of the request. Errors, with nothing
    // queued: spool_full, spool_unavailable, pixel_quota, registry_unavailable.
    boost::asio::awaitable<core::input_result<judgement>> take(judgement judged,
                                                               arrivals::ticket ticket);

  private:
    void count(const judgement& judged);
    void record_drops(const judgement& judged);
    std::string_view controller_of(std::string_view pixel) const;

    const options& options_;
    surroundings around_;
};

} // namespace gatepost::ingest
