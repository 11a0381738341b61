#include "listening.hpp"
#include "room.hpp"

#include <gatepost/net/http_server.hpp>
#include <gatepost/observe/log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::net {
namespace {

constexpr auto pause_after_failure = std::chrono::milliseconds(100);
constexpr auto pause_to_make_way = std::chrono::milliseconds(5);
constexpr auto between_warnings = std::chrono::seconds(10);

// Where connections of a listening socket come from.
struct listener {
    bool over_unix = false;
    bool inherited = false; // its backlog is served by the next process too
};

bool out_of_descriptors(const boost::system::error_code& failed) {
    return failed == boost::system::errc::too_many_files_open ||
           failed == boost::system::errc::too_many_files_open_in_system;
}

} // namespace

class http_server::implementation : public std::enable_shared_from_this<implementation> {
  public:
    implementation(const std::vector<server_room>& rooms, const server_options& options,
                   asio::ssl::context* tls)
        : most_(options.max_connections) {
        const auto offered = std::make_shared<const server_options>(options);
        for (const auto& place : rooms) {
            rooms_.push_back(std::make_shared<room>(place, offered, tls, shared_));
        }
    }

    listen_address listen(const listen_address& address) {
        const tcp::endpoint where(asio::ip::make_address(address.host), address.port);
        auto acceptor = make<tcp>();
        acceptor->open(where.protocol());
        acceptor->set_option(tcp::acceptor::reuse_address(true));
        if (where.address().is_v6()) {
            acceptor->set_option(asio::ip::v6_only(true));
        }
        acceptor->bind(where);
        acceptor->listen();
        start(acceptor, {});
        return {address.host, acceptor->local_endpoint().port()};
    }

    void listen_unix(const std::string& path, unsigned mode) {
        remove_stale_socket(path);
        auto acceptor = make<local>();
        acceptor->open();
        // Nobody but us between bind and chmod.
        const auto before = umask(0177);
        boost::system::error_code failed;
        acceptor->bind(local::endpoint(path), failed);
        umask(before);
        if (failed) {
            throw boost::system::system_error(failed, "bind");
        }
        if (chmod(path.c_str(), mode) != 0) {
            throw std::system_error(errno, std::generic_category(), "chmod");
        }
        acceptor->listen();
        unix_paths_.push_back(path);
        start(acceptor, {.over_unix = true});
    }

    std::string adopt(int listening) {
        const int family = family_of_listening(listening);
        if (family == AF_UNIX) {
            auto acceptor = make<local>();
            acceptor->assign(local(), listening);
            start(acceptor, {.over_unix = true, .inherited = true});
        } else {
            auto acceptor = make<tcp>();
            acceptor->assign(family == AF_INET ? tcp::v4() : tcp::v6(), listening);
            start(acceptor, {.inherited = true});
        }
        return url_of_listening(listening);
    }

    void reconfigure(const server_options& options) {
        most_ = options.max_connections;
        const auto offered = std::make_shared<const server_options>(options);
        for (const auto& each : rooms_) {
            each->reconfigure(offered);
        }
    }

    void drain() {
        stop_accepting(backlog::taken);
        for (const auto& each : rooms_) {
            each->stop(&connection_base::drain);
        }
    }

    void abort() {
        stop_accepting(backlog::left);
        for (const auto& each : rooms_) {
            each->stop(&connection_base::abort);
        }
    }

    // Listeners first: what they have admitted is counted by then.
    bool ended() const {
        return listening_ == 0 && shared_->open == 0 && shared_->turned_away == 0;
    }
    std::size_t connections() const { return shared_->open; }
    std::size_t accepted() const { return accepted_; }

  private:
    using tcp = asio::ip::tcp;
    using local = asio::local::stream_protocol;

    template <class Protocol>
    std::shared_ptr<typename Protocol::acceptor> make() {
        return std::make_shared<typename Protocol::acceptor>(rooms_.front()->context());
    }

    // Everything from here on is done on the first room's thread, to which acceptors belong.

    template <class Acceptor>
    void start(std::shared_ptr<Acceptor> acceptor, listener from) {
        acceptor->non_blocking(true);
        cancels_.push_back([weak = std::weak_ptr(acceptor)] {
            if (const auto still = weak.lock()) {
                boost::system::error_code ignored;
                still->cancel(ignored);
            }
        });
        const auto self = shared_from_this();
        counted listening(std::shared_ptr<std::atomic<std::size_t>>(self, &listening_));
        asio::co_spawn(rooms_.front()->context(),
                       accept(self, acceptor, from, std::move(listening)), asio::detached);
    }

    template <class Acceptor>
    static asio::awaitable<void> accept(std::shared_ptr<implementation> self,
                                        std::shared_ptr<Acceptor> acceptor, listener from,
                                        counted) {
        while (!self->stopping_) {
            bool stumbled = false;
            try {
                co_await self->accept_one(*acceptor, from);
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
    asio::awaitable<void> accept_one(Acceptor& acceptor, listener from) {
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
            admit(next, std::move(socket), from.over_unix);
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
            socket.set_option(tcp::no_delay(true), ignored);
        }
        ++accepted_;
        into->adopt(std::move(socket), who);
    }

    // What becomes of those who have connected and are not accepted yet.
    enum class backlog { taken, left };

    void stop_accepting(backlog waiting) {
        asio::post(rooms_.front()->context(), [self = shared_from_this(), waiting] {
            self->stopping_ = waiting;
            for (const auto& cancel : self->cancels_) {
                cancel();
            }
            self->cancels_.clear();
            for (const auto& path : self->unix_paths_) {
                unlink(path.c_str());
            }
            self->unix_paths_.clear();
        });
    }

    std::atomic<std::size_t> most_;
    std::shared_ptr<shared_counts> shared_ = std::make_shared<shared_counts>();
    std::atomic<std::size_t> accepted_ = 0;
    std::atomic<std::size_t> listening_ = 0;
    std::vector<std::shared_ptr<room>> rooms_;
    std::vector<std::function<void()>> cancels_; // of the acceptors
    std::vector<std::string> unix_paths_;
    std::optional<backlog> stopping_;
    spare_descriptors spare_;
    std::optional<steady::time_point> warned_;
    std::size_t turn_ = 0;
};

http_server::http_server(std::vector<server_room> rooms, const server_options& options,
                         asio::ssl::context* tls)
    : implementation_(std::make_shared<implementation>(rooms, options, tls)) {}

http_server::~http_server() = default;

listen_address http_server::listen(const listen_address& address) {
    return implementation_->listen(address);
}

void http_server::listen_unix(const std::string& path, unsigned mode) {
    implementation_->listen_unix(path, mode);
}

std::string http_server::adopt(int listening) {
    return implementation_->adopt(listening);
}

void http_server::reconfigure(const server_options& options) {
    implementation_->reconfigure(options);
}

void http_server::drain() {
    implementation_->drain();
}

void http_server::abort() {
    implementation_->abort();
}

bool http_server::ended() const {
    return implementation_->ended();
}

std::size_t http_server::connections() const {
    return implementation_->connections();
}

std::size_t http_server::accepted() const {
    return implementation_->accepted();
}

} // namespace gatepost::net
