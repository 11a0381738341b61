// Who accepts the connections of a server's listening sockets and sends each to one of the rooms.
#pragma once

#include "listening.hpp"
#include "room.hpp"

#include <gatepost/observe/log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace gatepost::net {

// Where connections of a listening socket come from.
struct listener {
    bool over_unix = false;
    bool inherited = false; // its backlog is served by the next process too
    std::string path;       // of a Unix socket's file that goes when nobody listens any more
};

// What becomes of those who have connected and are not accepted yet.
enum class backlog { taken, left };

// Its acceptors belong to the first room's thread.
class reception : public std::enable_shared_from_this<reception> {
  public:
    reception(std::vector<std::shared_ptr<room>> rooms, std::shared_ptr<shared_counts> shared,
              std::size_t max_connections)
        : rooms_(std::move(rooms)), shared_(std::move(shared)), most_(max_connections) {}

    // Before the first room's thread runs, or on it.
    template <class Acceptor>
    void start(std::shared_ptr<Acceptor> acceptor, listener from) {
        acceptor->non_blocking(true);
        cancels_.push_back([weak = std::weak_ptr(acceptor), path = from.path] {
            if (const auto still = weak.lock()) {
                boost::system::error_code ignored;
                still->cancel(ignored);
            }
            if (!path.empty()) {
                unlink(path.c_str());
            }
        });
        const auto self = shared_from_this();
        counted listening(std::shared_ptr<std::atomic<std::size_t>>(self, &listening_));
        asio::co_spawn(rooms_.front()->context(),
                       accept(self, acceptor, std::move(from), std::move(listening)),
                       asio::detached);
    }

    // Any thread, as is all that follows.
    void stop(backlog waiting) {
        asio::post(rooms_.front()->context(), [self = shared_from_this(), waiting] {
            self->stopping_ = waiting;
            for (const auto& cancel : self->cancels_) {
                cancel();
            }
            self->cancels_.clear();
        });
    }
    bool ended() const { return listening_ == 0; }
    void limit(std::size_t max_connections) { most_ = max_connections; }
    std::size_t accepted() const { return accepted_; } // since the start

  private:
    static constexpr auto pause_after_failure = std::chrono::milliseconds(100);
    static constexpr auto pause_to_make_way = std::chrono::milliseconds(5);
    static constexpr auto between_warnings = std::chrono::seconds(10);

    static bool out_of_descriptors(const boost::system::error_code& failed) {
        return failed == boost::system::errc::too_many_files_open ||
               failed == boost::system::errc::too_many_files_open_in_system;
    }

    template <class Acceptor>
    static asio::awaitable<void> accept(std::shared_ptr<reception> self,
                                        std::shared_ptr<Acceptor> acceptor, listener from,
                                        counted) {
        while (!self->stopping_) {
            bool stumbled = false;
            try {
                co_await self->accept_one(*acceptor, from.over_unix);
            } catch (const std::exception& error) {
                self->warn(error.what());
                stumbled = true;
            }
            if (stumbled) {
                co_await rest(*acceptor, pause_after_failure);
            }
        }
        // Closing resets who waits in the backlog; of an inherited socket it does not close it.
        if (self->stopping_ == backlog::taken && !from.inherited) {
            self->take_backlog(*acceptor, from.over_unix);
        }
        boost::system::error_code ignored;
        acceptor->close(ignored);
    }

    template <class Acceptor>
    asio::awaitable<void> accept_one(Acceptor& acceptor, bool over_unix) {
        if (!spare_.whole()) {
            co_await until_somebody_waits(acceptor);
            if (stopping_) {
                co_return;
            }
        }
        const auto& next = next_room();
        plain_stream socket(next->context());
        const auto [failed] = co_await acceptor.async_accept(socket, no_throw);
        if (!failed) {
            admit(next, std::move(socket), over_unix);
        } else if (!stopping_) {
            co_await recover(acceptor, failed);
        }
    }

    // Without a free descriptor accept fails whether or not anybody waits, and again at once. For
    // whoever waits an idle connection ends; if none is idle, he is turned away.
    template <class Acceptor>
    asio::awaitable<void> recover(Acceptor& acceptor, boost::system::error_code failed) {
        warn(failed.message());
        auto again_after = pause_after_failure;
        if (out_of_descriptors(failed)) {
            if (!somebody_waits(acceptor.native_handle())) {
                co_await until_somebody_waits(acceptor);
                co_return;
            }
            if (make_way(rooms_.front())) {
                again_after = pause_to_make_way;
            } else if (turn_away_with_spare(acceptor)) {
                co_return;
            }
        }
        co_await rest(acceptor, again_after);
    }

    // Without taking him yet: what those turned away gave back goes to the reserve first. An accept
    // under way would have it, and the reserve would dwindle.
    template <class Acceptor>
    asio::awaitable<void> until_somebody_waits(Acceptor& acceptor) {
        co_await acceptor.async_wait(Acceptor::wait_read, no_throw);
        spare_.refill();
    }

    template <class Acceptor>
    static asio::awaitable<void> rest(Acceptor& acceptor, std::chrono::milliseconds time) {
        asio::steady_timer pause(acceptor.get_executor(), time);
        co_await pause.async_wait(no_throw);
    }

    template <class Acceptor>
    bool turn_away_with_spare(Acceptor& acceptor) {
        const int taken = spare_.accept(acceptor.native_handle());
        if (taken < 0) {
            return false;
        }
        rooms_.front()->refused("no_descriptor");
        boost::system::error_code failed;
        const auto here = acceptor.local_endpoint(failed);
        plain_stream socket(rooms_.front()->context());
        if (!failed && spare_.any_left()) {
            socket.assign(here.protocol(), taken, failed);
        }
        if (socket.is_open()) {
            rooms_.front()->turn_away(std::move(socket));
        } else {
            answer_overloaded(taken);
            close(taken);
        }
        return true;
    }

    // Whether an idle connection ends for a new one, which comes to the first of the rooms.
    bool make_way(const std::shared_ptr<room>& first) {
        return first->make_way() || std::ranges::any_of(rooms_, &room::make_way);
    }

    void warn(std::string_view error) {
        const auto now = steady::now();
        if (!warned_ || now - *warned_ >= between_warnings) {
            warned_ = now;
            observe::log(observe::level::warn, "connections cannot be accepted",
                         {{"error", error}, {"open", shared_->open.load()}});
        }
    }

    template <class Acceptor>
    void take_backlog(Acceptor& acceptor, bool over_unix) {
        boost::system::error_code failed;
        for (int i = 0; i < asio::socket_base::max_listen_connections; ++i) {
            const auto& next = next_room();
            plain_stream socket(next->context());
            acceptor.accept(socket, failed);
            if (failed) {
                return;
            }
            admit(next, std::move(socket), over_unix);
        }
    }

    const std::shared_ptr<room>& next_room() { return rooms_[turn_++ % rooms_.size()]; }

    void admit(const std::shared_ptr<room>& into, plain_stream socket, bool over_unix) {
        boost::system::error_code ignored;
        socket.non_blocking(true, ignored);
        if (shared_->open >= most_ && !make_way(into)) {
            rooms_.front()->refused("too_many_connections");
            into->turn_away(std::move(socket));
            return;
        }
        peer who{.over_unix = over_unix};
        if (over_unix) {
            who.uid = uid_of_peer(socket.native_handle());
        } else {
            socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        }
        ++accepted_;
        into->adopt(std::move(socket), who);
    }

    std::vector<std::shared_ptr<room>> rooms_;
    std::shared_ptr<shared_counts> shared_;
    std::atomic<std::size_t> most_;
    std::atomic<std::size_t> accepted_ = 0;
    std::atomic<std::size_t> listening_ = 0;
    std::vector<std::function<void()>> cancels_; // of the acceptors
    std::optional<backlog> stopping_;
    spare_descriptors spare_;
    std::optional<steady::time_point> warned_;
    std::size_t turn_ = 0;
};

} // namespace gatepost::net
