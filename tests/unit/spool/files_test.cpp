#include "spool_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;
using sqlite::database;

namespace {

unsigned mode(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

std::string read_all(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void change(const std::string& file, std::string_view sql) {
    auto opened = database::open(file, database::access::read_write);
    REQUIRE(opened.has_value());
    opened->run(sql);
    REQUIRE_FALSE(opened->failure());
}

// For the length of a test.
struct with_umask {
    explicit with_umask(mode_t mask) : before(::umask(mask)) {}
    ~with_umask() { ::umask(before); }
    mode_t before;
};

} // namespace

TEST_CASE_METHOD(spool_fixture, "files: nobody else can read them, whatever the umask") {
    const auto mask = GENERATE(as<mode_t>{}, 0000, 0022, 0277);
    CAPTURE(mask);
    chosen.path = directory.file("a");
    {
        const with_umask set(mask);
        open();
        add(1).value();
    }
    CHECK(mode(chosen.path) == 0700);
    for (const auto* name :
         {"spool.db", "spool.db-wal", "spool.db-shm", "spool.lock", "spool.reserve"}) {
        CAPTURE(name);
        CHECK(mode(chosen.path + "/" + name) == 0600);
    }
}

TEST_CASE_METHOD(spool_fixture, "files: a file that others could read is closed to them") {
    open();
    queue.reset();
    std::filesystem::permissions(file(), std::filesystem::perms(0644));
    open();
    add(1).value();
    CHECK(mode(file()) == 0600);
    CHECK(mode(file() + "-wal") == 0600);
}

TEST_CASE_METHOD(spool_fixture, "files: missing parents of the directory are made") {
    chosen.path = directory.file("x/y/z/");
    open();
    CHECK(mode(chosen.path) == 0700);
}

TEST_CASE_METHOD(spool_fixture, "files: a second opener is told who owns the directory") {
    open();
    const auto second = try_open();
    REQUIRE(second.has_error());
    CHECK(second.error() == spool::errc::owned);
    CHECK(add(1).has_value()); // the first one is not disturbed
    queue->close();
    CHECK(try_open().has_value());
}

TEST_CASE_METHOD(spool_fixture,
                 "files: a newer spool is refused and left untouched byte for byte") {
    open();
    add(1, 50).value();
    queue.reset();
    change(file(), "ALTER TABLE records ADD COLUMN later TEXT NOT NULL DEFAULT 'x'");
    change(file(), "PRAGMA user_version = 99");
    std::filesystem::permissions(file(), std::filesystem::perms(0640));
    const auto before = read_all(file());
    REQUIRE(before.size() > 8192);
    const auto opened = try_open();
    REQUIRE(opened.has_error());
    CHECK(opened.error() == spool::errc::newer_version);
    const bool untouched = read_all(file()) == before;
    CHECK(untouched);
    CHECK(mode(file()) == 0640);
}

TEST_CASE_METHOD(spool_fixture, "files: what is no spool is refused and left as it is") {
    std::filesystem::create_directory(chosen.path);
    SECTION("another program's database") {
        std::ofstream(file()).close();
        change(file(), "CREATE TABLE theirs (a)");
    }
    SECTION("another program's application id") {
        std::ofstream(file()).close();
        change(file(), "PRAGMA application_id = 1");
    }
    const auto before = read_all(file());
    const auto opened = try_open();
    REQUIRE(opened.has_error());
    CHECK(opened.error() == spool::errc::not_a_spool);
    CHECK(read_all(file()) == before);
    CHECK(mode(file()) != 0600);
}

TEST_CASE_METHOD(spool_fixture, "files: a directory in the file's place is refused") {
    std::filesystem::create_directories(file());
    const auto opened = try_open();
    REQUIRE(opened.has_error());
    CHECK(opened.error() == spool::errc::not_a_spool);
}

TEST_CASE_METHOD(spool_fixture, "files: a directory that cannot be made is the system's error") {
    std::ofstream(directory.file("plain")) << "a file";
    chosen.path = directory.file("plain/spool");
    const auto opened = try_open();
    REQUIRE(opened.has_error());
    CHECK(opened.error() == boost::system::errc::not_a_directory);
}

TEST_CASE_METHOD(spool_fixture, "files: the file says what it is and is no burden to readers") {
    open();
    queue.reset();
    CHECK(ask("PRAGMA application_id") == 0x47507371);
    CHECK(ask("PRAGMA user_version") == 4);
    CHECK(ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
    // Nothing is indexed at random: the only index is the one of the few pixels.
    CHECK(ask("SELECT count(*) FROM sqlite_schema WHERE type = 'index'") == 1);
}

TEST_CASE_METHOD(spool_fixture, "files: what the daemon's user may not use is the system's error") {
    open();
    add(1).value();
    queue.reset();
    const std::string name = GENERATE("", "/spool.db", "/spool.reserve", "/spool.lock");
    CAPTURE(name);
    const auto mode_before = mode(chosen.path + name);
    std::filesystem::permissions(chosen.path + name, std::filesystem::perms(0));
    // Root may use everything: somebody else asks, who may pass through the directories above.
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
        const bool dropped = ::geteuid() != 0 || (::chown(chosen.path.c_str(), 65534, 65534) == 0 &&
                                                  ::setgid(65534) == 0 && ::setuid(65534) == 0);
        const auto opened = try_open();
        const bool refused =
            opened.has_error() && opened.error() == boost::system::errc::permission_denied;
        ::_exit(dropped && refused ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    // With the permission back it goes on where it was.
    std::filesystem::permissions(chosen.path + name, std::filesystem::perms(mode_before));
    open();
    CHECK(lease().size() == 1);
}
