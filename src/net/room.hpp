// The connections that one thread serves.
#pragma once

#include "connection.hpp"
#include "farewell.hpp"

#include <gatepost/observe/log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace gatepost::net {

// What the rooms of a server share.
struct shared_counts {
    std::atomic<std::size_t> open = 0;
    std::atomic<std::size_t> turned_away = 0; // and lingering
    body_budget bodies;
};

// One more of them, as long as it lives.
class counted {
  public:
    explicit counted(std::shared_ptr<std::atomic<std::size_t>> of) : of_(std::move(of)) { ++*of_; }
    counted(counted&& other) noexcept = default;
    ~counted() {
        if (of_) {
            --*of_;
        }
    }

  private:
    std::shared_ptr<std::atomic<std::size_t>> of_;
};

// Its public functions are called on any thread, everything else on its own.
class room : public std::enable_shared_from_this<room> {
  public:
    room(const server_room& place, std::shared_ptr<const server_options> options,
         asio::ssl::context* tls, std::shared_ptr<shared_counts> shared)
        : context_(*place.context), handler_(*place.handler), options_(std::move(options)),
          tls_(tls), shared_(std::move(shared)), sweep_(context_) {}

    asio::io_context& context() { return context_; }

    void adopt(plain_stream socket, const peer& who) {
        asio::co_spawn(context_,
                       serve(shared_from_this(), std::move(socket), who, one_of(shared_->open)),
                       asio::detached);
    }

    // Tells a client that there is no room for it. Few linger at a time; the others are answered as
    // well, but may not see it if they are still sending.
    void turn_away(plain_stream socket) {
        auto leaving = one_of(shared_->turned_away);
        if (shared_->turned_away <= most_turned_away) {
            asio::co_spawn(context_,
                           take_leave(shared_from_this(), std::move(socket), std::move(leaving)),
                           asio::detached);
        } else {
            answer_overloaded(socket.native_handle());
        }
    }

    // Ends the connection that has been idle longest; false when none is.
    bool make_way() {
        if (open_.idle() <= ways_promised_) {
            return false;
        }
        ++ways_promised_;
        asio::post(context_, [self = shared_from_this()] {
            --self->ways_promised_;
            self->open_.end_longest_idle();
        });
        return true;
    }

    // Counts what the handler never sees. On the room's thread.
    void refused(std::string_view code) { handler_.refused(code); }

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
            self->open_.visit([visit](connection_base& open) { (open.*visit)(); });
        });
    }

  private:
    static constexpr std::size_t most_turned_away = 32;

    counted one_of(std::atomic<std::size_t>& count) {
        return counted(std::shared_ptr<std::atomic<std::size_t>>(shared_, &count));
    }

    static asio::awaitable<void> serve(std::shared_ptr<room> self, plain_stream socket, peer who,
                                       counted) {
        const service with{self->handler_, self->options_, self->shared_->bodies};
        try {
            if (self->tls_ != nullptr) {
                connection<tls_stream> served(tls_stream(std::move(socket), *self->tls_), with,
                                              who);
                co_await self->keep(served);
            } else {
                connection<plain_stream> served(std::move(socket), with, who);
                co_await self->keep(served);
            }
        } catch (const std::exception& error) {
            observe::log(observe::level::error, "a connection ended on an exception",
                         {{"error", error.what()}});
        }
    }

    static asio::awaitable<void> take_leave(std::shared_ptr<room> self, plain_stream socket,
                                            counted) {
        farewell last(std::move(socket));
        co_await self->keep(last);
    }

    template <class Connection>
    asio::awaitable<void> keep(Connection& served) {
        open_connections::place place(open_, served);
        if (at_arrival_ != nullptr) {
            (served.*at_arrival_)();
        }
        start_sweep();
        co_await served.run(place);
    }

    static constexpr std::size_t most_at_once = 16;
    static constexpr auto sweep_interval = std::chrono::milliseconds(200);
    static constexpr auto crowd_interval = std::chrono::milliseconds(5);

    // Runs while there are connections.
    void start_sweep(std::chrono::milliseconds pause = sweep_interval) {
        if (sweeping_) {
            return;
        }
        sweeping_ = true;
        sweep_.expires_after(pause);
        sweep_.async_wait([weak = weak_from_this()](const boost::system::error_code&) {
            const auto self = weak.lock();
            if (!self) {
                return;
            }
            self->sweeping_ = false;
            const bool more_are_due = self->look_over();
            if (!self->open_.empty()) {
                self->start_sweep(more_are_due ? crowd_interval : sweep_interval);
            }
        });
    }

    // Those that came together are due together: a few at a time, and a pause between, so that
    // nobody else waits while a crowd is shown out. True when there may be more of them.
    bool look_over() {
        const auto now = steady::now();
        open_.let_slow_make_way(now);
        std::size_t due = 0;
        open_.visit([&](connection_base& open) {
            if (due < most_at_once && open.expire_if_due(now)) {
                ++due;
            }
        });
        return due == most_at_once;
    }

    asio::io_context& context_;
    http_handler& handler_;
    std::shared_ptr<const server_options> options_;
    asio::ssl::context* tls_;
    std::shared_ptr<shared_counts> shared_;
    open_connections open_;
    std::atomic<std::size_t> ways_promised_ = 0;
    asio::steady_timer sweep_;
    bool sweeping_ = false;
    void (connection_base::*at_arrival_)() = nullptr; // once it is to end
};

} // namespace gatepost::net
