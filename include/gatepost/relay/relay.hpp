// The way out: takes records from the spool in batches, asks the registry once more whether they
// may go, sends them, settles them and writes the audit trail.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/delivery.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/net/http_client.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/relay/breaker.hpp>
#include <gatepost/relay/options.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::relay {

// All that the relay knows of where events go.
struct destination {
    // A batch of payloads of one variant (core::record), as they lie in the spool, to a request.
    std::function<core::upstream_request(std::string_view variant,
                                         std::span<const std::string_view> payloads)>
        request;
    // The most events one request may hold, if that is less than relay.batch.max_events.
    std::size_t most_events = 1000;
    // An answer to the outcome of each record.
    std::function<core::delivery(const core::upstream_answer& answer, std::size_t records)>
        classify;
    // How long the receiver recognises an event it has seen; delivery after that counts as late.
    std::chrono::seconds duplicate_window = std::chrono::hours(48);
};

struct route {
    std::string pixel;
    destination to;
    bool held = false; // nothing is sent: what waits of this pixel waits on (mode: observe)
};

// What the relay works with; all of it outlives the relay.
struct surroundings {
    boost::asio::io_context& context; // run by one thread, the relay's own
    spool::queue& queue;
    net::http_client& client;
    const core::clock& clock;
    observe::metrics& metrics;
    ledger::registry& registry;
    ledger::audit& trail;
};

// How a pixel's delivery goes.
struct lane_status {
    std::string pixel;
    breaker::state state = breaker::state::closed;
    std::string paused;          // why the pixel is paused, a metric label; "" when it is not
    double rate = 0;             // requests a second it may send now; 0 for no limit
    std::uint64_t delivered = 0; // events, since the start
    // What came of the last request; without an answer the outcome says why there was none.
    std::optional<core::last_answer> last;
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
    // New pixels, tokens and waits, from the next request on; what an upstream's answers have
    // taught about a pixel stays. Of a pixel that has no route any more what is under way ends and
    // the rest waits. On the relay's thread.
    void reconfigure(const options& chosen, std::vector<route> routes);
    // One for each route, by pixel. Any thread.
    std::vector<lane_status> status() const;
    // A paused pixel is tried again at once. False for one that has no route. Any thread.
    bool resume(std::string_view pixel);

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace gatepost::relay
