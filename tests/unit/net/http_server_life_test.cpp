// A server's beginning, change and end: sockets handed over, new limits, draining, and descriptors
// that have run out.
#include "running_server.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <support/eventually.hpp>
#include <support/http_connection.hpp>
#include <support/skipped.hpp>
#include <support/temporary_directory.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

using namespace gatepost;
using namespace std::chrono_literals;
using test::http_connection;
using test::running_server;

namespace {

const std::string head = " HTTP/1.1\r\nHost: localhost\r\n";

std::string get(const std::string& target) {
    return "GET " + target + head + "\r\n";
}

// A socket as systemd makes it, and a second descriptor of it, as systemd keeps one.
struct unit_socket {
    template <class Address>
    unit_socket(int family, const Address& where, socklen_t size)
        : descriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        REQUIRE(bind(descriptor, reinterpret_cast<const sockaddr*>(&where), size) == 0);
        REQUIRE(::listen(descriptor, 16) == 0);
        kept = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    }
    ~unit_socket() { close(kept); }
    unit_socket(const unit_socket&) = delete;
    unit_socket& operator=(const unit_socket&) = delete;

    int again() const { return fcntl(kept, F_DUPFD_CLOEXEC, 0); }

    int descriptor; // the server's
    int kept;
};

unit_socket on_loopback() {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return {AF_INET, where, sizeof(where)};
}

unit_socket on_unix(const std::string& path) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    return {AF_UNIX, where, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size())};
}

// A server whose thread is the test's: nothing happens before `run`.
struct standing_server {
    boost::asio::io_context context{1};
    test::echo handler{context};
    net::http_server server{{{&context, &handler}}, net::server_options()};
};

std::optional<std::string> no_shortage_here() {
#if __has_feature(undefined_behavior_sanitizer)
    return "the sanitizer looks at new types through a pipe, for which there is no descriptor left";
#else
    return std::nullopt;
#endif
}

// Leaves the process no descriptor but those it gives back.
class shortage {
  public:
    shortage() {
        REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
        const int highest = open("/dev/null", O_RDONLY | O_CLOEXEC);
        auto few = before_;
        few.rlim_cur = static_cast<rlim_t>(highest) + 8;
        REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
        taken_.push_back(highest);
        while (take_one()) {
        }
    }
    ~shortage() {
        end();
        setrlimit(RLIMIT_NOFILE, &before_);
    }
    shortage(const shortage&) = delete;
    shortage& operator=(const shortage&) = delete;

    bool take_one() {
        const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (next >= 0) {
            taken_.push_back(next);
        }
        return next >= 0;
    }
    void give_back_one() {
        close(taken_.back());
        taken_.pop_back();
    }
    void end() {
        while (!taken_.empty()) {
            give_back_one();
        }
    }

  private:
    rlimit before_{};
    std::vector<int> taken_;
};

std::chrono::nanoseconds processor_time() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace

TEST_CASE("http adopt: a TCP socket that listens already is served, and its address known") {
    const auto made = on_loopback();
    running_server server;
    const auto url = server->adopt(made.descriptor);
    sockaddr_in where{};
    socklen_t size = sizeof(where);
    REQUIRE(getsockname(made.kept, reinterpret_cast<sockaddr*>(&where), &size) == 0);
    CHECK(url == "http://127.0.0.1:" + std::to_string(ntohs(where.sin_port)));
    CHECK(http_connection(url).get("/inherited").body == "GET /inherited ");
    CHECK(http_connection(server.url()).get("/own").body == "GET /own ");
}

TEST_CASE("http adopt: an IPv6 address is told in brackets") {
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    where.sin6_addr = in6addr_loopback;
    const int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool there = bind(probe, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0;
    close(probe);
    if (!there) {
        WARN("this machine has no IPv6 loopback");
        return;
    }
    const unit_socket made(AF_INET6, where, sizeof(where));
    running_server server;
    const auto url = server->adopt(made.descriptor);
    CHECK(url.starts_with("http://[::1]:"));
    CHECK(http_connection(url).get("/6").body == "GET /6 ");
}

TEST_CASE("http adopt: a Unix socket is served and its file stays when the server goes") {
    const test::temporary_directory directory;
    const auto path = directory.file("ingest.sock");
    const auto made = on_unix(path);
    {
        running_server server;
        CHECK(server->adopt(made.descriptor) == "unix:" + path);
        CHECK(http_connection("unix:" + path).get("/unix").body == "GET /unix ");
    }
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("http adopt: whoever connects to a Unix socket is known by his user id") {
    const test::temporary_directory directory;
    const auto made = on_unix(directory.file("inherited.sock"));
    running_server server;
    server->adopt(made.descriptor);
    server->listen_unix(directory.file("own.sock"), 0600);
    const auto me = std::to_string(geteuid());
    CHECK(test::http_get("unix:" + directory.file("inherited.sock"), "/who").body == me);
    CHECK(test::http_get("unix:" + directory.file("own.sock"), "/who").body == me);
    CHECK(test::http_get(server.url(), "/who").body == "unknown");
}

TEST_CASE("http server: a Unix socket whose owner accepts nobody is an error at once") {
    const test::temporary_directory directory;
    const auto path = directory.file("full.sock");
    const auto made = on_unix(path);
    REQUIRE(listen(made.descriptor, 0) == 0);
    const http_connection waiting("unix:" + path); // all that fit
    running_server server;
    CHECK_THROWS(server->listen_unix(path, 0600));
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("http adopt: a Unix socket without a file is told as systemd writes it") {
    const auto name = "gatepost-test-" + std::to_string(getpid());
    const auto made = on_unix(std::string(1, '\0') + name);
    running_server server;
    CHECK(server->adopt(made.descriptor) == "unix:@" + name);
}

TEST_CASE("http adopt: what is no listening stream socket is refused") {
    running_server server;
    const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK_THROWS_AS(server->adopt(file), std::system_error);
    const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_THROWS_AS(server->adopt(silent), std::system_error);
    const int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK_THROWS_AS(server->adopt(datagrams), std::system_error);
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    CHECK_THROWS_AS(server->adopt(pair[0]), std::system_error);
    for (const int each : {file, silent, datagrams, pair[0], pair[1]}) {
        close(each);
    }
}

TEST_CASE("http adopt: who connects while nobody serves is answered by the next process") {
    const auto made = on_loopback();
    std::string url;
    {
        running_server first;
        url = first->adopt(made.descriptor);
        CHECK(http_connection(url).get("/first").status == 200);
        first->drain();
        REQUIRE(test::eventually([&] { return first->ended(); }));
    }
    http_connection between(url);
    REQUIRE(between.send(get("/between")));
    running_server second;
    second->adopt(made.again());
    CHECK(between.receive().body == "GET /between ");
}

TEST_CASE("http adopt: draining leaves the backlog to the next process") {
    const auto made = on_loopback();
    standing_server first;
    const auto url = first.server.adopt(made.descriptor);
    std::vector<http_connection> clients;
    for (int i = 0; i < 4; ++i) {
        REQUIRE(clients.emplace_back(url).send(get("/" + std::to_string(i))));
    }
    first.server.drain();
    first.context.run();
    CHECK(first.server.ended());
    REQUIRE(first.server.accepted() < clients.size());
    running_server second;
    second->adopt(made.again());
    for (std::size_t i = 0; i < clients.size(); ++i) {
        CHECK(clients[i].receive().body == "GET /" + std::to_string(i) + " ");
    }
    CHECK(first.server.accepted() + second->accepted() == clients.size());
}

TEST_CASE("http drain: who has connected before is answered, accepted yet or not") {
    standing_server last;
    const auto address = last.server.listen({"127.0.0.1", 0});
    const auto url = "http://" + address.authority();
    std::vector<http_connection> clients;
    for (int i = 0; i < 4; ++i) {
        REQUIRE(clients.emplace_back(url).send(get("/" + std::to_string(i))));
    }
    last.server.drain();
    CHECK_FALSE(last.server.ended());
    last.context.run();
    CHECK(last.server.ended());
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const auto answer = clients[i].receive();
        CHECK(answer.body == "GET /" + std::to_string(i) + " ");
        CHECK(answer.headers.at("connection") == "close");
    }
    CHECK_THROWS(http_connection(url));
}

TEST_CASE("http drain: a request that came on a kept connection before is answered") {
    standing_server last;
    http_connection client("http://" + last.server.listen({"127.0.0.1", 0}).authority());
    REQUIRE(client.send(get("/first")));
    last.context.run_for(20ms);
    REQUIRE(client.receive().body == "GET /first ");
    REQUIRE(client.send(get("/second")));
    last.server.drain();
    last.context.run();
    const auto answer = client.receive();
    CHECK(answer.body == "GET /second ");
    CHECK(answer.headers.at("connection") == "close");
}

TEST_CASE("http drain: who has just connected may ask once, who does not is not waited for") {
    running_server server;
    http_connection asking(server.url());
    http_connection silent(server.url());
    REQUIRE(test::eventually([&] { return server->connections() == 2; }));
    server->drain();
    const auto answer = asking.get("/late");
    CHECK(answer.body == "GET /late ");
    CHECK(answer.headers.at("connection") == "close");
    CHECK(silent.closed());
    CHECK(test::eventually([&] { return server->ended(); }));
}

TEST_CASE("http reconfigure: new limits hold from the next request on kept connections") {
    running_server server;
    http_connection kept(server.url());
    const std::string body(2048, 'x');
    REQUIRE(kept.post("/", body).status == 200);
    server->reconfigure({.max_body = core::kibibytes(1), .request_timeout = 100ms});
    http_connection slow(server.url());
    REQUIRE(slow.send("P"));
    CHECK(slow.receive().status == 408);
    CHECK(kept.get("/").status == 200);
    CHECK(kept.post("/", body).status == 413);
}

TEST_CASE("http reconfigure: a request under way keeps the limits it began with") {
    running_server server;
    http_connection client(server.url());
    REQUIRE(client.send("POST /" + head + "Expect: 100-continue\r\nContent-Length: 2048\r\n\r\n"));
    REQUIRE(client.receive().status == 100);
    server->reconfigure({.max_body = core::kibibytes(1)});
    REQUIRE(client.send(std::string(2048, 'x')));
    CHECK(client.receive().status == 200);
    CHECK(client.post("/", std::string(2048, 'x')).status == 413);
}

TEST_CASE("http reconfigure: more or fewer connections, and none is dropped") {
    running_server server({.max_connections = 1});
    http_connection busy(server.url());
    REQUIRE(busy.send(get("/wait")));
    server.handler().wait_until_entered();
    CHECK(http_connection(server.url()).receive().status == 503);
    server->reconfigure({.max_connections = 2});
    http_connection second(server.url());
    REQUIRE(second.get("/").status == 200);
    server->reconfigure({.max_connections = 1});
    CHECK(second.get("/").status == 200);
    server.release();
    CHECK(busy.receive().status == 200);
}

TEST_CASE("http descriptors: when none is left, an idle connection ends for who connects") {
    if (test::skipped(no_shortage_here())) {
        return;
    }
    running_server server;
    http_connection idle(server.url());
    REQUIRE(idle.get("/").status == 200);
    shortage short_of;
    short_of.give_back_one();
    http_connection newcomer(server.url()); // takes the one
    CHECK(newcomer.get("/").status == 200);
    CHECK(idle.closed());
}

TEST_CASE("http descriptors: when none is left and none is idle, who connects is answered 503") {
    if (test::skipped(no_shortage_here())) {
        return;
    }
    running_server server;
    http_connection busy(server.url());
    REQUIRE(busy.send(get("/wait")));
    server.handler().wait_until_entered();
    shortage short_of;
    for (int i = 0; i < 20; ++i) {
        short_of.give_back_one();
        http_connection refused(server.url()); // takes the one
        const auto answer = refused.receive();
        REQUIRE(answer.status == 503);
        CHECK(answer.headers.at("retry-after") == "1");
        CHECK(refused.closed());
        { const auto gone = std::move(refused); }
        short_of.take_one();
    }
    CHECK(server.handler().refusals() == std::vector<std::string>(20, "no_descriptor"));
    server.release();
    CHECK(busy.receive().status == 200);
    short_of.end();
    CHECK(http_connection(server.url()).get("/").status == 200);
}

TEST_CASE(
    "http descriptors: waiting for one costs no processor time, and ends nobody's connection") {
    if (test::skipped(no_shortage_here())) {
        return;
    }
    running_server server({.idle_timeout = 500ms});
    http_connection busy(server.url());
    REQUIRE(busy.send(get("/wait")));
    server.handler().wait_until_entered();
    shortage short_of;
    short_of.give_back_one();
    http_connection refused(server.url());
    REQUIRE(refused.receive().status == 503);
    server.release();
    REQUIRE(busy.receive().status == 200);
    const auto before = processor_time();
    const auto begun = std::chrono::steady_clock::now();
    CHECK(busy.closed()); // half a second later, when its idle time is over
    CHECK(std::chrono::steady_clock::now() - begun > 400ms);
    CHECK(processor_time() - before < 100ms);
}
