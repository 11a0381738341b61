// An HTTP/1.1 server on coroutines: keep-alive, pipelining, limits, one deadline per request.
#pragma once

#include <gatepost/core/units.hpp>
#include <gatepost/net/address.hpp>
#include <gatepost/net/http.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace gatepost::net {

struct server_options {
    core::byte_size max_body = core::mebibytes(4); // as sent and unpacked
    core::byte_size max_header = core::kibibytes(32);
    // All bodies under way together, but for the first 64 KiB of each; at least four of max_body.
    // One more is answered 503.
    core::byte_size max_bodies = core::mebibytes(64);
    // One more ends the one that has been idle longest; if none is, it is answered 503.
    std::size_t max_connections = 1024;
    std::chrono::milliseconds request_timeout = std::chrono::seconds(10); // first byte to last
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);    // between requests
    // A POST without any length is answered 411; else it has no body (RFC 9112 section 6.3).
    bool needs_length = true;
};

// A thread that serves connections: its context (run by that thread alone) and its handler.
struct server_room {
    boost::asio::io_context* context;
    http_handler* handler;
};

class http_server {
  public:
    // Accepts in the first room and hands connections round to all. `tls`, when given, must outlive
    // the server.
    http_server(std::vector<server_room> rooms, const server_options& options,
                boost::asio::ssl::context* tls = nullptr);
    ~http_server();

    // Binds and starts to accept; gives the address with its real port. Throws std::system_error.
    listen_address listen(const listen_address& address);
    // A Unix socket with these permissions; a stale file of that name goes. Throws
    // std::system_error.
    void listen_unix(const std::string& path, unsigned mode);

    // Serves a socket that listens already, such as systemd hands over; it is closed with the
    // server, and its file, if it has one, is left alone. Gives its URL: "http://127.0.0.1:8787" or
    // "unix:/run/gatepost/ingest.sock". Throws std::system_error for what is no listening stream
    // socket.
    std::string adopt(int listening);

    // From now on; requests under way keep the limits they began with, and connections beyond a
    // lower max_connections end as they would have. Any thread.
    void reconfigure(const server_options& options);

    // Stops accepting and closes idle connections; the others end with their current request. Who
    // has connected already and not asked yet may ask once, within a second; who waits in the
    // backlog of an adopted socket is left to the next process.
    void drain();
    // Ends every connection at once.
    void abort();
    // After drain() or abort(): every listener and every connection has ended. Any thread.
    bool ended() const;
    std::size_t connections() const; // open now
    std::size_t accepted() const;    // since start

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace gatepost::net
