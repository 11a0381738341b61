#include "lane.hpp"

#include <gatepost/net/task_group.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>

namespace gatepost::relay {

namespace asio = boost::asio;

class relay::implementation {
  public:
    implementation(const surroundings& around, const options& chosen, std::vector<route> routes)
        : around_(around), slots_(around.context, chosen.connections),
          lanes_running_(around.context.get_executor()), tasks_(around.context.get_executor()),
          upkeep_(around.context.get_executor()) {
        const bool others = routes.size() > 1;
        for (auto& path : routes) {
            const auto pixel = path.pixel;
            lanes_.emplace(pixel, std::make_unique<lane>(around_, chosen, std::move(path), slots_,
                                                         tasks_, others));
        }
        around_.queue.on_arrival([this](const std::string& pixel) {
            if (const auto found = lanes_.find(pixel); found != lanes_.end()) {
                found->second->arrived();
            }
        });
    }

    ~implementation() { around_.queue.on_arrival({}); }

    void start() {
        upkeep_.spawn("upkeep", expire_what_waits());
        for (const auto& [pixel, way] : lanes_) {
            lanes_running_.spawn("lane", way->run());
        }
    }

    asio::awaitable<void> drain() {
        upkeep_.cancel();
        for (const auto& [pixel, way] : lanes_) {
            way->drain();
        }
        co_await lanes_running_.wait();
        co_await tasks_.wait();
        around_.client.close_idle();
    }

    void stop() {
        upkeep_.cancel();
        lanes_running_.cancel();
        tasks_.cancel();
    }

    std::vector<lane_status> status() const {
        std::vector<lane_status> all;
        for (const auto& [pixel, way] : lanes_) {
            all.push_back(way->status());
        }
        return all;
    }

    bool resume(std::string_view pixel) {
        const auto found = lanes_.find(pixel);
        if (found == lanes_.end()) {
            return false;
        }
        asio::post(around_.context, [way = found->second.get()] { way->resume(); });
        return true;
    }

  private:
    // Events of pixels that are paused or no longer configured wait too, until their retention
    // ends.
    asio::awaitable<void> expire_what_waits() {
        asio::steady_timer next(around_.context);
        for (bool first = true;; first = false) {
            for (const auto& pixel : around_.queue.pixels()) {
                const auto found = lanes_.find(pixel);
                if (found != lanes_.end() && !found->second->only_waits()) {
                    continue;
                }
                if (first && found == lanes_.end()) {
                    observe::log(observe::level::warn,
                                 "events may wait for a pixel that is not configured any more",
                                 {{"pixel", pixel}});
                }
                auto expired = around_.queue.expire(pixel);
                while (expired && *expired > 0) {
                    // After a long outage there are many, and the other pixels have this thread
                    // too.
                    co_await asio::post(around_.context, asio::use_awaitable);
                    expired = around_.queue.expire(pixel);
                }
            }
            next.expires_after(std::chrono::minutes(1));
            co_await next.async_wait(asio::use_awaitable);
        }
    }

    surroundings around_;
    slots slots_;
    std::map<std::string, std::unique_ptr<lane>, std::less<>> lanes_;
    net::task_group lanes_running_;
    net::task_group tasks_;
    net::task_group upkeep_;
};

relay::relay(surroundings around, const options& chosen, std::vector<route> routes)
    : implementation_(std::make_unique<implementation>(around, chosen, std::move(routes))) {}

relay::~relay() = default;

void relay::start() {
    implementation_->start();
}

asio::awaitable<void> relay::drain() {
    return implementation_->drain();
}

void relay::stop() {
    implementation_->stop();
}

std::vector<lane_status> relay::status() const {
    return implementation_->status();
}

bool relay::resume(std::string_view pixel) {
    return implementation_->resume(pixel);
}

} // namespace gatepost::relay
