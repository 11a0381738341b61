// Peers that are slow, endless or gone, and a configuration that changes meanwhile.
#include "certificate.hpp"
#include "client.hpp"
#include "running_server.hpp"
#include "scripted_peer.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <functional>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>

using namespace gatepost;
using namespace std::chrono_literals;
using net::client_errc;
using test::client;
using test::kind_of;
using test::over_tls;
using test::plain;
using test::request;
using test::running_server;
using test::slot;

namespace {

constexpr auto idle = "gatepost_upstream_connections{state=\"idle\"}";
constexpr auto busy = "gatepost_upstream_connections{state=\"busy\"}";

// Writes `first` and then `again` for as long as the client reads it.
void write_without_end(test::scripted_peer& peer, const std::string& first,
                       const std::string& again) {
    auto only = peer.accept();
    only.read_until("body");
    for (bool taken = only.write(first); taken;) {
        taken = only.write(again);
    }
}

// This process's socket that is connected to this port.
int socket_to(std::uint16_t port) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int each = 0; each < static_cast<int>(limit.rlim_cur); ++each) {
        sockaddr_in peer{};
        socklen_t size = sizeof(peer);
        if (getpeername(each, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) {
            return each;
        }
    }
    return -1;
}

int option(int socket, int level, int name) {
    int value = -1;
    socklen_t size = sizeof(value);
    getsockopt(socket, level, name, &value, &size);
    return value;
}

} // namespace

TEST_CASE("http client: an answer that drips past the deadline is a timeout") {
    test::scripted_peer peer;
    auto options = plain(peer.port());
    options.request_timeout = 60ms;
    client upstream(options);
    std::thread script([&] {
        auto only = peer.accept();
        only.read_until("body");
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n";
        for (std::size_t i = 0; !only.stirs_within(5); ++i) {
            only.write(i < answer.size() ? answer.substr(i, 1) : "b");
        }
    });
    const auto answer = upstream.send(request("/"));
    script.join();
    CHECK(kind_of(answer) == client_errc::timeout);
    CHECK(answer.error().detail == "no whole answer in time");
    CHECK(upstream.metric(idle) == "0");
    CHECK(upstream.metric(busy) == "0");
}

TEST_CASE("http client: an answer without end is cut off") {
    const auto [name, first, again, kind] =
        GENERATE(table<std::string, std::string, std::string, client_errc>({
            {"header", "HTTP/1.1 200 OK\r\n", "X: " + std::string(1000, 'x') + "\r\n",
             client_errc::answer},
            {"one field", "HTTP/1.1 200 OK\r\nX: ", std::string(1000, 'x'), client_errc::answer},
            {"status line", "HTTP/1.1 200 ", std::string(1000, 'x'), client_errc::answer},
            {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nb\r\n",
             client_errc::answer},
            {"body up to the end", "HTTP/1.1 200 OK\r\n\r\n", std::string(1000, 'b'),
             client_errc::answer},
            {"interim", "", "HTTP/1.1 102 Processing\r\n\r\n", client_errc::answer},
            {"chunk extension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=",
             std::string(1000, 'x'), client_errc::answer},
            {"trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
             "X: " + std::string(1000, 'x') + "\r\n", client_errc::answer},
        }));
    CAPTURE(name);
    test::scripted_peer peer;
    auto options = plain(peer.port());
    options.max_answer = core::kibibytes(64);
    client upstream(options);
    std::thread script(
        [&, first = first, again = again] { write_without_end(peer, first, again); });
    const auto answer = upstream.send(request("/"));
    script.join();
    CHECK(kind_of(answer) == kind);
    CHECK(upstream.metric(idle) == "0");
}

TEST_CASE("http client: a kept connection that has gone dead is a timeout and is not kept") {
    test::scripted_peer peer;
    auto options = plain(peer.port());
    options.request_timeout = 60ms;
    client upstream(options);
    std::thread script([&] {
        auto first = peer.accept();
        first.read_until("one");
        first.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        first.read_all(); // takes what comes, and nothing goes back
    });
    REQUIRE(upstream.send(request("/", "one")).has_value());
    CHECK(kind_of(upstream.send(request("/", "two"))) == client_errc::timeout);
    script.join();
    // The peer may have taken it: it is for the caller to send it again.
    CHECK_FALSE(peer.is_called());
    CHECK(upstream.metric(idle) == "0");
    CHECK(upstream.metric(busy) == "0");
}

TEST_CASE("http client: the kernel watches over a connection whose peer vanishes without a word") {
    running_server server;
    auto options = plain(server.address().port);
    options.request_timeout = 8s;
    client upstream(options);
    REQUIRE(upstream.send(request("/")).has_value());
    const int socket = socket_to(server.address().port);
    REQUIRE(socket != -1);
    CHECK(option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPIDLE) <= 30);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPINTVL) <= 10);
    // Milliseconds without an acknowledgement: less than the request may take.
    CHECK(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT) == 4000);
    CHECK(option(socket, IPPROTO_TCP, TCP_NODELAY) == 1);
}

TEST_CASE("http client: the method is the request's, with and without a body") {
    running_server server;
    client upstream(plain(server.address().port));
    const auto [method, body] = GENERATE(table<std::string, std::string>(
        {{"GET", ""}, {"DELETE", ""}, {"DELETE", "{}"}, {"POST", ""}, {"POST", "{}"}}));
    for (int i = 0; i < 2; ++i) { // on a new connection and on a kept one
        auto what = request("/path?q", body);
        what.method = method;
        const auto answer = upstream.send(std::move(what));
        REQUIRE(answer.has_value());
        CHECK(answer->body == method + " /path?q " + body);
    }
    CHECK(server->accepted() == 1);
}

TEST_CASE("http client: a new configuration holds from the next request on") {
    running_server old;
    running_server other;
    client upstream(plain(old.address().port));
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(upstream.metric(idle) == "1");
    upstream.http().reconfigure(plain(other.address().port));
    CHECK(upstream.metric(idle) == "0");
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(old->accepted() == 1);
    CHECK(other->accepted() == 1);
}

TEST_CASE("http client: a request under way ends as it began, and its connection is not kept") {
    running_server old;
    running_server other;
    client upstream(plain(old.address().port));
    const bool kept = GENERATE(false, true);
    CAPTURE(kept);
    if (kept) {
        REQUIRE(upstream.send(request("/")).has_value());
    }
    slot waited;
    upstream.begin(request("/wait"), waited);
    std::thread reconfigured([&] {
        old.handler().wait_until_entered();
        upstream.post([&] { upstream.http().reconfigure(plain(other.address().port)); });
        upstream.post([&] { old.release(); });
    });
    upstream.finish();
    reconfigured.join();
    REQUIRE(waited->has_value());
    CHECK((*waited)->body == "POST /wait body");
    CHECK(upstream.metric(idle) == "0");
    CHECK(upstream.metric(busy) == "0");
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(other->accepted() == 1);
    CHECK(old->accepted() == 1);
}

TEST_CASE("http client: a request that is reconfigured away before it was written is withheld") {
    running_server old;
    running_server other;
    auto options = plain(old.address().port);
    options.endpoint.host = "localhost";
    client upstream(options);
    slot first;
    upstream.begin(request("/first"), first);
    slot second;
    // Stands in the queue before what the look-up of the name will put there, however fast it is.
    upstream.post([&] {
        upstream.http().reconfigure(plain(other.address().port));
        upstream.begin(request("/second"), second);
    });
    upstream.finish();
    REQUIRE(first.has_value());
    CHECK(kind_of(*first) == client_errc::withheld);
    REQUIRE(second->has_value());
    CHECK(other->accepted() == 1);
    CHECK(upstream.metric(idle) == "1"); // the second one's
}

TEST_CASE("http client: trust anchors that cannot be read change nothing") {
    test::certificate shown("DNS:localhost,IP:127.0.0.1");
    test::certificate other("DNS:localhost");
    const test::temporary_directory directory;
    running_server server({}, shown.server());
    const auto port = server.address().port;
    client upstream(over_tls(port, shown.file()));
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK_THROWS_AS(upstream.http().reconfigure(over_tls(port, directory.file("missing.pem"))),
                    std::runtime_error);
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(server->accepted() == 1);
    // Others that can be read are asked at once: no connection is kept from before.
    upstream.http().reconfigure(over_tls(port, other.file()));
    CHECK(kind_of(upstream.send(request("/"))) == client_errc::tls);
    upstream.http().reconfigure(over_tls(port, shown.file()));
    CHECK(upstream.send(request("/")).has_value());
}

TEST_CASE("http client: one that goes while requests are under way takes nothing with it") {
    test::scripted_peer silent; // never accepts, the kernel does
    std::array<slot, 2> answers;
    auto options = plain(silent.port());
    {
        client upstream(options);
        upstream.begin(request("/connected"), answers[0]);
        upstream.advance();
        options.endpoint.host = "localhost";
        upstream.http().reconfigure(options);
        upstream.begin(request("/looked up"), answers[1]);
        upstream.advance();
    }
    CHECK_FALSE(answers[0]);
    CHECK_FALSE(answers[1]);
}
