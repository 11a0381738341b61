// One request of a pixel: what of a batch may still go, what came of it, and the word about it in
// logs and metrics.
#pragma once

#include "settler.hpp"

#include <gatepost/relay/batch_plan.hpp>
#include <gatepost/relay/flow_control.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>

namespace gatepost::relay {

class sender {
  public:
    // `path` and `records` outlive it.
    sender(const surroundings& around, const route& path, settler& records)
        : around_(around), route_(path), settler_(records) {}

    // Sends of `chosen` what may be sent, and leaves in it and in the plan no more than that. No
    // reply when it is nothing, or when nothing of the pixel is to be sent any more. Looks each
    // time, not only after the lease: a search for a bad record may take a while. The records are
    // of one variant.
    boost::asio::awaitable<std::optional<reply>> send(const batch& records, batch_plan& plan,
                                                      places& chosen);

    // The route has changed: a request that still waits for its connection is made up anew.
    void rerouted() { ++route_number_; }
    // No request begins any more.
    void end() { ended_ = true; }

  private:
    bool is_closed() const { return ended_ || route_.held; }
    boost::asio::awaitable<std::optional<reply>> post(const batch& records, const places& chosen);
    reply without_answer(const net::client_failure& failure, std::size_t records) const;

    surroundings around_;
    const route& route_;
    settler& settler_;
    std::uint64_t route_number_ = 0; // which of the routes it has had
    bool ended_ = false;
};

} // namespace gatepost::relay
