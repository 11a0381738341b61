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

TEST_CASE("http limits: a crowd whose time is over is shown out a few at a time") {
    running_server server({.request_timeout = 300ms});
    constexpr std::size_t crowd = 160;
    std::vector<http_connection> slow;
    for (std::size_t i = 0; i < crowd; ++i) {
        REQUIRE(slow.emplace_back(server.url()).send("G"));
    }
    REQUIRE(test::eventually([&] { return server.handler().refusals().size() == crowd; }, 10s));
    // At most 16 at a look and 5 ms to the next: ten looks, of which the first may be late to tell.
    const auto at = server.handler().refused_at();
    CHECK(at.back() - at.front() >= 8 * 5ms);
    for (auto& each : slow) {
        CHECK(each.receive().status == 408);
    }
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

TEST_CASE("http limits: one connection more than allowed ends the one that is idle longest") {
    running_server server({.max_connections = 3});
    http_connection silent(server.url()); // has never asked
    REQUIRE(test::eventually([&] { return server->connections() == 1; }));
    http_connection first(server.url());
    REQUIRE(first.get("/").status == 200);
    http_connection second(server.url());
    REQUIRE(second.get("/").status == 200);
    CHECK(http_connection(server.url()).get("/").status == 200);
    CHECK(silent.closed());
    REQUIRE(test::eventually([&] { return server->connections() == 2; }));
    // Who asks again is at the end of the line again.
    REQUIRE(first.get("/").status == 200);
    http_connection third(server.url());
    REQUIRE(third.get("/").status == 200);
    http_connection fourth(server.url());
    CHECK(fourth.get("/").status == 200);
    CHECK(second.closed());
    CHECK(first.get("/").status == 200);
    CHECK(third.get("/").status == 200);
}

TEST_CASE("http limits: who does not get on with a head makes way for who asks") {
    running_server server({.max_connections = 1, .request_timeout = 60s});
    http_connection slow(server.url());
    REQUIRE(slow.send("GET /" + head));
    REQUIRE(test::eventually([&] { return server->connections() == 1; }));
    // Not at once: a slow network may take a moment.
    CHECK(test::eventually([&] { return http_connection(server.url()).get("/").status == 200; },
                           10s));
    CHECK(slow.receive().status == 0);
}

TEST_CASE("http limits: a head that took its time is a request like any other") {
    running_server server({.max_connections = 1});
    http_connection slow(server.url());
    REQUIRE(slow.send("GET /wait HTTP/1.1\r\n"));
    REQUIRE(test::eventually([&] { return server->connections() == 1; }));
    REQUIRE(slow.send("Host: localhost\r\n\r\n"));
    server.handler().wait_until_entered();
    CHECK(http_connection(server.url()).get("/").status == 503);
    server.release();
    CHECK(slow.receive().status == 200);
}

TEST_CASE("http limits: an idle connection whose request has come keeps its place") {
    boost::asio::io_context context(1); // run by this thread alone, step by step
    test::echo handler(context);
    net::http_server served({{&context, &handler}}, {.max_connections = 2});
    const auto url = "http://" + served.listen({"127.0.0.1", 0}).authority();
    http_connection asking(url);
    context.run_for(20ms);
    http_connection silent(url);
    context.run_for(20ms);
    REQUIRE(served.connections() == 2);
    REQUIRE(asking.send("GET /asked" + head + "\r\n"));
    http_connection newcomer(url);
    REQUIRE(newcomer.send("GET /new" + head + "\r\n"));
    context.run_for(50ms);
    CHECK(asking.receive().body == "GET /asked ");
    CHECK(newcomer.receive().body == "GET /new ");
    CHECK(silent.closed());
    served.abort();
    context.run();
}

TEST_CASE("http limits: when none is idle, one more is answered 503, and the answer arrives") {
    running_server server({.max_connections = 1});
    http_connection busy(server.url());
    REQUIRE(busy.send("GET /wait" + head + "\r\n"));
    server.handler().wait_until_entered();
    {
        http_connection more(server.url());
        REQUIRE(more.send("POST /" + head + "Content-Length: 900000\r\n\r\n" +
                          std::string(900'000, 'x')));
        const auto answer = more.receive();
        CHECK(answer.status == 503);
        CHECK(answer.headers.at("retry-after") == "1");
        CHECK(more.closed());
    }
    CHECK(server.handler().refusals() == std::vector<std::string>{"too_many_connections"});
    server.release();
    CHECK(busy.receive().status == 200);
    CHECK(http_connection(server.url()).get("/").status == 200);
}

TEST_CASE("http limits: a crowd that is turned away is answered, whether or not it may linger") {
    running_server server({.max_connections = 1});
    http_connection busy(server.url());
    REQUIRE(busy.send("GET /wait" + head + "\r\n"));
    server.handler().wait_until_entered();
    std::vector<http_connection> crowd;
    for (int i = 0; i < 100; ++i) {
        crowd.emplace_back(server.url());
    }
    for (auto& each : crowd) {
        CHECK(each.receive().status == 503);
        CHECK(each.closed());
    }
    CHECK(server->connections() == 1);
}

TEST_CASE("http limits: a refused connection counts while it lingers, and not for ever") {
    running_server server({.max_connections = 1});
    http_connection refused(server.url());
    REQUIRE(refused.send("POST /refused" + head + "Content-Length: 9\r\n\r\n"));
    REQUIRE(refused.receive().status == 403);
    CHECK(http_connection(server.url()).receive().status == 503);
    // It neither sends nor closes.
    CHECK(test::eventually([&] { return server->connections() == 0; }, 10s));
    CHECK(http_connection(server.url()).get("/").status == 200);
}

TEST_CASE("http limits: whoever does not read his answer is cut off") {
    running_server server({.request_timeout = 300ms});
    http_connection client(server.url());
    std::string all;
    for (int i = 0; i < 200; ++i) {
        all += "GET /large" + head + "\r\n"; // 20 MB of answers
    }
    client.send(all);
    CHECK(test::eventually([&] { return server->connections() == 0; }, 10s));
    CHECK(server.handler().answered() < 200);
}

TEST_CASE("http limits: large bodies under way are bounded together, small ones are always taken") {
    running_server server({.max_body = core::mebibytes(1), .max_bodies = core::mebibytes(1)});
    const std::string large = std::to_string(1 << 20);
    std::vector<http_connection> slow;
    // Four of the greatest and no more, whatever max_bodies says; 64 KiB of each are free.
    for (int i = 0; i < 4; ++i) {
        REQUIRE(slow.emplace_back(server.url())
                    .send("POST /wait" + head + "Content-Length: " + large + "\r\n\r\n" +
                          std::string(1 << 20, 'x')));
    }
    server.handler().wait_until_entered(4);
    http_connection more(server.url());
    REQUIRE(more.send("POST /" + head + "Content-Length: " + large + "\r\n\r\n" +
                      std::string(400'000, 'x')));
    const auto refused = more.receive();
    CHECK(refused.status == 503);
    CHECK(code_of(refused) == "too_many_bodies");
    CHECK(refused.headers.at("retry-after") == "1");
    http_connection in_chunks(server.url());
    in_chunks.send("POST /" + head + "Transfer-Encoding: chunked\r\n\r\n80000\r\n" +
                   std::string(0x80000, 'x'));
    CHECK(in_chunks.receive().status == 503);
    http_connection packed(server.url());
    CHECK(packed
              .post("/", test::output_of("gzip -cn", std::string(1'000'000, 'x')),
                    {{"Content-Encoding", "gzip"}})
              .status == 503);
    CHECK(packed.get("/").status == 200);
    CHECK(http_connection(server.url()).post("/", std::string(65'536, 'x')).status == 200);
    // What one gives back another may have.
    server.release();
    REQUIRE(test::eventually([&] {
        return http_connection(server.url()).post("/", std::string(1 << 20, 'x')).status == 200;
    }));
}

TEST_CASE("http limits: a body that is announced and does not come holds nothing") {
    running_server server({.max_body = core::mebibytes(1), .max_bodies = core::mebibytes(1)});
    std::vector<http_connection> announcing;
    for (int i = 0; i < 20; ++i) {
        REQUIRE(
            announcing.emplace_back(server.url())
                .send("POST /" + head + "Expect: 100-continue\r\nContent-Length: 1048576\r\n\r\n"));
        REQUIRE(announcing.back().receive().status == 100);
    }
    CHECK(http_connection(server.url()).post("/", std::string(1 << 20, 'x')).status == 200);
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
