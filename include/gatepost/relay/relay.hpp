// The way out: takes records from the spool in batches, sends them, settles them.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/delivery.hpp>
#include <gatepost/net/http_client.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/relay/options.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::relay {

// All that the relay knows of where events go.
struct destination {
    // A batch of payloads, as they lie in the spool, to a request.
    std::function<core::upstream_request(std::span<const std::string_view> payloads)> request;
    // An answer to the outcome of each record.
    std::function<core::delivery(const core::upstream_answer& answer, std::size_t records)>
        classify;
    // How long the receiver recognises an event it has seen; delivery after that counts as late.
    std::chrono::seconds duplicate_window = std::chrono::hours(48);
};

struct route {
    std::string pixel;
    destination to;
};

// What the relay works with; all of it outlives the relay.
struct surroundings {
    boost::asio::io_context& context; // run by one thread, the relay's own
    spool::queue& queue;
    net::http_client& client;
    const core::clock& clock;
    observe::metrics& metrics;
};

class relay {
  public:
    relay(surroundings around, const options& chosen, std::vector<route> routes);
    ~relay();

    // Begins to deliver. On the relay's thread or before it runs.
    void start();
    // Sends what is due without lingering, not waiting for open breakers and retry times; ends when
    // nothing more can be done. On the relay's thread.
    boost::asio::awaitable<void> drain();
    // Ends everything at once: what is under way is waiting again after the next start. On the
    // relay's thread.
    void stop();

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace gatepost::relay
