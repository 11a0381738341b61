#include "lane.hpp"

#include <gatepost/net/task_group.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

namespace gatepost::relay {

namespace asio = boost::asio;

class relay::implementation {
  public:
    implementation(const surroundings& around, const options& chosen, std::vector<route> routes)
        : around_(around), slots_(around.context, chosen.connections),
          lanes_running_(around.context.get_executor()), tasks_(around.context.get_executor()),
          upkeep_(around.context.get_executor()) {
        reconfigure(chosen, std::move(routes));
        around_.queue.on_arrival([this](const std::string& pixel) { look_again(pixel); });
    }

    ~implementation() { around_.queue.on_arrival({}); }

    void start() {
        started_ = true;
        upkeep_.spawn("upkeep", expire_what_waits());
        for (const auto& [pixel, way] : lanes_) {
            lanes_running_.spawn("lane", lane::run(way));
        }
    }

    asio::awaitable<void> drain() {
        draining_ = true;
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

    void reconfigure(const options& chosen, std::vector<route> routes) {
        if (draining_) {
            return;
        }
        const bool others = routes.size() > 1;
        slots_.resize(chosen.connections);
        auto before = lanes_;
        lanes now;
        for (auto& path : routes) {
            const auto pixel = path.pixel;
            auto way = before.extract(pixel);
            if (!way.empty()) {
                way.mapped()->reconfigure(chosen, std::move(path), others);
                now.insert(std::move(way));
                continue;
            }
            const auto added = now.emplace(
                pixel, std::make_shared<lane>(around_, chosen, std::move(path), slots_, tasks_,
                                              others, [this, pixel] { look_again(pixel); }));
            if (started_) {
                lanes_running_.spawn("lane", lane::run(added.first->second));
            }
        }
        for (const auto& [pixel, way] : before) {
            way->end();
        }
        {
            const std::lock_guard lock(mutex_);
            lanes_.swap(now);
        }
        if (started_) { // what has no lane any more is the upkeep's business
            upkeep_.cancel();
            upkeep_.spawn("upkeep", expire_what_waits());
        }
    }

    std::vector<lane_status> status() const {
        std::vector<lane_status> all;
        const std::lock_guard lock(mutex_);
        for (const auto& [pixel, way] : lanes_) {
            all.push_back(way->status());
        }
        return all;
    }

    bool resume(std::string_view pixel) {
        const auto way = find(pixel);
        if (way != nullptr) {
            asio::post(around_.context, [way] { way->resume(); });
        }
        return way != nullptr;
    }

  private:
    using lanes = std::map<std::string, std::shared_ptr<lane>, std::less<>>;

    // Any thread.
    std::shared_ptr<lane> find(std::string_view pixel) const {
        const std::lock_guard lock(mutex_);
        const auto found = lanes_.find(pixel);
        return found == lanes_.end() ? nullptr : found->second;
    }

    // There is more for the pixel's lane than it has seen. Any thread.
    void look_again(std::string_view pixel) const {
        if (const auto way = find(pixel)) {
            way->arrived();
        }
    }

    // Events of pixels that are paused or not configured wait too, until their retention ends.
    asio::awaitable<void> expire_what_waits() {
        asio::steady_timer next(around_.context);
        for (;;) {
            for (const auto& pixel : around_.queue.pixels()) {
                const auto way = find(pixel);
                warn_of_strangers(pixel, way == nullptr);
                if (way != nullptr && !way->only_waits()) {
                    continue;
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

    // Once, until it is configured again.
    void warn_of_strangers(const std::string& pixel, bool stranger) {
        if (!stranger) {
            strangers_.erase(pixel);
        } else if (strangers_.insert(pixel).second) {
            observe::log(observe::level::warn,
                         "events may wait for a pixel that is not configured any more",
                         {{"pixel", pixel}});
        }
    }

    surroundings around_;
    slots slots_;
    mutable std::mutex mutex_; // whoever changes lanes_, and whoever reads them on another thread
    lanes lanes_;
    std::set<std::string> strangers_;
    net::task_group lanes_running_;
    net::task_group tasks_;
    net::task_group upkeep_;
    bool started_ = false;
    bool draining_ = false;
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

void relay::reconfigure(const options& chosen, std::vector<route> routes) {
    implementation_->reconfigure(chosen, std::move(routes));
}

std::vector<lane_status> relay::status() const {
    return implementation_->status();
}

bool relay::resume(std::string_view pixel) {
    return implementation_->resume(pixel);
}

} // namespace gatepost::relay
