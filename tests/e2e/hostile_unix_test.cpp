// The Unix socket: its mode, who may speak through it, and what lies in its place.

#include "hostile_stage.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <optional>
#include <support/skipped.hpp>
#include <sys/wait.h>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;

namespace {

namespace fs = std::filesystem;

constexpr uid_t somebody_else = 65534;

// Every other process may go there.
struct open_directory : temporary_directory {
    open_directory() { fs::permissions(path(), fs::perms(0755)); }
};

std::optional<std::string> why_not_another_user() {
    return geteuid() == 0 ? std::nullopt
                          : std::optional<std::string>("it takes root to become somebody else");
}

// What a process of another user is answered to these bytes; the reason when it cannot connect.
std::string heard_as(uid_t user, const std::string& url, const std::string& bytes) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    if (child == 0) {
        std::string came = "cannot be another user";
        if (setgroups(0, nullptr) == 0 && setgid(user) == 0 && setuid(user) == 0) {
            try {
                came = hear(url, bytes).bytes;
            } catch (const std::exception& refused) {
                came = refused.what();
            }
        }
        const auto written = write(ends[1], came.data(), came.size());
        _exit(written < 0 ? 1 : 0);
    }
    close(ends[1]);
    std::string came;
    std::array<char, 4096> block{};
    for (ssize_t count = 0; (count = read(ends[0], block.data(), block.size())) > 0;) {
        came.append(block.data(), static_cast<std::size_t>(count));
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return came;
}

hostile_stage::script listening_at(const std::string& path, const std::string& more) {
    return {.listen = "http: 127.0.0.1:0, unix: " + path + more};
}

} // namespace

TEST_CASE("hostile: only the users in allowed_uids are served on the Unix socket") {
    if (skipped(why_not_another_user())) {
        return;
    }
    const open_directory directory;
    const auto path = directory.file("gate.sock");
    hostile_stage test(listening_at(path, ", unix_mode: \"0666\", allowed_uids: [" +
                                              std::to_string(geteuid()) + "]"));
    const auto url = "unix:" + path;
    test.serves_a_good_request(url);
    const auto came = heard_as(somebody_else, url, posting("", stolen_event()));
    CHECK(came.starts_with("HTTP/1.1 403 "));
    CHECK(came.find(R"("code":"peer_not_allowed")") != std::string::npos);
    const auto script = heard_as(somebody_else, url, asking("GET", "/consent-relay.js"));
    CHECK(script.starts_with("HTTP/1.1 403 "));
    test.serves_a_good_request(url);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: a user in allowed_uids is served, by number or by name") {
    if (skipped(why_not_another_user())) {
        return;
    }
    const open_directory directory;
    const auto path = directory.file("gate.sock");
    for (const std::string user : {"65534", "nobody"}) {
        CAPTURE(user);
        hostile_stage test(
            listening_at(path, ", unix_mode: \"0666\", allowed_uids: [" + user + "]"));
        CHECK(heard_as(somebody_else, "unix:" + path, posting("", "[]"))
                  .starts_with("HTTP/1.1 422 "));
        CHECK(hear("unix:" + path, posting("", stolen_event())).code() == "peer_not_allowed");
        // Whoever comes over TCP has no user that could be asked for.
        test.serves_a_good_request();
        test.only_the_good_arrived();
    }
}

TEST_CASE("hostile: the mode of the Unix socket keeps others from connecting") {
    if (skipped(why_not_another_user())) {
        return;
    }
    const open_directory directory;
    const auto path = directory.file("gate.sock");
    hostile_stage test(listening_at(path, ""));
    CHECK(fs::status(path).permissions() == fs::perms(0660));
    const auto came = heard_as(somebody_else, "unix:" + path, posting("", stolen_event()));
    CHECK(came.find("Permission denied") != std::string::npos);
    test.serves_a_good_request("unix:" + path);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: the Unix socket asks for the token and the Origin, not for the Host") {
    const open_directory directory;
    const auto path = directory.file("gate.sock");
    auto chosen = listening_at(path, "");
    chosen.ingest_token = true;
    hostile_stage test(chosen);
    const auto url = "unix:" + path;
    refuses_all(
        test, url,
        {{"no token", posting("", stolen_event()), 401, "unauthorized"},
         {"a foreign Origin",
          posting("Origin: https://evil.example\r\n" + bearing(ingest_token), stolen_event()), 403,
          "origin_not_allowed"},
         {"two Hosts", posting("Host: a\r\nHost: b\r\n", stolen_event())}});
    CHECK(hear(url, posting("Host: any.example\r\n" + bearing(ingest_token), "[]")).code() ==
          "empty_list");
    test.only_the_good_arrived();
}

TEST_CASE("hostile: the socket of a daemon that was killed is made anew") {
    const open_directory directory;
    const auto path = directory.file("gate.sock");
    hostile_stage test(listening_at(path, ""));
    test.gatepost().process().signal(SIGKILL);
    REQUIRE(test.gatepost().process().wait() == 128 + SIGKILL);
    REQUIRE(fs::is_socket(path));
    test.gatepost().start();
    test.serves_a_good_request("unix:" + path);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: what lies in the socket's place and is none, or is in use, stays") {
    const open_directory directory;
    const auto path = directory.file("gate.sock");
    auto late = listening_at(path, "");
    late.start = hostile_stage::script::begins::later;
    {
        hostile_stage owner(listening_at(path, ""));
        hostile_stage second(late);
        second.gatepost().launch();
        CHECK(second.gatepost().process().wait() != 0);
        owner.serves_a_good_request("unix:" + path);
        owner.only_the_good_arrived();
    }
    fs::remove(path);
    std::ofstream(path) << "precious";
    hostile_stage third(late);
    third.gatepost().launch();
    CHECK(third.gatepost().process().wait() != 0);
    CHECK(read_file(path) == "precious");
}
