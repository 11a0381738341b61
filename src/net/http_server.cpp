#include "reception.hpp"

#include <gatepost/net/http_server.hpp>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>

namespace gatepost::net {

class http_server::implementation {
  public:
    implementation(const std::vector<server_room>& rooms, const server_options& options,
                   asio::ssl::context* tls) {
        const auto offered = std::make_shared<const server_options>(options);
        for (const auto& place : rooms) {
            rooms_.push_back(std::make_shared<room>(place, offered, tls, shared_));
        }
        reception_ = std::make_shared<reception>(rooms_, shared_, options.max_connections);
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
        reception_->start(acceptor, {});
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
        reception_->start(acceptor, {.over_unix = true, .path = path});
    }

    std::string adopt(int listening) {
        const int family = family_of_listening(listening);
        if (family == AF_UNIX) {
            auto acceptor = make<local>();
            acceptor->assign(local(), listening);
            reception_->start(acceptor, {.over_unix = true, .inherited = true});
        } else {
            auto acceptor = make<tcp>();
            acceptor->assign(family == AF_INET ? tcp::v4() : tcp::v6(), listening);
            reception_->start(acceptor, {.inherited = true});
        }
        return url_of_listening(listening);
    }

    void reconfigure(const server_options& options) {
        reception_->limit(options.max_connections);
        const auto offered = std::make_shared<const server_options>(options);
        for (const auto& each : rooms_) {
            each->reconfigure(offered);
        }
    }

    void drain() {
        reception_->stop(backlog::taken);
        for (const auto& each : rooms_) {
            each->stop(&connection_base::drain);
        }
    }

    void abort() {
        reception_->stop(backlog::left);
        for (const auto& each : rooms_) {
            each->stop(&connection_base::abort);
        }
    }

    // Listeners first: what they have admitted is counted by then.
    bool ended() const {
        return reception_->ended() && shared_->open == 0 && shared_->turned_away == 0;
    }
    std::size_t connections() const { return shared_->open; }
    std::size_t accepted() const { return reception_->accepted(); }

  private:
    using tcp = asio::ip::tcp;
    using local = asio::local::stream_protocol;

    template <class Protocol>
    std::shared_ptr<typename Protocol::acceptor> make() {
        return std::make_shared<typename Protocol::acceptor>(rooms_.front()->context());
    }

    std::shared_ptr<shared_counts> shared_ = std::make_shared<shared_counts>();
    std::vector<std::shared_ptr<room>> rooms_;
    std::shared_ptr<reception> reception_;
};

http_server::http_server(std::vector<server_room> rooms, const server_options& options,
                         asio::ssl::context* tls)
    : implementation_(std::make_unique<implementation>(rooms, options, tls)) {}

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
