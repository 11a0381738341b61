#include "registry_fixture.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;

namespace {

unsigned mode(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

// Records denials of visitor after visitor, and tells through the pipe what was finished.
[[noreturn]] void deny_for_ever(const ledger::registry_options& chosen,
                                const identity::instance_key& key, std::uint64_t first, int pipe) {
    auto opened = ledger::registry::open(chosen, key, core::system_clock());
    if (!opened) {
        ::_exit(1);
    }
    for (std::uint64_t n = first;; ++n) {
        (*opened)->record(visitor({n}), choice::denied, at(1), [n, pipe](core::error_code failure) {
            if (!failure && ::write(pipe, &n, sizeof n) != sizeof n) {
                ::_exit(2);
            }
        });
    }
}

} // namespace

TEST_CASE_METHOD(registry_fixture, "registry file: nobody else can read it") {
    open();
    record(visitor({1}), choice::denied, 1);
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        CAPTURE(suffix);
        CHECK(mode(chosen.file + suffix) == 0600);
    }
    registry.reset();
    std::filesystem::permissions(chosen.file, std::filesystem::perms(0644));
    open();
    CHECK(mode(chosen.file) == 0600);
}

TEST_CASE_METHOD(registry_fixture,
                 "registry file: another key is refused, the right one still opens") {
    open();
    record(visitor({1}), choice::denied, 1);
    registry.reset();
    const identity::instance_key other(core::secret_string(std::string(32, 'x')));
    const auto refused = ledger::registry::open(chosen, other, clock);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == ledger::errc::wrong_key);
    open();
    CHECK(registry->size() == 1);
}

TEST_CASE_METHOD(registry_fixture, "registry file: is there once it holds something of ours") {
    CHECK_FALSE(ledger::registry::exists(chosen.file));
    std::ofstream(chosen.file).flush(); // made, and then nothing came of it
    CHECK_FALSE(ledger::registry::exists(chosen.file));
    open();
    CHECK(ledger::registry::exists(chosen.file));
    registry.reset();
    CHECK(ledger::registry::exists(chosen.file));
}

TEST_CASE_METHOD(registry_fixture, "registry file: a newer version is refused and left as it is") {
    open();
    registry.reset();
    change("PRAGMA user_version = 3");
    CHECK(try_open().error() == ledger::errc::newer_version);
    CHECK(ask("PRAGMA user_version") == 3);
}

TEST_CASE_METHOD(registry_fixture, "registry file: something else is refused and left as it is") {
    SECTION("no database") {
        std::ofstream(chosen.file) << std::string(8192, 'x');
        CHECK(try_open().error() == ledger::errc::not_a_registry);
        CHECK(std::filesystem::file_size(chosen.file) == 8192);
    }
    SECTION("another program's database") {
        std::ofstream(chosen.file).flush();
        change("CREATE TABLE recipes (name TEXT)");
        CHECK(try_open().error() == ledger::errc::not_a_registry);
    }
    SECTION("a directory") {
        std::filesystem::create_directory(chosen.file);
        CHECK(try_open().error() == ledger::errc::not_a_registry);
    }
    SECTION("a missing directory") {
        chosen.file = directory.file("nowhere/registry.db");
        CHECK(try_open().error() == boost::system::errc::no_such_file_or_directory);
    }
}

TEST_CASE_METHOD(registry_fixture, "registry file: rows that nobody wrote are damage") {
    open();
    registry.reset();
    change(GENERATE(
        as<std::string>{}, "INSERT INTO choices VALUES ('shop', 1, zeroblob(16), 9, 0, 0)",
        "INSERT INTO choices VALUES ('shop', 9, zeroblob(16), 1, 0, 0)",
        "INSERT INTO choices VALUES ('shop', 1, zeroblob(3), 1, 0, 0)",
        "INSERT INTO denials VALUES (1, 0, 'shop', zeroblob(20))", "DELETE FROM key_check"));
    CHECK(try_open().error() == ledger::errc::not_a_registry);
}

TEST_CASE_METHOD(registry_fixture, "registry file: a page that is overwritten is damage") {
    open();
    for (std::uint64_t n = 1; n <= 2000; ++n) {
        registry->record(visitor({n}), choice::denied, at(1), {});
    }
    registry.reset();
    const auto size = std::filesystem::file_size(chosen.file);
    std::fstream bytes(chosen.file, std::ios::in | std::ios::out | std::ios::binary);
    for (std::uint64_t page = 4096 * 3; page < size; page += 4096) {
        bytes.seekp(static_cast<std::streamoff>(page)).write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    }
    bytes.close();
    CHECK(try_open().error() == ledger::errc::not_a_registry);
}

TEST_CASE_METHOD(registry_fixture,
                 "registry file: what was lifted or swept leaves no trace in it") {
    open();
    const ledger::subject who{"shop", {make_key(0x4142434445464748)}}; // "ABCDEFGH"
    record(who, choice::denied, 1);
    withdraw_waiting(who, 1);
    const auto found = [&] {
        std::ifstream in(chosen.file, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), {});
        return bytes.find("ABCDEFGH") != std::string::npos;
    };
    registry->close();
    CHECK(found());
    open();
    registry->lift(who, at(2));
    registry->sweep_finished(registry->sweep_begins());
    registry->close();
    CHECK_FALSE(found());
}

TEST_CASE_METHOD(registry_fixture, "crash: kill -9 loses no choice that was finished") {
    std::mt19937 random(20261122);
    std::uint64_t first = 1;
    std::vector<std::uint64_t> finished;
    for (int round = 0; round < 4; ++round) {
        CAPTURE(round);
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(ends[0]);
            deny_for_ever(chosen, key, first, ends[1]);
        }
        ::close(ends[1]);
        const auto enough = 1 + random() % 300;
        std::size_t told = 0;
        for (std::uint64_t n = 0; ::read(ends[0], &n, sizeof n) == sizeof n;) {
            finished.push_back(n);
            first = n + 1;
            if (++told == enough) {
                ::kill(child, SIGKILL);
            }
        }
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        open();
        CHECK(registry->sweep_needed());
        bool all = true;
        for (const auto n : finished) {
            all = all && !recall(visitor({n})).empty();
        }
        CHECK(all);
        registry.reset();
        CHECK(ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
    }
}
