// The way through an HTTP proxy. The endpoint's name exists nowhere: only the proxy is asked for
// it.
#include "certificate.hpp"
#include "client.hpp"
#include "forwarding_proxy.hpp"
#include "running_server.hpp"
#include "scripted_peer.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <thread>

using namespace gatepost;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using net::client_errc;
using test::client;
using test::forwarding_proxy;
using test::kind_of;
using test::over_tls;
using test::request;
using test::running_server;

namespace {

net::client_options through(std::uint16_t proxy, const std::string& ca_file,
                            const std::string& credentials = "",
                            const std::string& host = "upstream.invalid") {
    auto options = over_tls(443, ca_file, host);
    options.proxy = net::proxy{
        .host = "127.0.0.1", .port = proxy, .credentials = core::secret_string(credentials)};
    return options;
}

} // namespace

TEST_CASE("proxy: TLS to the endpoint goes through one tunnel, which is kept for many requests") {
    test::certificate shown("DNS:upstream.invalid");
    running_server server({}, shown.server());
    forwarding_proxy proxy(server.address().port);
    {
        client upstream(through(proxy.port(), shown.file()));
        for (const auto* const target : {"/1", "/2"}) {
            const auto answer = upstream.send(request(target, "event"));
            REQUIRE(answer.has_value());
            CHECK(answer->body == "POST " + std::string(target) + " event");
        }
        CHECK(upstream.metric("gatepost_upstream_handshakes_total") == "1");
    }
    REQUIRE(proxy.asked().size() == 1);
    CHECK_THAT(proxy.asked()[0], StartsWith("CONNECT upstream.invalid:443 HTTP/1.1\r\n"
                                            "Host: upstream.invalid:443\r\n"));
    CHECK_THAT(proxy.asked()[0], !Contains("Proxy-Authorization"));
    CHECK_THAT(proxy.asked()[0], !Contains("Access-Token"));
}

TEST_CASE("proxy: credentials are sent as Basic, to the proxy alone") {
    test::certificate shown("DNS:upstream.invalid");
    running_server server({}, shown.server());
    forwarding_proxy proxy(server.address().port);
    CHECK(client(through(proxy.port(), shown.file(), "Aladdin:open sesame")) // RFC 7617 section 2
              .send(request("/"))
              .has_value());
    REQUIRE(proxy.asked().size() == 1);
    CHECK_THAT(proxy.asked()[0],
               Contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
}

TEST_CASE("proxy: the certificate has to be the endpoint's, not the proxy's") {
    test::certificate shown("IP:127.0.0.1,DNS:localhost");
    running_server server({}, shown.server());
    forwarding_proxy proxy(server.address().port);
    const auto answer = client(through(proxy.port(), shown.file())).send(request("/"));
    CHECK(kind_of(answer) == client_errc::tls);
    CHECK_THAT(answer.error().detail, StartsWith("certificate is not valid for the host"));
}

TEST_CASE("proxy: a certificate is for the name without the dot that may end it") {
    test::certificate shown("DNS:upstream.invalid");
    running_server server({}, shown.server());
    forwarding_proxy proxy(server.address().port);
    CHECK(client(through(proxy.port(), shown.file(), "", "upstream.invalid."))
              .send(request("/"))
              .has_value());
}

TEST_CASE("proxy: an IPv6 address stands in brackets in CONNECT") {
    test::certificate shown("IP:2001:db8::7");
    running_server server({}, shown.server());
    forwarding_proxy proxy(server.address().port);
    CHECK(client(through(proxy.port(), shown.file(), "", "2001:db8::7"))
              .send(request("/"))
              .has_value());
    REQUIRE(proxy.asked().size() == 1);
    CHECK_THAT(proxy.asked()[0], StartsWith("CONNECT [2001:db8::7]:443 HTTP/1.1\r\n"
                                            "Host: [2001:db8::7]:443\r\n"));
}

TEST_CASE("proxy: any 2xx opens the tunnel, whatever length its head speaks of") {
    test::certificate shown("DNS:upstream.invalid");
    running_server server({}, shown.server());
    // RFC 9110 section 9.3.6: no body, Content-Length and Transfer-Encoding are ignored.
    const std::string head =
        GENERATE("HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 299 Fine\r\nContent-Length: 5\r\n\r\n",
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                 "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    CAPTURE(head);
    forwarding_proxy proxy(server.address().port, head, forwarding_proxy::forwards);
    CHECK(client(through(proxy.port(), shown.file())).send(request("/")).has_value());
}

TEST_CASE("proxy: a refused tunnel is a failure with the status and nothing else of the answer") {
    test::certificate shown("DNS:upstream.invalid");
    const auto [says, detail] = GENERATE(table<std::string, std::string>({
        {"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
         "realm=\"secret\"\r\nContent-Length: 6\r\n\r\nsecret",
         "proxy: HTTP 407: it wants other credentials, or some"},
        {"HTTP/1.1 403 secret\r\n\r\n", "proxy: HTTP 403 instead of a tunnel"},
        {"HTTP/1.1 502 secret\r\nContent-Length: 6\r\n\r\nsecret",
         "proxy: HTTP 502 instead of a tunnel"},
        {"HTTP/1.1 302 secret\r\nLocation: http://secret/\r\n\r\n",
         "proxy: HTTP 302 instead of a tunnel"},
        {"HTTP/1.1 200 OK\r\n\r\nsecret", "proxy: bytes that nobody asked for"},
        {"", "proxy: closed instead of an answer"},
        {"HTTP/1.1 200 OK\r\nX: ", "proxy: closed instead of an answer"},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(65 * 1024, 'x') + "\r\n\r\n",
         "proxy: header limit exceeded"},
        {"220 secret SMTP\r\n\r\n", "proxy: bad version"},
    }));
    CAPTURE(says.substr(0, 40));
    forwarding_proxy proxy(0, says, forwarding_proxy::closes);
    client upstream(through(proxy.port(), shown.file(), "user:hidden"));
    const auto answer = upstream.send(request("/"));
    CHECK(kind_of(answer) == client_errc::proxy);
    CHECK(answer.error().detail == detail);
    CHECK(net::to_string(answer.error().kind) == "proxy");
    CHECK(upstream.metric("gatepost_upstream_connections{state=\"busy\"}") == "0");
}

TEST_CASE("proxy: one that does not answer, or cannot be reached, is told from the endpoint") {
    test::certificate shown("DNS:upstream.invalid");
    test::scripted_peer silent; // never accepts, the kernel does
    auto options = through(silent.port(), shown.file());
    options.connect_timeout = 50ms;
    const auto late = client(options).send(request("/"));
    CHECK(kind_of(late) == client_errc::timeout);
    CHECK(late.error().detail == "proxy: no answer in time");

    const auto nobody = test::scripted_peer().port();
    const auto refused = client(through(nobody, shown.file())).send(request("/"));
    CHECK(kind_of(refused) == client_errc::connect);
    CHECK(refused.error().detail == "proxy: Connection refused");

    options.proxy->host = "no-such-proxy.invalid";
    options.connect_timeout = 3s;
    const auto unknown = client(options).send(request("/"));
    REQUIRE(unknown.has_error());
    CHECK_THAT(unknown.error().detail, StartsWith("proxy: name look-up: "));
}

TEST_CASE("proxy: loopback is never proxied") {
    running_server server;
    auto options = test::plain(server.address().port);
    options.proxy =
        net::proxy{.host = "127.0.0.1", .port = test::scripted_peer().port(), .credentials = {}};
    CHECK(client(options).send(request("/")).has_value());
}
