#include "daemon.hpp"

#include "admin_door.hpp"
#include "current_routes.hpp"
#include "heartbeat.hpp"
#include "listeners.hpp"
#include "pixel_statuses.hpp"
#include "relay_routes.hpp"
#include "reload.hpp"
#include "renewal.hpp"
#include "room.hpp"
#include "running_config.hpp"
#include "supervisor.hpp"

#include <gatepost/admin/routes.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/net/task_group.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <deque>
#include <optional>

namespace gatepost::app {
namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

} // namespace

class daemon::implementation final : public core::status_source, public core::pixel_control {
  public:
    implementation(std::string file, config::config first, const stores& kept,
                   const identity::instance_key& key, service_manager& manager)
        : config_(std::move(first)), kept_(kept), manager_(manager),
          order_(kept.queue.count().newest_at_opening.value_or(core::wall_time())),
          sweeper_(kept.queue, kept.registry, order_),
          lasting_{kept, key, sweeper_, order_, watch_, silence_},
          client_(relay_room_.context(), config_.get()->upstream, kept.metrics),
          relay_({relay_room_.context(), kept.queue, client_, core::system_clock(), kept.metrics,
                  kept.registry, kept.trail},
                 config_.get()->relay, relay_routes(*config_.get())) {
        const auto chosen = config_.get();
        const auto threads = chosen->listen.threads;
        const auto routes = std::make_shared<edition>(*chosen, lasting_, threads);
        std::vector<net::server_room> places;
        for (std::size_t i = 0; i < threads; ++i) {
            rooms_.push_back(i == 0 ? &main_ : &more_rooms_.emplace_back().context());
            places.push_back({rooms_.back(), &handlers_.emplace_back(routes, i)});
        }
        const admin::surroundings around{*this, kept.queue, core::system_clock(), kept.metrics};
        // The first handler is served on the same thread as the operators' routes.
        admin_routes_.emplace(around, admin::operators{admin_door(*chosen), handlers_.front(),
                                                       kept.trail, *this, kept.registry});
        probe_routes_.emplace(around, std::nullopt);
        listeners_.emplace(*chosen, std::move(places), net::server_room{&main_, &*admin_routes_},
                           net::server_room{&main_, &*probe_routes_});
        renewal_.emplace(std::move(file),
                         renewable_parts{config_, lasting_, rooms_, handlers_, *admin_routes_,
                                         *listeners_, relay_room_, client_, relay_,
                                         [this](const auto& files) { supervisor_.watch(files); }});
    }

    // Also when run() has failed: no walk may call the sweeper any more, and no thread of the
    // stores the contexts, which go before them.
    ~implementation() override {
        kept_.queue.close();
        kept_.registry.close();
        kept_.trail.close();
    }

    core::readiness ready() const override {
        return {.phase = phase_, .spool_full = kept_.queue.count().full};
    }

    core::daemon_status status() const override {
        core::daemon_status now;
        now.ready = ready();
        now.uptime = std::chrono::floor<std::chrono::seconds>(steady::now() - started_);
        now.registry_keys = kept_.registry.size();
        now.pixels = pixel_statuses(config_.get()->ingest.pixels, kept_.queue, relay_.status(),
                                    watch_.tallies());
        return now;
    }

    bool resume(std::string_view pixel) override { return relay_.resume(pixel); }

    void run() {
        {
            const auto chosen = config_.get();
            listeners_->open(*chosen, manager_);
            log_advice(*chosen);
            warn_about_test_codes(chosen->ingest.pixels);
            supervisor_.watch(secret_files(*chosen));
        }
        for (auto& each : more_rooms_) {
            each.start();
        }
        relay_.start();
        relay_room_.start();
        tasks_.spawn("supervisor", supervisor_.run());
        std::vector<watched_room> watched{{"relay", &relay_room_.context()}};
        for (auto* room : rooms_) {
            watched.push_back({"ingest", room});
        }
        watchdog_.spawn("watchdog", keep_alive(main_, std::move(watched), kept_.queue, manager_));
        phase_ = core::phase::running;
        manager_.ready();
        main_.run();
        for (auto& each : more_rooms_) {
            each.finish();
        }
        relay_room_.finish();
    }

  private:
    asio::awaitable<void> reload() {
        manager_.reloading();
        const bool taken = co_await renewal_->reload();
        kept_.metrics.config_reload(taken ? "ok" : "refused");
        if (!taken) {
            observe::log(observe::level::error, "reload refused: the old configuration stays");
        }
        manager_.ready();
    }

    // For `systemctl status`.
    void show_status() {
        std::size_t paused = 0;
        for (const auto& lane : relay_.status()) {
            paused += lane.paused.empty() ? 0 : 1;
        }
        auto text = std::to_string(kept_.queue.count().waiting) + " waiting";
        if (paused > 0) {
            text +=
                ", " + std::to_string(paused) + (paused == 1 ? " pixel" : " pixels") + " paused";
        }
        manager_.status(text);
    }

    // The end.

    asio::awaitable<void> shut_down() {
        phase_ = core::phase::draining;
        const auto grace = config_.get()->shutdown_grace;
        manager_.stopping(grace);
        observe::log(observe::level::info, "shutting down");
        const auto until = steady::now() + grace;
        listeners_->drain();
        asio::steady_timer wait(main_);
        while (!listeners_->drained() && steady::now() < until) {
            wait.expires_after(std::chrono::milliseconds(10));
            co_await wait.async_wait(no_throw);
        }
        co_await drain_relay(until);
        listeners_->abort();
        asio::post(relay_room_.context(), [this] { relay_.stop(); });
        watchdog_.cancel();
    }

    // Sends what fits the time that is left.
    asio::awaitable<void> drain_relay(steady::time_point until) {
        // Shared: the relay may finish after nobody waits any more.
        const auto drained = std::make_shared<asio::steady_timer>(main_, until);
        asio::co_spawn(relay_room_.context(), relay_.drain(),
                       [drained, this](const std::exception_ptr&) {
                           asio::post(main_, [drained] { drained->cancel(); });
                       });
        co_await drained->async_wait(no_throw);
    }

    running_config config_;
    stores kept_;
    service_manager& manager_;
    ingest::arrivals order_;
    ingest::disclosure_watch watch_;
    ingest::silence_watch silence_;
    ingest::sweeper sweeper_;
    lasting_parts lasting_;
    steady::time_point started_ = steady::now();
    std::atomic<core::phase> phase_ = core::phase::starting;

    asio::io_context main_{1};
    room relay_room_;
    std::deque<room> more_rooms_;
    std::vector<asio::io_context*> rooms_; // for applications: the main one and more
    std::deque<current_routes> handlers_;
    std::optional<admin::routes> admin_routes_;
    std::optional<admin::routes> probe_routes_;
    std::optional<listeners> listeners_;
    net::http_client client_;
    relay::relay relay_;
    std::optional<renewal> renewal_;

    supervisor supervisor_{main_,
                           {.reload = [this] { return reload(); },
                            .files_changed = [this] { return renewal_->reread_secrets(); },
                            .shut_down = [this] { return shut_down(); },
                            .look_around = [this] { show_status(); }}};
    net::task_group tasks_{main_.get_executor()};
    net::task_group watchdog_{main_.get_executor()};
};

daemon::daemon(std::string file, config::config first, const stores& kept,
               const identity::instance_key& key, service_manager& manager)
    : implementation_(std::make_unique<implementation>(std::move(file), std::move(first), kept, key,
                                                       manager)) {}

daemon::~daemon() = default;

void daemon::run() {
    implementation_->run();
}

} // namespace gatepost::app
