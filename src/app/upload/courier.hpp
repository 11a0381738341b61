// Posts to the daemon until it has answered, however long it takes.
#pragma once

#include "daemon_address.hpp"

#include <gatepost/core/delivery.hpp>
#include <gatepost/net/http_client.hpp>
#include <gatepost/observe/metrics.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::app {

// How a post ended.
struct post_end {
    enum class kind {
        answered,    // with what became of every event
        refused,     // the daemon will not take it, now or later
        unavailable, // nobody has answered yet
        interrupted,
    };
    kind what = kind::interrupted;
    std::string text; // the answer's body, or for people what is the matter
};

// What an answer means for a post: its end, or nothing when it is to be tried again.
std::optional<post_end> end_of(const core::upstream_answer& answer);

class courier {
  public:
    // `note` is told when it has to wait, and why.
    courier(boost::asio::io_context& context, daemon_access daemon,
            std::function<void(const std::string&)> note);

    // `key` becomes the Idempotency-Key: the same for every try.
    boost::asio::awaitable<post_end> post(std::string target, std::string body, std::string key);
    // The post under way is waited for, but not tried again.
    void interrupt();
    bool interrupted() const { return interrupted_; }

  private:
    boost::asio::awaitable<void> wait(std::string why, int failed,
                                      std::optional<std::chrono::seconds> wanted);

    observe::metrics metrics_{{}};
    net::http_client client_;
    boost::asio::steady_timer timer_;
    std::function<void(const std::string&)> note_;
    daemon_access daemon_;
    bool answered_ = false;
    bool interrupted_ = false;
};

} // namespace gatepost::app
