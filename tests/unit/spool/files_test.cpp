#include "spool_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace gatepost;
using namespace gatepost::test;
using sqlite::database;

namespace {

unsigned mode(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
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

TEST_CASE_METHOD(spool_fixture, "files: a newer version is refused and left as it is") {
    open();
    queue.reset();
    change(file(), "PRAGMA user_version = 3");
    const auto opened = try_open();
    REQUIRE(opened.has_error());
    CHECK(opened.error() == spool::errc::newer_version);
    CHECK(ask("PRAGMA user_version") == 3);
}

TEST_CASE_METHOD(spool_fixture, "files: what is no spool is refused and left as it is") {
    std::filesystem::create_directory(chosen.path);
    std::string before;
    SECTION("no database") {
        std::ofstream(file()) << std::string(5000, 'x');
    }
    SECTION("another program's database") {
        std::ofstream(file()).close();
        change(file(), "CREATE TABLE theirs (a)");
    }
    SECTION("another program's application id") {
        std::ofstream(file()).close();
        change(file(), "PRAGMA application_id = 1");
    }
    std::ifstream(file(), std::ios::binary) >> before;
    const auto opened = try_open();
    REQUIRE(opened.has_error());
    CHECK(opened.error() == spool::errc::not_a_spool);
    std::string after;
    std::ifstream(file(), std::ios::binary) >> after;
    CHECK(after == before);
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
    CHECK(ask("PRAGMA user_version") == 2);
    CHECK(ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
    // Nothing is indexed at random: the only index is the one of the few pixels.
    CHECK(ask("SELECT count(*) FROM sqlite_schema WHERE type = 'index'") == 1);
}
