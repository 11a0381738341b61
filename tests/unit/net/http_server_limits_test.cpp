#include "running_server.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <support/command.hpp>
#include <support/eventually.hpp>
#include <support/http_connection.hpp>

using namespace gatepost;
using namespace std::chrono_literals;
using test::http_connection;
using test::running_server;

namespace {

const std::string head = " HTTP/1.1\r\nHost: localhost\r\n";

std::string code_of(const test::http_answer& answer) {
    const auto body = core::json::parse(answer.body);
    return body ? std::string(body->root().find("error").find("code").text()) : "not JSON";
}

// Refused, said so, and closed.
void check_refused(http_connection& client, int status, const std::string& code) {
    const auto answer = client.receive();
    CHECK(answer.status == status);
    CHECK(code_of(answer) == code);
    CHECK(answer.headers.at("connection") == "close");
    CHECK(client.closed());
}

} // namespace

TEST_CASE("http limits: a body of the greatest size is taken, one byte more is 413") {
    running_server server({.max_body = core::kibibytes(1)});
    http_connection client(server.url());
    CHECK(client.post("/", std::string(1024, 'x')).status == 200);
    REQUIRE(client.send("POST /" + head + "Content-Length: 1025\r\n\r\n"));
    check_refused(client, 413, "too_large");
}

TEST_CASE("http limits: chunks that add up to too much are 413") {
    running_server server({.max_body = core::kibibytes(1)});
    http_connection client(server.url());
    REQUIRE(client.send("POST /" + head + "Transfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 5; ++i) {
        REQUIRE(client.send("100\r\n" + std::string(256, 'x') + "\r\n"));
    }
    check_refused(client, 413, "too_large");
}

TEST_CASE("http limits: a body that unpacks to too much is 413, and the connection lives on") {
    running_server server({.max_body = core::kibibytes(1)});
    http_connection client(server.url());
    const auto packed = test::output_of("gzip -cn", std::string(1025, 'x'));
    const auto answer = client.post("/", packed, {{"Content-Encoding", "gzip"}});
    CHECK(answer.status == 413);
    CHECK(code_of(answer) == "too_large");
    CHECK(client.get("/").status == 200);
}

TEST_CASE("http limits: a body that is not gzip though it says so is 400") {
    running_server server;
    http_connection client(server.url());
    const auto answer = client.post("/", "plain", {{"Content-Encoding", "gzip"}});
    CHECK(answer.status == 400);
    CHECK(code_of(answer) == "invalid_gzip");
    CHECK(client.get("/").status == 200);
}

TEST_CASE("http limits: another content encoding is 415") {
    running_server server;
    const auto coding = GENERATE(as<std::string>(), "br", "deflate", "gzip, gzip");
    http_connection client(server.url());
    REQUIRE(client.send("POST /" + head + "Content-Encoding: " + coding +
                        "\r\nContent-Length: 1\r\n\r\nx"));
    check_refused(client, 415, "unsupported_encoding");
}

TEST_CASE("http limits: a head that is too large is 431") {
    running_server server({.max_header = core::kibibytes(1)});
    const auto large =
        GENERATE(std::string("GET /" + head + "X: " + std::string(2048, 'x') + "\r\n\r\n"),
                 std::string("GET /" + std::string(2048, 'x') + head + "\r\n"),
                 std::string("GET /" + head + "X: " + std::string(100'000, 'x'))); // has no end
    http_connection client(server.url());
    client.send(large);
    check_refused(client, 431, "header_too_large");
}

TEST_CASE("http limits: a request that takes too long to arrive is 408") {
    running_server server({.request_timeout = 100ms});
    const auto beginning = GENERATE_COPY(
        std::string("P"), "POST /" + head, "POST /" + head + "Content-Length: 4\r\n\r\nbod",
        "POST /" + head + "Transfer-Encoding: chunked\r\n\r\n1\r\n");
    http_connection client(server.url());
    REQUIRE(client.send(beginning));
    check_refused(client, 408, "timeout");
}

TEST_CASE("http limits: sending a little now and then does not put the deadline off") {
    running_server server({.request_timeout = 200ms});
    http_connection client(server.url());
    REQUIRE(client.send("GET /" + head));
    // Each byte comes well within the time; together they never end.
    const auto answered = [&] { return !client.send("x") || server->connections() == 0; };
    CHECK(test::eventually(answered, 10s));
}

TEST_CASE("http limits: an idle connection is closed without a word") {
    running_server server({.idle_timeout = 100ms});
    http_connection fresh(server.url());
    CHECK(fresh.receive().status == 0);
    http_connection used(server.url());
    REQUIRE(used.get("/").status == 200);
    CHECK(used.closed());
}

TEST_CASE("http limits: the handler's own time is not the request's") {
    running_server server({.request_timeout = 100ms});
    http_connection client(server.url());
    http_connection slow(server.url());
    REQUIRE(client.send("GET /wait" + head + "\r\n"));
    server.handler().wait_until_entered();
    // Another connection runs into the deadline meanwhile.
    REQUIRE(slow.send("G"));
    REQUIRE(slow.receive().status == 408);
    server.release();
    CHECK(client.receive().body == "GET /wait ");
}

TEST_CASE("http limits: what is no HTTP/1.1 request is 400") {
    running_server server;
    const auto garbage = GENERATE(
        as<std::string>(), "garbage\r\n\r\n", "\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        "Content-Length: 1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    CAPTURE(garbage);
    http_connection client(server.url());
    REQUIRE(client.send(garbage));
    check_refused(client, 400, "bad_request");
}

TEST_CASE("http limits: a body without a length is 411") {
    running_server server;
    http_connection client(server.url());
    REQUIRE(client.send("POST /" + head + "\r\n"));
    check_refused(client, 411, "length_required");
}

TEST_CASE("http limits: a refusal arrives although a large body is being sent") {
    running_server server({.max_body = core::mebibytes(64)});
    const auto target = GENERATE(as<std::string>(), "/refused", "/");
    const auto length = target == "/" ? "67108865" : "1000000";
    http_connection client(server.url());
    REQUIRE(client.send("POST " + target + head + "Content-Length: " + length + "\r\n\r\n" +
                        std::string(900'000, 'x')));
    CHECK(client.receive().status == (target == "/" ? 413 : 403));
}

TEST_CASE("http limits: one connection more than allowed is answered 503 and closed") {
    running_server server({.max_connections = 2});
    http_connection first(server.url());
    http_connection second(server.url());
    REQUIRE(first.get("/").status == 200);
    REQUIRE(second.get("/").status == 200);
    {
        http_connection third(server.url());
        const auto answer = third.receive();
        CHECK(answer.status == 503);
        CHECK(answer.headers.contains("retry-after"));
        CHECK(third.closed());
    }
    CHECK(first.get("/").status == 200);
    { const auto leaving = std::move(second); }
    REQUIRE(test::eventually([&] { return server->connections() == 1; }));
    CHECK(http_connection(server.url()).get("/").status == 200);
}

TEST_CASE("http limits: a client that goes away in the middle leaves nothing behind") {
    running_server server;
    const auto beginning =
        GENERATE_COPY(std::string("PO"), "POST /" + head + "Content-Length: 4\r\n\r\nbo",
                      "POST /" + head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab");
    {
        http_connection client(server.url());
        REQUIRE(client.send(beginning));
        REQUIRE(test::eventually([&] { return server->connections() == 1; }));
    }
    CHECK(test::eventually([&] { return server->connections() == 0; }));
    CHECK(http_connection(server.url()).get("/").status == 200);
}
