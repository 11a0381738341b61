#include "running_server.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <support/command.hpp>
#include <support/eventually.hpp>
#include <support/http_connection.hpp>
#include <support/temporary_directory.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace gatepost;
using test::http_connection;
using test::running_server;

namespace {

const std::string head = " HTTP/1.1\r\nHost: localhost\r\n";

std::string get(const std::string& target) {
    return "GET " + target + head + "\r\n";
}

std::string sized(const std::string& target, const std::string& body) {
    return "POST " + target + head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

} // namespace

TEST_CASE("http server: a connection is kept for many requests") {
    running_server server;
    http_connection client(server.url());
    for (int i = 0; i < 20; ++i) {
        const auto target = "/request/" + std::to_string(i);
        const auto answer = client.get(target);
        REQUIRE(answer.status == 200);
        CHECK(answer.body == "GET " + target + " ");
        CHECK(answer.headers.at("content-type") == "text/plain");
    }
    CHECK(server->accepted() == 1);
    CHECK(server->connections() == 1);
}

TEST_CASE("http server: a connection is closed when the client asks for it") {
    running_server server;
    http_connection client(server.url());
    CHECK(client.request("GET", "/", {{"Connection", "close"}}, "").headers.at("connection") ==
          "close");
    CHECK(client.closed());
    CHECK(test::eventually([&] { return server->connections() == 0; }));
}

TEST_CASE("http server: requests written together are answered one after the other") {
    running_server server;
    http_connection client(server.url());
    REQUIRE(client.send(sized("/1", "one") + get("/2") + sized("/3", "three")));
    CHECK(client.receive().body == "POST /1 one");
    CHECK(client.receive().body == "GET /2 ");
    CHECK(client.receive().body == "POST /3 three");
}

TEST_CASE("http server: a request may come byte by byte") {
    running_server server;
    http_connection client(server.url());
    for (const char byte : sized("/slow", "body")) {
        REQUIRE(client.send({&byte, 1}));
    }
    CHECK(client.receive().body == "POST /slow body");
}

TEST_CASE("http server: a chunked body is put together, with extensions and trailers") {
    running_server server;
    http_connection client(server.url());
    REQUIRE(client.send("POST /" + head + "Transfer-Encoding: chunked\r\n\r\n" +
                        "3;name=value\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n" +
                        get("/next")));
    CHECK(client.receive().body == "POST / abc0123456789");
    CHECK(client.receive().body == "GET /next ");
}

TEST_CASE("http server: an empty body is a body") {
    running_server server;
    http_connection client(server.url());
    CHECK(client.post("/", "").body == "POST / ");
    REQUIRE(client.send("POST /" + head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
    CHECK(client.receive().body == "POST / ");
}

TEST_CASE("http server: a client that expects it is told to go on, then answered") {
    running_server server;
    http_connection client(server.url());
    REQUIRE(client.send("POST /" + head + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n"));
    CHECK(client.receive().status == 100);
    REQUIRE(client.send("body"));
    CHECK(client.receive().body == "POST / body");
}

TEST_CASE("http server: a client that expects to go on is refused before it sends its body") {
    running_server server({.max_body = core::kibibytes(1)});
    const std::string expect = "Expect: 100-continue\r\nContent-Length: ";
    http_connection refused(server.url());
    REQUIRE(refused.send("POST /refused" + head + expect + "4\r\n\r\n"));
    CHECK(refused.receive().status == 403);
    http_connection too_large(server.url());
    REQUIRE(too_large.send("POST /" + head + expect + "1025\r\n\r\n"));
    CHECK(too_large.receive().status == 413);
}

TEST_CASE("http server: a gzip body is unpacked before it is handed on") {
    running_server server;
    http_connection client(server.url());
    const auto packed = test::output_of("gzip -cn", "packed text");
    CHECK(client.post("/", packed, {{"Content-Encoding", "gzip"}}).body == "POST / packed text");
    CHECK(client.post("/", "plain", {{"Content-Encoding", "identity"}}).body == "POST / plain");
}

TEST_CASE("http server: HEAD is answered with the head alone") {
    running_server server;
    http_connection client(server.url());
    REQUIRE(client.send("HEAD /" + head + "\r\n" + get("/next")));
    const auto answer = client.receive();
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("content-length") == "7");
    CHECK(answer.body == "HTTP/1."); // the next answer begins where a body would
}

TEST_CASE("http server: IPv6 loopback is served") {
    const auto lists_loopback = test::output_of("cat /proc/net/if_inet6 2>/dev/null || true", "");
    if (lists_loopback.find("00000000000000000000000000000001") == std::string::npos) {
        WARN("this machine has no IPv6 loopback");
        return;
    }
    running_server server({}, nullptr, "::1");
    CHECK(server.url().starts_with("http://[::1]:"));
    http_connection client(server.url());
    CHECK(client.get("/6").body == "GET /6 ");
}

TEST_CASE("http server: a Unix socket has the mode asked for, and goes with the server") {
    const test::temporary_directory directory;
    const auto path = directory.file("ingest.sock");
    {
        running_server server;
        server->listen_unix(path, 0620);
        struct stat found {};
        REQUIRE(stat(path.c_str(), &found) == 0);
        CHECK(S_ISSOCK(found.st_mode));
        CHECK((found.st_mode & 0777) == 0620);
        http_connection client("unix:" + path);
        CHECK(client.get("/unix").body == "GET /unix ");
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("http server: a Unix socket left over from a killed process is replaced") {
    const test::temporary_directory directory;
    const auto path = directory.file("ingest.sock");
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    const int left_over = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(left_over, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0);
    close(left_over);

    running_server server;
    server->listen_unix(path, 0600);
    CHECK(http_connection("unix:" + path).get("/").status == 200);
    // One that somebody serves is not taken away from him.
    running_server second;
    CHECK_THROWS(second->listen_unix(path, 0600));
    CHECK(http_connection("unix:" + path).get("/").status == 200);
}

TEST_CASE("http server: an address that is taken is an error") {
    running_server server;
    CHECK_THROWS(server->listen(server.address()));
}

TEST_CASE("http server: draining answers what is under way and takes nothing more") {
    running_server server;
    http_connection idle(server.url());
    REQUIRE(idle.get("/").status == 200);
    http_connection busy(server.url());
    REQUIRE(busy.send(get("/wait") + get("/never")));
    server.handler().wait_until_entered();

    server->drain();
    CHECK(idle.closed());
    server.release();
    const auto answer = busy.receive();
    CHECK(answer.status == 200);
    CHECK(answer.body == "GET /wait ");
    CHECK(answer.headers.at("connection") == "close");
    CHECK(busy.receive().status == 0);
    CHECK_THROWS(http_connection(server.url()));
    CHECK(test::eventually([&] { return server->connections() == 0; }));
}

TEST_CASE("http server: an answer may be a reset, for a stand-in that misbehaves") {
    running_server server;
    http_connection client(server.url());
    CHECK(client.get("/reset").status == 0);
    CHECK(client.closed());
}
