// What must not be taken for the upstream: each time nothing of the request leaves.
#include "certificate.hpp"
#include "client.hpp"
#include "scripted_peer.hpp"
#include "tls_peer.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <support/temporary_directory.hpp>
#include <thread>

using namespace gatepost;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using net::client_errc;
using test::client;
using test::kind_of;
using test::over_tls;
using test::request;

namespace {

// What the client says to a peer that shows this certificate.
std::string refusal(test::certificate& shown, const std::string& trusted,
                    const std::string& host = "127.0.0.1") {
    test::tls_peer peer(*shown.server());
    client upstream(over_tls(peer.port(), trusted, host));
    const auto answer = upstream.send(request("/"));
    CHECK(kind_of(answer) == client_errc::tls);
    CHECK(peer.heard().empty());
    CHECK(upstream.metric("gatepost_upstream_handshakes_total") == "0");
    return answer.error().detail;
}

// A server that speaks nothing newer than TLS 1.1.
void speak_only_1_1(boost::asio::ssl::context& server) {
    SSL_CTX_set_min_proto_version(server.native_handle(), TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(server.native_handle(), TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(server.native_handle(), "DEFAULT:@SECLEVEL=0");
}

} // namespace

TEST_CASE("http client: trust anchors that cannot be read end the start") {
    const test::temporary_directory directory;
    CHECK_THROWS(client(over_tls(443, directory.file("missing.pem"))));
    std::ofstream(directory.file("empty.pem"));
    CHECK_THROWS(client(over_tls(443, directory.file("empty.pem"))));
}

TEST_CASE("http client: a certificate that has expired or is not valid yet is refused") {
    const auto [from, until, reason] =
        GENERATE(table<std::chrono::seconds, std::chrono::seconds, std::string>(
            {{-48h, -1h, "certificate has expired"}, {1h, 48h, "certificate is not yet valid"}}));
    test::certificate shown("DNS:localhost,IP:127.0.0.1", test::certificate::validity{from, until});
    CHECK(refusal(shown, shown.file()) == reason);
}

TEST_CASE("http client: a certificate for another host is refused in words for people") {
    test::certificate shown("DNS:secret-name.example,IP:127.0.0.2");
    const std::string host = GENERATE("localhost", "127.0.0.1");
    const auto detail = refusal(shown, shown.file(), host);
    CHECK_THAT(detail, StartsWith("certificate is not valid for the host: "));
    CHECK_THAT(detail, !Contains("secret-name"));
}

TEST_CASE("http client: a certificate of an authority that is not trusted is refused") {
    test::certificate authority("DNS:authority.example");
    test::certificate shown("DNS:localhost,IP:127.0.0.1", authority);
    test::certificate other("DNS:localhost,IP:127.0.0.1");
    CHECK_THAT(refusal(shown, other.file()),
               StartsWith("certificate of an authority that is not trusted: unable to get local "
                          "issuer certificate"));
    CHECK_THAT(refusal(other, authority.file()),
               StartsWith("certificate of an authority that is not trusted: self-signed"));
    // The same one is taken when its authority is trusted.
    test::tls_peer peer(*shown.server());
    auto options = over_tls(peer.port(), authority.file(), "127.0.0.1");
    options.request_timeout = 200ms; // it never answers
    CHECK(kind_of(client(options).send(request("/"))) == client_errc::timeout);
    CHECK_THAT(peer.heard(), StartsWith("POST / HTTP/1.1\r\n"));
}

TEST_CASE("http client: a peer that speaks nothing newer than TLS 1.1 is refused") {
    test::certificate shown("DNS:localhost,IP:127.0.0.1");
    speak_only_1_1(*shown.server());
    CHECK_THAT(refusal(shown, shown.file()), StartsWith("TLS 1.2 or newer is needed: "));
}

TEST_CASE("http client: a downgrade to TLS 1.1 that a peer insists on is refused") {
    test::certificate trusted("DNS:localhost");
    test::scripted_peer peer;
    std::string heard;
    std::thread script([&] {
        auto only = peer.accept();
        // ServerHello (RFC 4346 section 7.4.1.3): TLS 1.1, no session,
        // TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA.
        const std::string hello =
            std::string("\x03\x02", 2) + std::string(32, 'r') + std::string("\x00\xC0\x09\x00", 4);
        const std::string message =
            std::string("\x02\x00\x00", 3) + static_cast<char>(hello.size()) + hello;
        only.write(std::string("\x16\x03\x02\x00", 4) + static_cast<char>(message.size()) +
                   message);
        heard = only.read_all();
    });
    client upstream(over_tls(peer.port(), trusted.file(), "127.0.0.1"));
    const auto answer = upstream.send(request("/"));
    script.join();
    CHECK(kind_of(answer) == client_errc::tls);
    CHECK_THAT(answer.error().detail, StartsWith("TLS 1.2 or newer is needed: "));
    CHECK_THAT(heard, !Contains("POST"));
}

TEST_CASE("http client: plain HTTP on the TLS port is a TLS failure that says so") {
    test::certificate trusted("DNS:localhost");
    test::scripted_peer peer;
    std::string heard;
    std::thread script([&] {
        auto only = peer.accept();
        only.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\nsecret");
        heard = only.read_all();
    });
    client upstream(over_tls(peer.port(), trusted.file(), "127.0.0.1"));
    const auto answer = upstream.send(request("/"));
    script.join();
    CHECK(kind_of(answer) == client_errc::tls);
    CHECK_THAT(answer.error().detail, StartsWith("the other end does not speak TLS: "));
    CHECK_THAT(answer.error().detail, !Contains("secret"));
    CHECK_THAT(heard, !Contains("POST"));
}

TEST_CASE("http client: a peer that closes in the handshake is a TLS failure that says so") {
    test::certificate trusted("DNS:localhost");
    test::scripted_peer peer;
    std::thread script([&] { peer.accept().read_until("\x16"); }); // closes with bytes unread
    client upstream(over_tls(peer.port(), trusted.file(), "127.0.0.1"));
    const auto answer = upstream.send(request("/"));
    script.join();
    CHECK(kind_of(answer) == client_errc::tls);
    CHECK_THAT(answer.error().detail, Contains("in the TLS handshake"));
}

TEST_CASE("http client: a handshake that does not go on is a timeout that says so") {
    test::certificate trusted("DNS:localhost");
    test::scripted_peer peer;
    std::string heard;
    std::thread script([&] { heard = peer.accept().read_all(); });
    auto options = over_tls(peer.port(), trusted.file(), "127.0.0.1");
    options.connect_timeout = 50ms;
    const auto answer = client(options).send(request("/"));
    script.join();
    CHECK(kind_of(answer) == client_errc::timeout);
    CHECK(answer.error().detail == "no TLS handshake in time");
    CHECK_THAT(heard, !Contains("POST"));
}

TEST_CASE("http client: a peer that wants a certificate of ours is a TLS failure") {
    test::certificate shown("DNS:localhost,IP:127.0.0.1");
    shown.server()->set_verify_mode(boost::asio::ssl::verify_peer |
                                    boost::asio::ssl::verify_fail_if_no_peer_cert);
    test::tls_peer peer(*shown.server());
    client upstream(over_tls(peer.port(), shown.file(), "127.0.0.1"));
    const auto answer = upstream.send(request("/"));
    CHECK(kind_of(answer) == client_errc::tls);
    CHECK_THAT(answer.error().detail, Contains("certificate required"));
    CHECK(peer.heard().empty());
}
