// A TLS server for one connection, which keeps what it reads after the handshake.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <thread>

namespace gatepost::test {

class tls_peer {
  public:
    explicit tls_peer(boost::asio::ssl::context& shown)
        : thread_([this, &shown] { serve(shown); }) {}
    ~tls_peer() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    tls_peer(const tls_peer&) = delete;
    tls_peer& operator=(const tls_peer&) = delete;

    std::uint16_t port() const { return door_.local_endpoint().port(); }
    // When the client has ended its connection.
    const std::string& heard() {
        thread_.join();
        return heard_;
    }

  private:
    void serve(boost::asio::ssl::context& shown) {
        boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream(door_.accept(), shown);
        boost::system::error_code failed;
        stream.handshake(boost::asio::ssl::stream_base::server, failed);
        std::array<char, 4096> bytes{};
        while (!failed) {
            const auto size = stream.read_some(boost::asio::buffer(bytes), failed);
            heard_.append(bytes.data(), size);
        }
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor door_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::string heard_;
    std::thread thread_;
};

} // namespace gatepost::test
