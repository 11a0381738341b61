// Joins the registry and the spool: what waits of a visitor who withdrew, or is to be forgotten,
// is deleted from disk.
//
// The second look (ledger::registry::forbids before an event is sent) keeps such events from being
// sent; a sweep is what takes them away.
#pragma once

#include <gatepost/ingest/arrivals.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace gatepost::ingest {

// What a sweep did about one visitor. A step that the disk failed is done again and may count
// twice.
struct swept {
    std::size_t deleted = 0;   // waiting events and dead letters
    std::size_t in_flight = 0; // deleted too, but on their way: the request may still deliver them
    bool complete = false;     // the sweep has ended; else the numbers are those so far
};

// Any thread. The registry and the arrivals outlive it; the queue is closed before it goes, and may
// outlive it.
class sweeper {
  public:
    // Begins a sweep when the registry needs one: the last was cut off by the end of the program.
    sweeper(spool::queue& queue, ledger::registry& registry, const arrivals& order);
    sweeper(const sweeper&) = delete;
    sweeper& operator=(const sweeper&) = delete;

    // Somebody's waiting events are forbidden now. One sweep at a time; those asked for while one
    // runs are served together by the next.
    void request();
    // The same, waiting up to a second for the end of a sweep begun after the call. What it counts
    // is what the registry forbids of this visitor. Resumes on the caller's executor.
    boost::asio::awaitable<swept> forget(ledger::subject who);

  private:
    struct inquiry;
    struct sweep;

    void ask(std::shared_ptr<inquiry> by);
    void begin();
    void ended(const sweep& which, const core::error_code& error);

    spool::queue& queue_;
    ledger::registry& registry_;
    const arrivals& order_;
    std::mutex guard_; // for what follows; never held over a call to the queue or the registry
    bool sweeping_ = false;
    bool wanted_ = false; // another one, after this
    std::vector<std::shared_ptr<inquiry>> inquiries_;
};

} // namespace gatepost::ingest
