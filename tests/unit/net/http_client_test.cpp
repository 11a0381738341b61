#include "certificate.hpp"
#include "client.hpp"
#include "running_server.hpp"
#include "scripted_peer.hpp"

#include <gatepost/net/http_client.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <future>
#include <netinet/tcp.h>
#include <thread>
#include <vector>

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

TEST_CASE("http client: over verified TLS a connection is used for many requests") {
    test::certificate shown("DNS:localhost,IP:127.0.0.1");
    running_server server({}, shown.server());
    const auto host = GENERATE(as<std::string>(), "localhost", "127.0.0.1");
    client upstream(over_tls(server.address().port, shown.file(), host));
    for (int i = 0; i < 5; ++i) {
        const auto answer = upstream.send(request("/" + std::to_string(i), "event"));
        REQUIRE(answer.has_value());
        CHECK(answer->status == 200);
        CHECK(answer->body == "POST /" + std::to_string(i) + " event");
    }
    CHECK(server->accepted() == 1);
    CHECK(upstream.metric("gatepost_upstream_handshakes_total") == "1");
    CHECK(upstream.metric("gatepost_upstream_connections{state=\"idle\"}") == "1");
    CHECK(upstream.metric("gatepost_upstream_connections{state=\"busy\"}") == "0");
}

TEST_CASE("http client: as many connections are open as requests are under way") {
    running_server server;
    client upstream(plain(server.address().port));
    std::array<slot, 3> answers;
    for (auto& answer : answers) {
        upstream.begin(request("/"), answer);
    }
    upstream.finish();
    for (const auto& answer : answers) {
        REQUIRE(answer->has_value());
    }
    CHECK(server->accepted() == 3);
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(server->accepted() == 3);
    upstream.http().close_idle();
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(server->accepted() == 4);
}

TEST_CASE("http client: a connection past its age is not used again") {
    running_server server;
    auto options = plain(server.address().port);
    options.connection_age = 0ms;
    client upstream(options);
    REQUIRE(upstream.send(request("/")).has_value());
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(server->accepted() == 2);
}

TEST_CASE("http client: a kept connection that the peer has closed is replaced, once") {
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    constexpr auto ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    std::thread script([&] {
        {
            auto first = peer.accept();
            first.read_until("one");
            first.write(ok);
        } // closed without a word
        auto second = peer.accept();
        second.read_until("two");
        second.write(ok);
    });
    const auto one = upstream.send(request("/", "one"));
    const auto two = upstream.send(request("/", "two"));
    script.join();
    REQUIRE(one.has_value());
    REQUIRE(two.has_value());
    CHECK(two->body == "{}");
    CHECK_FALSE(peer.is_called());
}

TEST_CASE("http client: a kept connection that breaks with the request is repeated if it may be") {
    const bool may = GENERATE(true, false);
    CAPTURE(may);
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    int asked = 0;
    std::thread script([&] {
        {
            auto first = peer.accept();
            first.read_until("one");
            first.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
            first.read_until("two");
        } // took the request and answers nothing
        auto second = peer.accept();
        second.read_until("two"); // or the end, when nothing is written
        second.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
    });
    REQUIRE(upstream.send(request("/", "one")).has_value());
    const auto two = upstream.send(request("/", "two"), [&] {
        ++asked;
        return may;
    });
    script.join();
    CHECK(asked == 1);
    CHECK_FALSE(peer.is_called());
    if (may) {
        REQUIRE(two.has_value());
        CHECK(two->body == "two");
    } else {
        CHECK(kind_of(two) == client_errc::withheld);
        CHECK(upstream.metric("gatepost_upstream_connections{state=\"busy\"}") == "0");
        CHECK(upstream.metric("gatepost_upstream_connections{state=\"idle\"}") == "0");
    }
}

TEST_CASE("http client: a request is withheld that may not be sent when its connection is open") {
    running_server server;
    client upstream(plain(server.address().port));
    std::size_t open_when_asked = 0;
    const auto first = upstream.send(request("/"), [&] {
        open_when_asked = server->accepted();
        return false;
    });
    CHECK(kind_of(first) == client_errc::withheld);
    // On a kept connection there is nothing to wait for, and it is not asked again.
    REQUIRE(upstream.send(request("/")).has_value());
    CHECK(upstream.send(request("/"), [] { return false; }).has_value());
}

TEST_CASE("http client: interim answers are passed over, and none is taken for a later one") {
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&] {
        auto only = peer.accept();
        only.read_until("one");
        only.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
        only.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        only.read_until("two");
        only.write("HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\ntwo");
    });
    const auto one = upstream.send(request("/", "one"));
    const auto two = upstream.send(request("/", "two"));
    script.join();
    REQUIRE(one.has_value());
    CHECK(one->status == 200);
    CHECK(one->body == "one");
    REQUIRE(two.has_value());
    CHECK(two->status == 500);
    CHECK(two->body == "two");
}

TEST_CASE("http client: interim answers without end, or a switch of protocols, are a bad answer") {
    const std::string interim =
        GENERATE("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n");
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&] {
        auto only = peer.accept();
        only.read_until("one");
        for (int i = 0; i < 20; ++i) {
            only.write(interim);
        }
    });
    const auto one = upstream.send(request("/", "one"));
    script.join();
    CHECK(kind_of(one) == client_errc::answer);
}

TEST_CASE("http client: bytes that nobody asked for are not the next answer") {
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::promise<void> taken;
    std::promise<void> strayed;
    std::thread script([&] {
        auto first = peer.accept();
        first.read_until("one");
        first.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        taken.get_future().wait();
        first.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray");
        strayed.set_value();
        auto second = peer.accept();
        second.read_until("two");
        second.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
    });
    REQUIRE(upstream.send(request("/", "one")).has_value());
    taken.set_value();
    strayed.get_future().wait();
    const auto two = upstream.send(request("/", "two"));
    script.join();
    REQUIRE(two.has_value());
    CHECK(two->body == "two");
}

TEST_CASE("http client: bytes that nobody asked for are not the next answer, behind TLS either") {
    namespace asio = boost::asio;
    test::certificate shown("DNS:localhost");
    asio::io_context context(1);
    asio::ip::tcp::acceptor door(context, {asio::ip::address_v4::loopback(), 0});
    const auto answer = [](const std::string& body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    };
    client upstream(over_tls(door.local_endpoint().port(), shown.file()));
    std::thread script([&] {
        // What is sent to each connection, each text in a record of its own but all in one segment.
        const std::vector<std::vector<std::string>> told{{answer("one"), answer("stray")},
                                                         {answer("two")}};
        std::vector<asio::ssl::stream<asio::ip::tcp::socket>> held;
        for (const auto& records : told) {
            auto& each = held.emplace_back(door.accept(), *shown.server());
            boost::system::error_code failed;
            each.handshake(asio::ssl::stream_base::server, failed);
            std::array<char, 4096> bytes{};
            each.read_some(asio::buffer(bytes), failed);
            using cork = asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_CORK>;
            each.next_layer().set_option(cork(true), failed);
            for (const auto& record : records) {
                asio::write(each, asio::buffer(record), failed);
            }
            each.next_layer().set_option(cork(false), failed);
        }
    });
    REQUIRE(upstream.send(request("/", "one")).has_value());
    const auto two = upstream.send(request("/", "two"));
    // Lets the script end should no second connection have come.
    asio::ip::tcp::socket(context).connect(door.local_endpoint());
    script.join();
    REQUIRE(two.has_value());
    CHECK(two->body == "two");
}

TEST_CASE("http client: a name is looked up, and one that does not exist is said so") {
    running_server server;
    auto options = plain(server.address().port);
    options.endpoint.host = "localhost";
    client by_name(options);
    CHECK(by_name.send(request("/")).has_value());
    options.endpoint.host = "no-such-host.invalid"; // RFC 6761: never exists
    client nobody(options);
    const auto answer = nobody.send(request("/"));
    REQUIRE(answer.has_error());
    CHECK((kind_of(answer) == client_errc::resolve || kind_of(answer) == client_errc::timeout));
    CHECK(answer.error().detail.starts_with("name look-up: "));
}

TEST_CASE("http client: an answer that breaks off is not asked for again") {
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&] {
        auto only = peer.accept();
        only.read_until("one");
        only.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        only.read_until("two");
        only.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    });
    REQUIRE(upstream.send(request("/", "one")).has_value());
    const auto two = upstream.send(request("/", "two"));
    script.join();
    CHECK(kind_of(two) == client_errc::broken);
    CHECK_FALSE(peer.is_called());
}

TEST_CASE("http client: a new connection that is closed without an answer is not tried again") {
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&] { peer.accept().read_until("one"); });
    CHECK(kind_of(upstream.send(request("/", "one"))) == client_errc::broken);
    script.join();
    CHECK_FALSE(peer.is_called());
}

TEST_CASE("http client: an answer with Connection: close is the connection's last") {
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&] {
        for (const auto* body : {"one", "two"}) {
            auto each = peer.accept();
            each.read_until(body);
            each.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
        }
    });
    CHECK(upstream.send(request("/", "one")).has_value());
    CHECK(upstream.metric("gatepost_upstream_connections{state=\"idle\"}") == "0");
    CHECK(upstream.send(request("/", "two")).has_value());
    script.join();
}

TEST_CASE("http client: an answer that does not come is a timeout") {
    running_server server;
    auto options = plain(server.address().port);
    options.request_timeout = 50ms;
    client upstream(options);
    CHECK(kind_of(upstream.send(request("/wait"))) == client_errc::timeout);
    CHECK(upstream.metric("gatepost_upstream_connections{state=\"idle\"}") == "0");
    CHECK(upstream.metric("gatepost_upstream_connections{state=\"busy\"}") == "0");
}

TEST_CASE("http client: nobody listening is a failure to connect") {
    const auto port = test::scripted_peer().port();
    client upstream(plain(port));
    CHECK(kind_of(upstream.send(request("/"))) == client_errc::connect);
}

TEST_CASE("http client: an answer that is too large or no HTTP is a bad answer") {
    running_server server;
    auto options = plain(server.address().port);
    options.max_answer = core::byte_size{99'999};
    CHECK(kind_of(client(options).send(request("/large"))) == client_errc::answer);
    options.max_answer = core::byte_size{100'000};
    CHECK(client(options).send(request("/large")).has_value());

    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&] {
        auto only = peer.accept();
        only.read_until("body");
        only.write("SMTP ready\r\n\r\n");
    });
    CHECK(kind_of(upstream.send(request("/"))) == client_errc::answer);
    script.join();
}

TEST_CASE("http client: a reset instead of an answer is broken") {
    running_server server;
    client upstream(plain(server.address().port));
    CHECK(kind_of(upstream.send(request("/reset"))) == client_errc::broken);
}

TEST_CASE("http client: an answer that comes while the body is written counts, not the reset") {
    test::certificate shown("DNS:localhost");
    const bool tls = GENERATE(false, true);
    CAPTURE(tls);
    // Answers by the head, reads a little of what follows, and closes.
    running_server server({}, tls ? shown.server() : nullptr);
    const auto port = server.address().port;
    client upstream(tls ? over_tls(port, shown.file()) : plain(port));
    const auto answer = upstream.send(request("/refused", std::string(64 << 20, 'b')));
    REQUIRE(answer.has_value());
    CHECK(answer->status == 403);
    CHECK(upstream.metric("gatepost_upstream_connections{state=\"idle\"}") == "0");
}

TEST_CASE("http client: an early answer is a refusal; success cannot be for what did not arrive") {
    const auto [status, counts] = GENERATE(table<unsigned, bool>(
        {{200, false}, {202, false}, {302, true}, {401, true}, {413, true}, {429, true}}));
    CAPTURE(status);
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&, status = status] {
        auto only = peer.accept();
        only.read_until("bbb");
        only.write("HTTP/1.1 " + std::to_string(status) +
                   " Early\r\nContent-Length: 10\r\n\r\n{\"code\":0}");
    });
    const auto answer = upstream.send(request("/", std::string(64 << 20, 'b')));
    script.join();
    if (counts) {
        REQUIRE(answer.has_value());
        CHECK(answer->status == status);
    } else {
        CHECK(kind_of(answer) == client_errc::broken);
    }
}

TEST_CASE("http client: a peer that closes in the middle of the body says nothing: broken") {
    test::scripted_peer peer;
    client upstream(plain(peer.port()));
    std::thread script([&] { peer.accept().read_until("bbb"); });
    CHECK(kind_of(upstream.send(request("/", std::string(64 << 20, 'b')))) == client_errc::broken);
    script.join();
    CHECK_FALSE(peer.is_called());
}

TEST_CASE("http client: a redirect is an answer like any other") {
    running_server server;
    client upstream(plain(server.address().port));
    const auto answer = upstream.send(request("/moved"));
    REQUIRE(answer.has_value());
    CHECK(answer->status == 302);
    CHECK(server->accepted() == 1);
}

TEST_CASE("http client: Retry-After is read in seconds and as a date") {
    test::scripted_peer peer;
    const auto wait = [&](const std::string& value) {
        client upstream(plain(peer.port()));
        std::thread script([&] {
            auto only = peer.accept();
            only.read_until("body");
            only.write("HTTP/1.1 503 Later\r\nRetry-After: " + value +
                       "\r\nContent-Length: 0\r\n\r\n");
        });
        const auto answer = upstream.send(request("/"));
        script.join();
        REQUIRE(answer.has_value());
        CHECK(answer->status == 503);
        return answer->retry_after;
    };
    CHECK(wait("7") == 7s);
    CHECK(wait("Sun, 06 Nov 1994 08:49:37 GMT") == 0s);
    CHECK(wait("Fri, 31 Dec 2100 23:59:59 GMT") > std::chrono::hours(24 * 365));
    CHECK_FALSE(wait("soon"));
    CHECK_FALSE(wait("-1"));
}
