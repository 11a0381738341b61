#include "child.hpp"
#include "service_manager.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <support/notify_socket.hpp>
#include <system_error>
#include <unistd.h>

using namespace gatepost;
using namespace std::chrono_literals;
using app::service_manager;

namespace {

// A process that systemd listens to.
struct watched_process {
    watched_process() { setenv("NOTIFY_SOCKET", systemd.name().c_str(), 1); }
    ~watched_process() { unsetenv("NOTIFY_SOCKET"); }

    std::string heard() const { return systemd.heard(); }

    test::notify_socket systemd;
};

std::int64_t microseconds_since_boot() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000} + now.tv_nsec / 1000;
}

// The process as systemd starts it, with this many sockets; the names are those of
// sd_listen_fds(3).
void hand_over(int count, const std::string& names) {
    for (int i = 0; i < count; ++i) {
        dup2(open("/dev/null", O_RDONLY), 3 + i);
    }
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", std::to_string(count).c_str(), 1);
    if (!names.empty()) {
        setenv("LISTEN_FDNAMES", names.c_str(), 1);
    }
}

std::string listed(const service_manager& manager) {
    std::string text;
    for (const char* name : {"ingest", "admin", "metrics"}) {
        text += name;
        for (const int each : manager.sockets(name)) {
            text += ' ' + std::to_string(each);
        }
        text += '\n';
    }
    return text;
}

} // namespace

TEST_CASE("service manager: the stages of a life are told in systemd's words") {
    const watched_process systemd;
    service_manager manager;
    CHECK(systemd.heard().empty());
    manager.ready();
    CHECK(systemd.heard() == "READY=1");
    manager.alive();
    CHECK(systemd.heard() == "WATCHDOG=1");
    CHECK(systemd.heard().empty());
}

TEST_CASE("service manager: a reload is told with its time, as systemd 253 asks for") {
    const watched_process systemd;
    const service_manager manager;
    const auto before = microseconds_since_boot();
    manager.reloading();
    const std::string beginning = "RELOADING=1\nMONOTONIC_USEC=";
    const auto text = systemd.heard();
    REQUIRE(text.starts_with(beginning));
    const auto told = std::stoll(text.substr(beginning.size()));
    CHECK(told >= before);
    CHECK(told <= microseconds_since_boot());
}

TEST_CASE("service manager: an end that takes longer than systemd waits is announced") {
    const watched_process systemd;
    const service_manager manager;
    manager.stopping(2min);
    const std::string beginning = "STOPPING=1\nEXTEND_TIMEOUT_USEC=";
    const auto text = systemd.heard();
    REQUIRE(text.starts_with(beginning));
    CHECK(std::stoll(text.substr(beginning.size())) >= 120'000'000);
}

TEST_CASE("service manager: the same status is told once") {
    const watched_process systemd;
    service_manager manager;
    manager.status("12 waiting");
    manager.status("12 waiting");
    manager.status("13 waiting");
    CHECK(systemd.heard() == "STATUS=12 waiting");
    CHECK(systemd.heard() == "STATUS=13 waiting");
    CHECK(systemd.heard().empty());
}

TEST_CASE("service manager: without systemd nothing is told, inherited or watched") {
    unsetenv("NOTIFY_SOCKET");
    service_manager manager;
    manager.ready();
    manager.status("fine");
    manager.stopping(10s);
    CHECK_FALSE(manager.watchdog());
    CHECK(listed(manager) == "ingest\nadmin\nmetrics\n");
}

TEST_CASE("service manager: the watchdog's limit is taken, and no child will see it") {
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
    const service_manager manager;
    CHECK(manager.watchdog() == 30s);
    CHECK(std::getenv("WATCHDOG_USEC") == nullptr);
    CHECK(std::getenv("WATCHDOG_PID") == nullptr);
}

TEST_CASE("service manager: a watchdog that is meant for another process is not ours") {
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    CHECK_FALSE(service_manager().watchdog());
}

TEST_CASE("service manager: a watchdog setting that is no number ends the start") {
    setenv("WATCHDOG_USEC", "soon", 1);
    CHECK_THROWS_AS(service_manager(), std::system_error);
}

TEST_CASE("service manager: sockets are known by the names of their units") {
    const auto [count, names, expected] = GENERATE(table<int, std::string, std::string>({
        {3, "ingest:admin:metrics", "ingest 3\nadmin 4\nmetrics 5\n"},
        {3, "metrics:ingest:ingest", "ingest 4 5\nadmin\nmetrics 3\n"},
        // Of a unit without FileDescriptorName=, and of a manager that gives no names at all.
        {2, "gatepost.socket:admin", "ingest 3\nadmin 4\nmetrics\n"},
        {2, "", "ingest 3 4\nadmin\nmetrics\n"},
    }));
    CAPTURE(names);
    const auto said = test::in_child([count = count, names = names] {
        hand_over(count, names);
        return listed(service_manager());
    });
    CHECK(said == expected);
}

TEST_CASE("service manager: sockets are taken once and not passed on to children") {
    const auto said = test::in_child([] {
        hand_over(1, "ingest");
        const service_manager manager;
        const bool closes = (fcntl(3, F_GETFD) & FD_CLOEXEC) != 0;
        const bool hidden = std::getenv("LISTEN_FDS") == nullptr;
        return std::string(closes ? "closes" : "stays open") + (hidden ? ", hidden" : ", seen") +
               '\n' + listed(service_manager());
    });
    CHECK(said == "closes, hidden\ningest\nadmin\nmetrics\n");
}

TEST_CASE("service manager: sockets for another process are not taken") {
    const auto said = test::in_child([] {
        hand_over(1, "ingest");
        setenv("LISTEN_PID", "1", 1);
        return listed(service_manager());
    });
    CHECK(said == "ingest\nadmin\nmetrics\n");
}
