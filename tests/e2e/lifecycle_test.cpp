// The process's life under systemd: readiness, watchdog, sockets handed over, its end, and
// descriptors that have run out.
#include "stage.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <set>
#include <stdexcept>
#include <support/eventually.hpp>
#include <support/notify_socket.hpp>
#include <support/skipped.hpp>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::string granted(const std::string& id) {
    return event_with(id, R"("consent":{"marketing":"granted"})");
}

// The daemon as systemd starts it, with a sandbox behind it.
class service {
  public:
    explicit service(const std::string& more = "")
        : upstream_(program_under_test(), directory_.path(), false),
          configured_(program_under_test(), directory_.path(), upstream_.address(),
                      {.more = more}) {}

    struct way {
        std::vector<std::string> before{}; // words in front of the program's
        std::map<std::string, std::string> environment{};
        handed_sockets sockets{};
    };
    void start() { start(way()); }
    void start(const way& chosen) {
        auto words = chosen.before;
        words.insert(words.end(),
                     {program_under_test(), "serve", "--config", configured_.config_file()});
        auto environment = chosen.environment;
        environment["TEST_ACCESS_TOKEN"] = access_token;
        environment["NOTIFY_SOCKET"] = systemd.name();
        process_ = std::make_unique<child_process>(words, configured_.log_file(), environment,
                                                   chosen.sockets);
    }
    std::string ingest() { return process_->line_after("listening ingest "); }
    std::string admin() { return process_->line_after("listening admin "); }
    child_process& process() { return *process_; }
    std::string log() const { return read_file(configured_.log_file()); }
    const temporary_directory& directory() const { return directory_; }
    const sidecar& configured() const { return configured_; }
    std::string config_file() const { return configured_.config_file(); }

    std::set<std::string> arrived() {
        std::set<std::string> ids;
        const auto shown = upstream_.events();
        shown.root().find("events").each_element([&ids](core::json::value each) {
            ids.emplace(each.find("event").find("event_id").text());
        });
        return ids;
    }
    bool arrives(const std::set<std::string>& expected) {
        return eventually([&] {
            const auto there = arrived();
            return std::ranges::includes(there, expected);
        });
    }

    notify_socket systemd;

  private:
    temporary_directory directory_;
    sandbox_process upstream_;
    sidecar configured_;
    std::unique_ptr<child_process> process_;
};

// A listening socket as a socket unit holds it.
class unit_socket {
  public:
    explicit unit_socket(in_addr_t address = INADDR_LOOPBACK)
        : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(address);
        REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0);
        REQUIRE(listen(socket_, SOMAXCONN) == 0);
        socklen_t size = sizeof(where);
        getsockname(socket_, reinterpret_cast<sockaddr*>(&where), &size);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(where.sin_port));
    }
    ~unit_socket() { close(socket_); }
    unit_socket(const unit_socket&) = delete;
    unit_socket& operator=(const unit_socket&) = delete;

    int descriptor() const { return socket_; }
    const std::string& url() const { return url_; }

  private:
    int socket_;
    std::string url_;
};

// An application that posts events one after the other for as long as it is told.
class application {
  public:
    enum class connections { one_each, kept };
    application(std::string name, std::string url, connections use)
        : name_(std::move(name)), url_(std::move(url)), kept_(use == connections::kept),
          thread_([this] { post_all(); }) {}
    ~application() { stop(); }

    void stop() {
        stopping_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    std::size_t answered() const { return answered_; }
    // Once stopped.
    const std::set<std::string>& acknowledged() const { return acknowledged_; }
    std::size_t failures() const { return failures_; }

  private:
    void post_all() {
        std::unique_ptr<http_connection> connection;
        for (int i = 0; !stopping_; ++i) {
            const auto id = name_ + "-" + std::to_string(i);
            auto answer = post(connection, id);
            // A kept connection may end between two requests; the second attempt may not fail.
            if (answer.status == 0 && connection != nullptr && kept_) {
                connection.reset();
                answer = post(connection, id);
            }
            if (answer.status == 202 || answer.status == 200) {
                acknowledged_.insert(id);
            } else {
                ++failures_;
            }
            ++answered_;
            if (!kept_ || answer.headers["connection"] == "close") {
                connection.reset();
            }
        }
    }

    http_answer post(std::unique_ptr<http_connection>& connection, const std::string& id) {
        try {
            if (connection == nullptr) {
                connection = std::make_unique<http_connection>(url_);
            }
            return connection->post("/v1/events", granted(id));
        } catch (const std::exception&) {
            return {}; // refused
        }
    }

    const std::string name_;
    const std::string url_;
    const bool kept_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> answered_ = 0;
    std::set<std::string> acknowledged_;
    std::size_t failures_ = 0;
    std::thread thread_;
};

} // namespace

TEST_CASE("lifecycle: a restart with systemd's socket refuses no connection and loses no event") {
    const unit_socket held;
    service gatepost;
    const service::way handed{.sockets = {{held.descriptor()}, "ingest"}};
    gatepost.start(handed);
    REQUIRE(gatepost.ingest() == held.url());

    application fresh("fresh", held.url(), application::connections::one_each);
    application kept("kept", held.url(), application::connections::kept);
    const auto go_on = [&] {
        const auto before = std::pair(fresh.answered(), kept.answered());
        return eventually([&] {
            return fresh.answered() > before.first + 50 && kept.answered() > before.second + 50;
        });
    };
    for (int restart = 0; restart < 3; ++restart) {
        REQUIRE(go_on());
        gatepost.process().signal(SIGTERM);
        REQUIRE(gatepost.process().wait() == 0);
        gatepost.start(handed);
    }
    REQUIRE(go_on());
    fresh.stop();
    kept.stop();
    CHECK(fresh.failures() == 0);
    CHECK(kept.failures() == 0);
    CHECK(gatepost.arrives(fresh.acknowledged()));
    CHECK(gatepost.arrives(kept.acknowledged()));
}

TEST_CASE("lifecycle: started by the first connection, as systemd does it") {
    const std::string activate = "/usr/bin/systemd-socket-activate";
    if (!std::filesystem::exists(activate)) {
        WARN("systemd-socket-activate is not installed (package systemd)");
        return;
    }
    service gatepost;
    const auto path = gatepost.directory().file("ingest.sock");
    gatepost.start({.before = {activate, "--fdname=ingest", "--listen=" + path,
                               "--setenv=TEST_ACCESS_TOKEN"}});
    // The socket's file is there a moment before anybody listens.
    std::optional<http_connection> first;
    REQUIRE(eventually([&] {
        try {
            first.emplace("unix:" + path);
        } catch (const std::runtime_error&) {
            return false;
        }
        return true;
    }));
    CHECK(first->post("/v1/events", granted("first")).status == 202);
    CHECK(gatepost.ingest() == "unix:" + path);
    CHECK(gatepost.arrives({"first"}));
    gatepost.process().signal(SIGTERM);
    CHECK(gatepost.process().wait() == 0);
    CHECK(std::filesystem::exists(path)); // it is systemd's
}

TEST_CASE(
    "lifecycle: sockets by name serve operators and applications, an unnamed one applications") {
    const unit_socket applications;
    const unit_socket operators;
    service gatepost;
    gatepost.start({.sockets = {{operators.descriptor(), applications.descriptor()},
                                "admin:gatepost.socket"}});
    CHECK(gatepost.ingest() == applications.url());
    CHECK(gatepost.admin() == operators.url());
    CHECK(http_get(operators.url(), "/readyz").status == 200);
    CHECK(http_get(applications.url(), "/readyz").status == 404);
}

TEST_CASE("lifecycle: a socket of systemd's off loopback is refused like an address off loopback") {
    const unit_socket open_to_all(INADDR_ANY);
    service gatepost;
    gatepost.start({.sockets = {{open_to_all.descriptor()}, "ingest"}});
    CHECK(gatepost.process().wait() != 0);
    CHECK(gatepost.log().find("off loopback") != std::string::npos);
}

TEST_CASE("lifecycle: a socket of systemd's off loopback keeps its token through every reload") {
    const unit_socket open_to_all(INADDR_ANY);
    const temporary_directory elsewhere;
    const auto token = elsewhere.file("token");
    std::ofstream(token) << "the-token-of-the-shop\n";
    const auto section = "auth: {token_file: " + token + "}";
    service gatepost(section);
    gatepost.start({.sockets = {{open_to_all.descriptor()}, "ingest"}});
    REQUIRE(gatepost.systemd.wait_for("READY=1") == "READY=1");
    const auto status = [&] {
        return http_connection(open_to_all.url()).post("/v1/events", granted("stranger")).status;
    };
    REQUIRE(status() == 401);

    gatepost.configured().reconfigure(section, "auth: {}");
    gatepost.process().signal(SIGHUP);
    REQUIRE(
        eventually([&] { return gatepost.log().find("auth.token_file") != std::string::npos; }));
    REQUIRE(gatepost.systemd.wait_for("READY=1") == "READY=1");
    CHECK(status() == 401);
}

TEST_CASE("lifecycle: systemd is told of readiness, reload, watchdog and end, in this order") {
    service gatepost;
    gatepost.start({.environment = {{"WATCHDOG_USEC", "400000"}}});
    CHECK(gatepost.systemd.wait_for("READY=1") == "READY=1");
    // Ready means that it listens.
    CHECK(http_get(gatepost.ingest(), "/").status == 404);
    for (int i = 0; i < 3; ++i) {
        CHECK(gatepost.systemd.wait_for("WATCHDOG=1") == "WATCHDOG=1");
    }
    gatepost.process().signal(SIGHUP);
    CHECK(gatepost.systemd.wait_for("RELOADING=1").find("\nMONOTONIC_USEC=") != std::string::npos);
    CHECK(gatepost.systemd.wait_for("READY=1") == "READY=1");
    gatepost.process().signal(SIGTERM);
    CHECK(gatepost.systemd.wait_for("STOPPING=1").find("\nEXTEND_TIMEOUT_USEC=") !=
          std::string::npos);
    CHECK(gatepost.process().wait() == 0);
}

TEST_CASE("lifecycle: requests that have begun at SIGTERM are answered, and nothing is lost") {
    service gatepost("shutdown_grace: 30s");
    gatepost.start();
    const auto url = gatepost.ingest();
    std::vector<http_connection> clients;
    std::set<std::string> ids;
    std::vector<std::string> rest;
    for (int i = 0; i < 20; ++i) {
        const auto id = "begun-" + std::to_string(i);
        const auto body = granted(id);
        ids.insert(id);
        const auto half = body.size() / 2;
        REQUIRE(clients.emplace_back(url).send(
            "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, half)));
        rest.push_back(body.substr(half));
    }
    gatepost.process().signal(SIGTERM);
    REQUIRE_FALSE(gatepost.systemd.wait_for("STOPPING=1").empty());
    for (std::size_t i = 0; i < clients.size(); ++i) {
        REQUIRE(clients[i].send(rest[i]));
        const auto answer = clients[i].receive();
        CHECK(answer.status == 202);
        CHECK(clients[i].closed());
    }
    CHECK(gatepost.process().wait() == 0);
    gatepost.start();
    CHECK(gatepost.arrives(ids));
}

TEST_CASE("lifecycle: a client that never finishes is not waited for beyond shutdown_grace") {
    service gatepost("shutdown_grace: 300ms\nlisten: {http: 127.0.0.1:0, request_timeout: 10m}");
    gatepost.start();
    http_connection endless(gatepost.ingest());
    REQUIRE(
        endless.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"));
    const auto before = std::chrono::steady_clock::now();
    gatepost.process().signal(SIGTERM);
    CHECK(gatepost.process().wait() == 0);
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(10));
    CHECK(endless.receive().status == 0);
}

TEST_CASE("lifecycle: with no descriptor left, who connects is told so and nothing is lost") {
#if __has_feature(undefined_behavior_sanitizer)
    if (skipped("the sanitizer looks at new types through a pipe, for which there is no descriptor "
                "left")) {
        return;
    }
#endif
    service gatepost;
    gatepost.start({.before = {"/usr/bin/prlimit", "--nofile=64:80"}});
    const auto url = gatepost.ingest();
    // Each is in the middle of a request: one that is idle would make way.
    const auto body = granted("in-need");
    const auto head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                      "Content-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n";
    std::vector<http_connection> open;
    int refused = 0;
    while (refused < 10) {
        http_connection next(url);
        next.send(head);
        if (const auto answer = next.receive(http_connection::body_follows::no);
            answer.status == 503) {
            CHECK(answer.headers.at("retry-after") == "1");
            ++refused;
        } else {
            REQUIRE(answer.status == 100);
            open.push_back(std::move(next));
        }
        REQUIRE(open.size() < 80);
    }
    // Raised to the hard limit: more are open than the soft limit allowed.
    CHECK(open.size() > 20);
    REQUIRE(open.front().send(body));
    CHECK(open.front().receive().status == 202);
    const auto log = gatepost.log();
    CHECK(log.find("raise LimitNOFILE") != std::string::npos);
    const std::string told = "connections cannot be accepted";
    CHECK(log.find(told) != std::string::npos);
    CHECK(log.find(told) == log.rfind(told)); // not for each of them
    open.clear();
    CHECK(gatepost.arrives({"in-need"}));
    REQUIRE(eventually([&] { return http_get(url, "/consent-relay.js").status == 200; }));
}
