// The connections that one thread serves.
#pragma once

#include "connection.hpp"

#include <gatepost/observe/log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <memory>

namespace gatepost::net {

// Its public functions are called on any thread, everything else on its own.
class room : public std::enable_shared_from_this<room> {
  public:
    // `count` is of all rooms.
    room(const server_room& place, std::shared_ptr<const server_options> options,
         asio::ssl::context* tls, std::shared_ptr<std::atomic<std::size_t>> count)
        : context_(*place.context), handler_(*place.handler), options_(std::move(options)),
          tls_(tls), count_(std::move(count)), sweep_(context_) {}

    asio::io_context& context() { return context_; }

    void adopt(plain_stream socket, bool over_unix) {
        ++*count_;
        asio::co_spawn(context_, serve(shared_from_this(), std::move(socket), over_unix),
                       asio::detached);
    }

    // Connections look at their options when a request begins.
    void reconfigure(std::shared_ptr<const server_options> options) {
        asio::post(context_, [self = shared_from_this(), options = std::move(options)]() mutable {
            self->options_ = std::move(options);
        });
    }

    // Visits every connection, and those still to come.
    void stop(void (connection_base::*visit)()) {
        asio::post(context_, [self = shared_from_this(), visit] {
            self->at_arrival_ = visit;
            self->sweep_.cancel(); // so that the last connection's end is the room's
            for (auto* open : self->open_) {
                (open->*visit)();
            }
        });
    }

  private:
    static asio::awaitable<void> serve(std::shared_ptr<room> self, plain_stream socket,
                                       bool over_unix) {
        try {
            if (self->tls_ != nullptr) {
                connection<tls_stream> served(tls_stream(std::move(socket), *self->tls_),
                                              self->handler_, self->options_, over_unix);
                co_await self->keep(served);
            } else {
                connection<plain_stream> served(std::move(socket), self->handler_, self->options_,
                                                over_unix);
                co_await self->keep(served);
            }
        } catch (const std::exception& error) {
            observe::log(observe::level::error, "a connection ended on an exception",
                         {{"error", error.what()}});
        }
        --*self->count_;
    }

    template <class Connection>
    asio::awaitable<void> keep(Connection& served) {
        const auto place = open_.insert(open_.end(), &served);
        struct removal {
            room* from;
            std::list<connection_base*>::iterator place;
            ~removal() { from->open_.erase(place); }
        };
        const removal at_end{this, place};
        if (at_arrival_ != nullptr) {
            (served.*at_arrival_)();
        }
        start_sweep();
        co_await served.run();
    }

    static constexpr auto sweep_interval = std::chrono::milliseconds(200);

    // Runs while there are connections.
    void start_sweep() {
        if (sweeping_) {
            return;
        }
        sweeping_ = true;
        sweep_.expires_after(sweep_interval);
        sweep_.async_wait([weak = weak_from_this()](const boost::system::error_code&) {
            const auto self = weak.lock();
            if (!self) {
                return;
            }
            self->sweeping_ = false;
            const auto now = steady::now();
            for (auto* open : self->open_) {
                open->expire_if_due(now);
            }
            if (!self->open_.empty()) {
                self->start_sweep();
            }
        });
    }

    asio::io_context& context_;
    http_handler& handler_;
    std::shared_ptr<const server_options> options_;
    asio::ssl::context* tls_;
    std::shared_ptr<std::atomic<std::size_t>> count_;
    std::list<connection_base*> open_;
    asio::steady_timer sweep_;
    bool sweeping_ = false;
    void (connection_base::*at_arrival_)() = nullptr; // once it is to end
};

} // namespace gatepost::net
