#include "daemon.hpp"

#include "gates_of.hpp"
#include "pixel_statuses.hpp"

#include <gatepost/admin/routes.hpp>
#include <gatepost/app/cli.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/ingest/routes.hpp>
#include <gatepost/net/http_server.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/relay/relay.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <thread>

namespace gatepost::app {
namespace {

namespace asio = boost::asio;

// A context and the thread that runs it.
class room {
  public:
    asio::io_context& context() { return context_; }
    void start() {
        thread_ = std::thread([this] { context_.run(); });
    }
    // Ends when nothing is left to do.
    void finish() {
        guard_.reset();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_ =
        asio::make_work_guard(context_);
    std::thread thread_;
};

// What the relay knows of TikTok.
std::vector<relay::route> routes_of(const config::config& chosen) {
    std::vector<relay::route> routes;
    for (const auto& pixel : chosen.ingest.pixels) {
        auto request = [pixel, token = chosen.access_tokens.at(pixel.id)](
                           std::string_view test_event_code,
                           std::span<const std::string_view> payloads) {
            return tiktok::batch_request(ingest::event_set_of(pixel, test_event_code), token,
                                         payloads);
        };
        routes.push_back({.pixel = pixel.id,
                          .to = {.request = std::move(request),
                                 .most_events = tiktok::most_events(pixel.api),
                                 .classify = tiktok::classify},
                          .held = pixel.observes});
    }
    return routes;
}

net::server_options operator_limits() {
    // `curl -X POST` to resume a pixel sends neither a body nor its length.
    return {.max_body = core::mebibytes(1), .max_connections = 64, .needs_length = false};
}

void announce(std::string_view what, const std::string& url) {
    std::cout << "listening " << what << ' ' << url << std::endl;
}

} // namespace

class daemon::implementation final : public core::status_source, public core::pixel_control {
  public:
    implementation(const config::config& chosen, const stores& kept,
                   const identity::instance_key& key)
        : config_(chosen), kept_(kept), gates_(gates_of(chosen)),
          sweeper_(kept.queue, kept.registry, order_),
          visitors_(
              chosen.ingest, chosen.identity, key,
              {kept.registry, kept.trail, kept.queue, sweeper_, order_, core::system_clock()}),
          client_(relay_room_.context(), chosen.upstream, kept.metrics),
          relay_({relay_room_.context(), kept.queue, client_, core::system_clock(), kept.metrics,
                  kept.registry, kept.trail},
                 chosen.relay, routes_of(chosen)) {
        std::vector<net::server_room> places;
        for (std::size_t i = 0; i < chosen.listen.threads; ++i) {
            auto& context = i == 0 ? main_ : more_rooms_.emplace_back().context();
            places.push_back({&context, &add_ingest_routes(key)});
        }
        ingest_ = std::make_unique<net::http_server>(places, chosen.listen.limits);
        const admin::surroundings around{*this, kept.queue, core::system_clock(), kept.metrics};
        // The first ingest routes are served on the same thread as the operators' routes.
        admin_routes_.emplace(around, admin::operators{admin_door(chosen), ingest_routes_.front(),
                                                       kept.trail, *this});
        probe_routes_.emplace(around, std::nullopt);
        admin_ = std::make_unique<net::http_server>(
            std::vector<net::server_room>{{&main_, &*admin_routes_}}, operator_limits());
        probes_ = std::make_unique<net::http_server>(
            std::vector<net::server_room>{{&main_, &*probe_routes_}}, operator_limits());
    }

    // Also when run() has failed: no walk may call the sweeper any more.
    ~implementation() override { kept_.queue.close(); }

    core::readiness ready() const override {
        return {.phase = phase_, .spool_full = kept_.queue.count().full};
    }

    core::daemon_status status() const override {
        core::daemon_status now;
        now.ready = ready();
        now.uptime =
            std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
        now.registry_keys = kept_.registry.size();
        now.pixels =
            pixel_statuses(config_.ingest.pixels, kept_.queue, relay_.status(), watch_.tallies());
        return now;
    }

    bool resume(std::string_view pixel) override { return relay_.resume(pixel); }

    void run() {
        listen();
        for (auto& each : more_rooms_) {
            each.start();
        }
        relay_.start();
        relay_room_.start();
        asio::co_spawn(main_, obey_signals(), asio::detached);
        phase_ = core::phase::running;
        sd_notify(0, "READY=1");
        main_.run();
        for (auto& each : more_rooms_) {
            each.finish();
        }
        relay_room_.finish();
    }

  private:
    ingest::routes& add_ingest_routes(const identity::instance_key& key) {
        const auto& clock = core::system_clock();
        ingest::pipeline judge(
            config_.ingest, {gates_, &kept_.registry, identity::identifier(config_.identity, key),
                             identity::token_signer(key), tiktok::encoder(config_.url_cleaning)});
        return ingest_routes_.emplace_back(
            config_.ingest, std::move(judge),
            ingest::surroundings{kept_.queue, kept_.registry, kept_.trail, sweeper_, visitors_,
                                 order_, watch_, silence_, clock, kept_.metrics});
    }

    // Operators' routes answer to their own address too.
    static net::door admin_door(const config::config& chosen) {
        auto door = chosen.ingest.door;
        door.allowed_hosts.push_back(chosen.admin.authority());
        return door;
    }

    static std::string bind(net::http_server& server, const net::listen_address& address,
                            const char* key) {
        try {
            return "http://" + server.listen(address).authority();
        } catch (const boost::system::system_error& error) {
            throw std::runtime_error(std::string(key) + " " + address.authority() + ": " +
                                     error.code().message());
        }
    }

    void listen() {
        for (const auto& address : config_.listen.http) {
            announce("ingest", bind(*ingest_, address, "listen.http"));
        }
        if (!config_.listen.unix_path.empty()) {
            ingest_->listen_unix(config_.listen.unix_path, config_.listen.unix_mode);
            announce("ingest", "unix:" + config_.listen.unix_path);
        }
        announce("admin", bind(*admin_, config_.admin, "admin.http"));
        if (config_.metrics) {
            announce("metrics", bind(*probes_, *config_.metrics, "metrics.http"));
        }
    }

    asio::awaitable<void> obey_signals() {
        asio::signal_set signals(main_, SIGTERM, SIGINT, SIGHUP);
        for (;;) {
            const auto [failed, number] =
                co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
            if (failed) {
                co_return;
            }
            if (number != SIGHUP) {
                break;
            }
            observe::log(
                observe::level::warn,
                "SIGHUP: reloading is not available yet; restart to change the configuration");
        }
        end_at_second(signals);
        co_await shut_down();
    }

    // Everything acknowledged is on disk, so ending at once loses nothing.
    static void end_at_second(asio::signal_set& signals) {
        signals.async_wait([&signals](const boost::system::error_code& ended, int number) {
            if (ended) {
                return;
            }
            if (number != SIGHUP) {
                std::_Exit(app::failed);
            }
            end_at_second(signals);
        });
    }

    asio::awaitable<void> shut_down() {
        phase_ = core::phase::draining;
        sd_notify(0, "STOPPING=1");
        observe::log(observe::level::info, "shutting down");
        const auto until = std::chrono::steady_clock::now() + config_.shutdown_grace;
        ingest_->drain();
        asio::steady_timer wait(main_);
        while (ingest_->connections() > 0 && std::chrono::steady_clock::now() < until) {
            wait.expires_after(std::chrono::milliseconds(10));
            co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_await drain_relay(until);
        ingest_->abort();
        admin_->abort();
        probes_->abort();
        asio::post(relay_room_.context(), [this] { relay_.stop(); });
    }

    // Sends what fits the time that is left.
    asio::awaitable<void> drain_relay(std::chrono::steady_clock::time_point until) {
        // Shared: the relay may finish after nobody waits any more.
        const auto drained = std::make_shared<asio::steady_timer>(main_, until);
        asio::co_spawn(relay_room_.context(), relay_.drain(),
                       [drained, this](const std::exception_ptr&) {
                           asio::post(main_, [drained] { drained->cancel(); });
                       });
        co_await drained->async_wait(asio::as_tuple(asio::use_awaitable));
    }

    const config::config& config_;
    stores kept_;
    ingest::gates gates_;
    ingest::arrivals order_;
    ingest::disclosure_watch watch_;
    ingest::silence_watch silence_;
    ingest::sweeper sweeper_;
    ingest::visitor_routes visitors_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::atomic<core::phase> phase_ = core::phase::starting;

    asio::io_context main_{1};
    room relay_room_;
    std::deque<room> more_rooms_;
    std::deque<ingest::routes> ingest_routes_;
    std::optional<admin::routes> admin_routes_;
    std::optional<admin::routes> probe_routes_;
    std::unique_ptr<net::http_server> ingest_;
    std::unique_ptr<net::http_server> admin_;
    std::unique_ptr<net::http_server> probes_;
    net::http_client client_;
    relay::relay relay_;
};

daemon::daemon(const config::config& chosen, const stores& kept, const identity::instance_key& key)
    : implementation_(std::make_unique<implementation>(chosen, kept, key)) {}

daemon::~daemon() = default;

void daemon::run() {
    implementation_->run();
}

} // namespace gatepost::app
