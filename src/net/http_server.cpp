#include "connection.hpp"

#include <gatepost/net/http_server.hpp>
#include <gatepost/observe/log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>

namespace gatepost::net {
namespace {

constexpr auto sweep_interval = std::chrono::milliseconds(200);

// The connections of one thread. Everything but `adopt` is called on that thread.
class room : public std::enable_shared_from_this<room> {
  public:
    room(const server_room& place, const server_options& options, asio::ssl::context* tls,
         std::shared_ptr<std::atomic<std::size_t>> count)
        : context_(*place.context), handler_(*place.handler), options_(options), tls_(tls),
          count_(std::move(count)), sweep_(context_) {}

    asio::io_context& context() { return context_; }

    void adopt(plain_stream socket, bool over_unix) {
        asio::co_spawn(context_, serve(shared_from_this(), std::move(socket), over_unix),
                       asio::detached);
    }

    // Visits every connection on its thread, and drains those still to come.
    template <class Visit>
    void stop(Visit visit) {
        asio::post(context_, [self = shared_from_this(), visit] {
            self->stopping_ = true;
            self->sweep_.cancel(); // so that the last connection's end is the room's
            for (auto* open : self->open_) {
                visit(*open);
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
        if (stopping_) {
            served.drain();
        }
        start_sweep();
        co_await served.run();
    }

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
    const server_options options_;
    asio::ssl::context* tls_;
    std::shared_ptr<std::atomic<std::size_t>> count_; // of all rooms
    std::list<connection_base*> open_;
    asio::steady_timer sweep_;
    bool sweeping_ = false;
    bool stopping_ = false;
};

} // namespace

class http_server::implementation : public std::enable_shared_from_this<implementation> {
  public:
    implementation(const std::vector<server_room>& rooms, const server_options& options,
                   asio::ssl::context* tls)
        : options_(options) {
        for (const auto& place : rooms) {
            rooms_.push_back(std::make_shared<room>(place, options_, tls, count_));
        }
    }

    listen_address listen(const listen_address& address) {
        using asio::ip::tcp;
        auto acceptor = std::make_shared<tcp::acceptor>(rooms_.front()->context());
        const tcp::endpoint where(asio::ip::make_address(address.host), address.port);
        acceptor->open(where.protocol());
        acceptor->set_option(tcp::acceptor::reuse_address(true));
        if (where.address().is_v6()) {
            acceptor->set_option(asio::ip::v6_only(true));
        }
        acceptor->bind(where);
        acceptor->listen();
        start(acceptor, false);
        return {address.host, acceptor->local_endpoint().port()};
    }

    void listen_unix(const std::string& path, unsigned mode) {
        using asio::local::stream_protocol;
        remove_stale_socket(path);
        auto acceptor = std::make_shared<stream_protocol::acceptor>(rooms_.front()->context());
        acceptor->open();
        // Nobody but us between bind and chmod.
        const auto before = umask(0177);
        boost::system::error_code failed;
        acceptor->bind(stream_protocol::endpoint(path), failed);
        umask(before);
        if (failed) {
            throw boost::system::system_error(failed, "bind");
        }
        if (chmod(path.c_str(), mode) != 0) {
            throw std::system_error(errno, std::generic_category(), "chmod");
        }
        acceptor->listen();
        unix_paths_.push_back(path);
        start(acceptor, true);
    }

    void drain() {
        stop_accepting();
        for (const auto& each : rooms_) {
            each->stop([](connection_base& open) { open.drain(); });
        }
    }

    void abort() {
        stop_accepting();
        for (const auto& each : rooms_) {
            each->stop([](connection_base& open) { open.abort(); });
        }
    }

    std::size_t connections() const { return *count_; }
    std::size_t accepted() const { return accepted_; }

  private:
    template <class Acceptor>
    void start(std::shared_ptr<Acceptor> acceptor, bool over_unix) {
        closers_.push_back([weak = std::weak_ptr(acceptor)] {
            if (const auto still = weak.lock()) {
                boost::system::error_code ignored;
                still->close(ignored);
            }
        });
        asio::co_spawn(rooms_.front()->context(), accept(shared_from_this(), acceptor, over_unix),
                       asio::detached);
    }

    template <class Acceptor>
    static asio::awaitable<void> accept(std::shared_ptr<implementation> self,
                                        std::shared_ptr<Acceptor> acceptor, bool over_unix) {
        asio::steady_timer pause(acceptor->get_executor());
        while (acceptor->is_open()) {
            auto& next = *self->rooms_[self->turn_++ % self->rooms_.size()];
            plain_stream socket(next.context());
            const auto [failed] = co_await acceptor->async_accept(socket, no_throw);
            if (!acceptor->is_open() || failed == asio::error::operation_aborted) {
                co_return;
            }
            if (failed) {
                observe::log(observe::level::warn, "a connection could not be accepted",
                             {{"error", failed.message()}});
                pause.expires_after(std::chrono::milliseconds(100));
                co_await pause.async_wait(no_throw);
                continue;
            }
            self->admit(next, std::move(socket), over_unix);
        }
    }

    void admit(room& into, plain_stream socket, bool over_unix) {
        boost::system::error_code ignored;
        socket.non_blocking(true, ignored);
        if (*count_ >= options_.max_connections) {
            // A new socket's buffer takes these few bytes at once.
            static constexpr std::string_view full =
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
                "Connection: close\r\n\r\n";
            socket.send(asio::buffer(full), 0, ignored);
            return;
        }
        if (!over_unix) {
            socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        }
        ++*count_;
        ++accepted_;
        into.adopt(std::move(socket), over_unix);
    }

    // Acceptors belong to the first room's thread.
    void stop_accepting() {
        asio::post(rooms_.front()->context(), [self = shared_from_this()] {
            for (const auto& close : self->closers_) {
                close();
            }
            self->closers_.clear();
            for (const auto& path : self->unix_paths_) {
                unlink(path.c_str());
            }
            self->unix_paths_.clear();
        });
    }

    // A socket nobody listens on is left over from a process that was killed.
    void remove_stale_socket(const std::string& path) {
        struct stat found {};
        if (lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) {
            return;
        }
        asio::local::stream_protocol::socket probe(rooms_.front()->context());
        boost::system::error_code refused;
        probe.connect(asio::local::stream_protocol::endpoint(path), refused);
        if (refused == asio::error::connection_refused) {
            unlink(path.c_str());
        }
    }

    const server_options options_;
    std::shared_ptr<std::atomic<std::size_t>> count_ =
        std::make_shared<std::atomic<std::size_t>>(0);
    std::atomic<std::size_t> accepted_ = 0;
    std::vector<std::shared_ptr<room>> rooms_;
    std::vector<std::function<void()>> closers_;
    std::vector<std::string> unix_paths_;
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

void http_server::drain() {
    implementation_->drain();
}

void http_server::abort() {
    implementation_->abort();
}

std::size_t http_server::connections() const {
    return implementation_->connections();
}

std::size_t http_server::accepted() const {
    return implementation_->accepted();
}

} // namespace gatepost::net
