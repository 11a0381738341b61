#include <gatepost/core/private_file.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <support/temporary_directory.hpp>
#include <sys/stat.h>
#include <unistd.h>

using namespace gatepost;
namespace fs = std::filesystem;

namespace {

struct private_fixture {
    test::temporary_directory directory;
    const std::string file = directory.file("identity.key");
};

unsigned mode_of(const std::string& path) {
    struct stat found {};
    REQUIRE(::lstat(path.c_str(), &found) == 0);
    return found.st_mode & 07777U;
}

} // namespace

TEST_CASE_METHOD(private_fixture, "private file: made with mode 0600, whatever the umask") {
    const auto mask = GENERATE(mode_t{0}, mode_t{0777});
    const auto before = ::umask(mask);
    const auto made = core::create_private_file(file);
    ::umask(before);
    REQUIRE(made.has_value());
    CHECK(::write(*made, "key", 3) == 3);
    ::close(*made);
    CHECK(mode_of(file) == 0600);
    CHECK(fs::file_size(file) == 3);
}

TEST_CASE_METHOD(private_fixture, "private file: what is there already is not taken for it") {
    const auto elsewhere = directory.file("elsewhere");
    SECTION("a file") {
        std::ofstream(file) << "planted";
        CHECK(core::create_private_file(file).error() == boost::system::errc::file_exists);
        CHECK(fs::file_size(file) == 7);
    }
    SECTION("a link to a file") {
        std::ofstream(elsewhere) << "planted";
        fs::create_symlink(elsewhere, file);
        CHECK(core::create_private_file(file).error() == boost::system::errc::file_exists);
        CHECK(fs::file_size(elsewhere) == 7);
    }
    SECTION("a link that leads nowhere") {
        fs::create_symlink(elsewhere, file);
        CHECK(core::create_private_file(file).error() == boost::system::errc::file_exists);
        CHECK_FALSE(fs::exists(elsewhere));
    }
}

TEST_CASE_METHOD(private_fixture,
                 "private directory: one that others may write to is not our own") {
    const auto made = directory.file("backup");
    REQUIRE_FALSE(core::make_private_directory(made));
    CHECK(mode_of(made) == 0700);
    CHECK(core::is_own_directory(made));
    const auto open_to_others = GENERATE(0777U, 0770U, 0702U);
    REQUIRE(::chmod(made.c_str(), open_to_others) == 0);
    CHECK_FALSE(core::is_own_directory(made));
    REQUIRE(::chmod(made.c_str(), 0755) == 0);
    CHECK(core::is_own_directory(made));
}

TEST_CASE_METHOD(private_fixture, "private directory: a link, a file or nothing is no directory") {
    fs::create_symlink(directory.path(), directory.file("link"));
    std::ofstream(directory.file("file")).close();
    CHECK_FALSE(core::is_own_directory(directory.file("link")));
    CHECK_FALSE(core::is_own_directory(directory.file("file")));
    CHECK_FALSE(core::is_own_directory(directory.file("none")));
}

TEST_CASE_METHOD(private_fixture, "private directory: somebody else's is not our own") {
    if (::geteuid() != 0) {
        WARN("SKIPPED: only root can give a directory away");
        return;
    }
    const auto theirs = directory.file("theirs");
    REQUIRE_FALSE(core::make_private_directory(theirs));
    REQUIRE(::chown(theirs.c_str(), 65534, 65534) == 0);
    CHECK_FALSE(core::is_own_directory(theirs));
}
