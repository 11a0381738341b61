// Tells the registry what a request's decisions leave to be remembered.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/ledger/registry.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace gatepost::ingest {

// Changes on their way to the disk.
class handed_changes {
  public:
    // In effect for every look-up when this returns.
    static std::shared_ptr<handed_changes> make(const std::vector<reaction>& reactions,
                                                ledger::registry& registry);

    // Whether all of it is on disk; false when some of it failed or takes too long.
    static boost::asio::awaitable<bool> kept(std::shared_ptr<handed_changes> changes);

  private:
    explicit handed_changes(std::size_t count) : left_(count) {}
    void one_done(core::error_code failure);
    void when_done(std::function<void(core::error_code)> tell);

    std::mutex guard_;
    std::size_t left_;
    core::error_code failure_;
    std::function<void(core::error_code)> tell_;
};

// Whether any of them takes events back, so that a sweep has something to do.
bool takes_back(const std::vector<reaction>& reactions);

} // namespace gatepost::ingest
