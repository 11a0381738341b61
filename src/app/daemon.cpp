#include "daemon.hpp"

#include "current_routes.hpp"
#include "descriptors.hpp"
#include "heartbeat.hpp"
#include "listeners.hpp"
#include "pixel_statuses.hpp"
#include "relay_routes.hpp"
#include "reload.hpp"
#include "room.hpp"
#include "supervisor.hpp"

#include <gatepost/admin/routes.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/net/task_group.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace gatepost::app {
namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

// Operators' routes answer to their own address too, but to no page: those of the way in are the
// shop's, which post events and do nothing else.
net::door admin_door(const config::config& chosen) {
    auto door = chosen.ingest.door;
    door.allowed_origins.clear();
    door.allowed_hosts.push_back(chosen.admin.authority());
    return door;
}

// A standing test code keeps events out of the live reports, which nobody wants for long.
void warn_about_test_codes(const std::vector<ingest::pixel>& pixels) {
    for (const auto& pixel : pixels) {
        if (!pixel.test_event_code.empty()) {
            observe::log(observe::level::warn,
                         "test_event_code is set: events show up under Test Events only",
                         {{"pixel", pixel.id}});
        }
    }
}

} // namespace

class daemon::implementation final : public core::status_source, public core::pixel_control {
  public:
    implementation(std::string file, config::config first, const stores& kept,
                   const identity::instance_key& key, service_manager& manager)
        : file_(std::move(file)), config_(std::make_shared<const config::config>(std::move(first))),
          kept_(kept), manager_(manager),
          order_(kept.queue.count().newest_at_opening.value_or(core::wall_time())),
          sweeper_(kept.queue, kept.registry, order_),
          lasting_{kept, key, sweeper_, order_, watch_, silence_},
          client_(relay_room_.context(), config_->upstream, kept.metrics),
          relay_({relay_room_.context(), kept.queue, client_, core::system_clock(), kept.metrics,
                  kept.registry, kept.trail},
                 config_->relay, relay_routes(*config_)) {
        const auto threads = config_->listen.threads;
        const auto routes = std::make_shared<edition>(*config_, lasting_, threads);
        std::vector<net::server_room> places;
        for (std::size_t i = 0; i < threads; ++i) {
            rooms_.push_back(i == 0 ? &main_ : &more_rooms_.emplace_back().context());
            places.push_back({rooms_.back(), &handlers_.emplace_back(routes, i)});
        }
        const admin::surroundings around{*this, kept.queue, core::system_clock(), kept.metrics};
        // The first handler is served on the same thread as the operators' routes.
        admin_routes_.emplace(around, admin::operators{admin_door(*config_), handlers_.front(),
                                                       kept.trail, *this, kept.registry});
        probe_routes_.emplace(around, std::nullopt);
        listeners_.emplace(*config_, std::move(places), net::server_room{&main_, &*admin_routes_},
                           net::server_room{&main_, &*probe_routes_});
    }

    // Also when run() has failed: no walk may call the sweeper any more.
    ~implementation() override { kept_.queue.close(); }

    core::readiness ready() const override {
        return {.phase = phase_, .spool_full = kept_.queue.count().full};
    }

    core::daemon_status status() const override {
        core::daemon_status now;
        now.ready = ready();
        now.uptime = std::chrono::floor<std::chrono::seconds>(steady::now() - started_);
        now.registry_keys = kept_.registry.size();
        now.pixels = pixel_statuses(running()->ingest.pixels, kept_.queue, relay_.status(),
                                    watch_.tallies());
        return now;
    }

    bool resume(std::string_view pixel) override { return relay_.resume(pixel); }

    void run() {
        listeners_->open(*config_, manager_);
        warn_about_test_codes(config_->ingest.pixels);
        supervisor_.watch(secret_files(*config_));
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
    std::shared_ptr<const config::config> running() const {
        const std::lock_guard lock(config_guard_);
        return config_;
    }

    // Changes while it runs.

    asio::awaitable<void> reload() {
        manager_.reloading();
        const bool taken = co_await read_and_take_over();
        kept_.metrics.config_reload(taken ? "ok" : "refused");
        if (!taken) {
            observe::log(observe::level::error, "reload refused: the old configuration stays");
        }
        manager_.ready();
    }

    asio::awaitable<bool> read_and_take_over() {
        auto fresh = co_await elsewhere(reading_, [this, before = config_] {
            return read_anew(file_, *before, lasting_, rooms_.size());
        });
        if (!fresh) {
            co_return false;
        }
        // Before the first event of a new pixel comes in, somebody is there to send it.
        const bool usable = co_await elsewhere(
            relay_room_.context(), [this, now = fresh->chosen] { return relay_by(*now); });
        if (!usable) {
            co_return false;
        }
        take_over(std::move(*fresh));
        for (const auto& pixel : config_->pixel_ids()) {
            relay_.resume(pixel);
        }
        co_return true;
    }

    // On the relay's thread; false when a file that it needs cannot be read, and nothing changed.
    bool relay_by(const config::config& chosen) {
        try {
            client_.reconfigure(chosen.upstream);
        } catch (const std::runtime_error& error) {
            observe::log(observe::level::error, "the configuration cannot be used",
                         {{"error", error.what()}});
            return false;
        }
        kept_.metrics.configure(chosen.pixel_ids());
        relay_.reconfigure(chosen.relay, relay_routes(chosen));
        return true;
    }

    void take_over(prepared fresh) {
        const auto& chosen = *fresh.chosen;
        observe::set_log_level(chosen.log.level);
        kept_.queue.set_limits(chosen.spool.limits);
        const auto remembered = chosen.registry_options();
        kept_.registry.keep_grants_for(remembered.grant_retention);
        kept_.registry.use_controllers(remembered.controllers);
        warn_about_controllers(*config_, chosen);
        admin_routes_->use_door(admin_door(chosen));
        listeners_->reconfigure(chosen);
        for (std::size_t i = 0; i < rooms_.size(); ++i) {
            asio::post(*rooms_[i],
                       [handler = &handlers_[i], routes = fresh.routes] { handler->use(routes); });
        }
        use(std::move(fresh.chosen));
        observe::log(observe::level::info, "configuration reloaded",
                     {{"version", config_->version}, {"pixels", config_->ingest.pixels.size()}});
        warn_about_descriptors(*config_, raise_descriptor_limit());
        warn_about_test_codes(config_->ingest.pixels);
    }

    // False when a file cannot be used for now.
    asio::awaitable<bool> reload_secrets() {
        auto renewed = co_await elsewhere(
            reading_, [before = config_] { return with_secrets_of_now(*before); });
        // Asked every second, told once.
        if (auto wrong = config::format(renewed.found, file_); wrong != wrong_secrets_) {
            wrong_secrets_ = std::move(wrong);
            log_problems(renewed.found);
        }
        const auto pixels = changed_tokens(*config_, *renewed.chosen);
        const bool another_proxy = !same_proxy(*config_, *renewed.chosen);
        if (pixels.empty() && !another_proxy) {
            co_return renewed.found.empty();
        }
        const bool usable = co_await elsewhere(
            relay_room_.context(), [this, fresh = renewed.chosen, another_proxy] {
                // A token needs no trust anchors, which may be unreadable at this moment.
                if (another_proxy) {
                    return relay_by(*fresh);
                }
                relay_.reconfigure(fresh->relay, relay_routes(*fresh));
                return true;
            });
        if (!usable) {
            co_return false;
        }
        use(std::move(renewed.chosen));
        if (another_proxy) {
            observe::log(observe::level::info, "new credentials for the proxy are in use");
        }
        for (const auto& pixel : pixels) {
            observe::log(observe::level::info, "a new access token is in use", {{"pixel", pixel}});
            relay_.resume(pixel);
        }
        co_return renewed.found.empty();
    }

    void use(std::shared_ptr<const config::config> fresh) {
        supervisor_.watch(secret_files(*fresh));
        const std::lock_guard lock(config_guard_);
        config_ = std::move(fresh);
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
        manager_.stopping(config_->shutdown_grace);
        observe::log(observe::level::info, "shutting down");
        const auto until = steady::now() + config_->shutdown_grace;
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

    const std::string file_;
    mutable std::mutex
        config_guard_; // for whoever is not on the main thread, which alone changes it
    std::shared_ptr<const config::config> config_;
    std::string wrong_secrets_; // what the log has said of them
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
    asio::thread_pool reading_{1};
    std::deque<current_routes> handlers_;
    std::optional<admin::routes> admin_routes_;
    std::optional<admin::routes> probe_routes_;
    std::optional<listeners> listeners_;
    net::http_client client_;
    relay::relay relay_;

    supervisor supervisor_{main_,
                           {.reload = [this] { return reload(); },
                            .files_changed = [this] { return reload_secrets(); },
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
