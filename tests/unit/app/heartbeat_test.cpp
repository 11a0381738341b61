#include "heartbeat.hpp"

#include <gatepost/spool/sqlite_queue.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <support/notify_socket.hpp>
#include <support/temporary_directory.hpp>
#include <unistd.h>

using namespace gatepost;

namespace {

app::service_manager manager_under(const test::notify_socket& systemd) {
    setenv("NOTIFY_SOCKET", systemd.name().c_str(), 1);
    setenv("WATCHDOG_USEC", "30000", 1);
    setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
    return {};
}

// A daemon of one room beside its spool; the test's thread is its main one.
struct watched_daemon {
    watched_daemon() {
        boost::asio::co_spawn(home, app::keep_alive(home, {{"room", &room}}, *queue, manager),
                              boost::asio::detached);
        home.run_one(); // asks for the first time
    }
    ~watched_daemon() {
        queue->close();
        unsetenv("NOTIFY_SOCKET");
    }
    watched_daemon(const watched_daemon&) = delete;
    watched_daemon& operator=(const watched_daemon&) = delete;

    // What systemd hears at the end of the next round.
    std::string next_round() {
        if (room_answers) {
            room.restart();
            room.poll();
        }
        home.run_one(); // until the time is up
        return systemd.heard();
    }
    bool recovers() {
        for (int i = 0; i < 1000; ++i) {
            if (next_round() == "WATCHDOG=1") {
                return true;
            }
        }
        return false;
    }
    bool is_silent() {
        next_round(); // in which the answers may have come before
        for (int i = 0; i < 5; ++i) {
            if (!next_round().empty()) {
                return false;
            }
        }
        return true;
    }

    test::temporary_directory directory;
    observe::metrics metrics{{"C0EXAMPLE"}};
    std::unique_ptr<spool::queue> queue =
        spool::open_sqlite_queue({.path = directory.file("spool")}, core::system_clock(), metrics)
            .value();
    test::notify_socket systemd;
    app::service_manager manager = manager_under(systemd);
    bool room_answers = true;
    boost::asio::io_context room;
    boost::asio::io_context home{1};
};

} // namespace

TEST_CASE("heartbeat: systemd hears nothing while a thread does not answer") {
    watched_daemon daemon;
    REQUIRE(daemon.recovers());
    daemon.room_answers = false;
    CHECK(daemon.is_silent());
    daemon.room_answers = true;
    CHECK(daemon.recovers());
}

TEST_CASE("heartbeat: systemd hears nothing while the spool's writer does not answer") {
    watched_daemon daemon;
    REQUIRE(daemon.recovers());
    std::latch stuck(1);
    std::latch goes_on(1);
    daemon.queue->append({}, [&](const auto&) {
        stuck.count_down();
        goes_on.wait();
    });
    stuck.wait();
    CHECK(daemon.is_silent());
    goes_on.count_down();
    CHECK(daemon.recovers());
}
