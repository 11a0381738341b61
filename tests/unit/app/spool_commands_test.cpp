#include "commands.hpp"

#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
namespace fs = std::filesystem;

namespace {

struct spool_files_fixture {
    spool_files_fixture() {
        const auto spool = directory.file("spool");
        std::ofstream(config) << "pixels: [{id: C0EXAMPLE, access_token_env: UNSET}]\n"
                              << "spool: {path: " << spool << "}\n";
        test::fake_clock clock;
        observe::metrics metrics{{"C0EXAMPLE"}};
        spool::open_sqlite_queue({.path = spool}, clock, metrics).value()->close();
        std::ofstream(spool + "/registry.db") << "";
        fs::copy_file(spool + "/spool.db", spool + "/registry.db",
                      fs::copy_options::overwrite_existing);
        std::ofstream(spool + "/identity.key") << "the key";
    }
    // The exit code of a command; what it prints is kept.
    template <class Command>
    int run(Command command) {
        std::ostringstream out;
        std::ostringstream err;
        auto* const output = std::cout.rdbuf(out.rdbuf());
        auto* const errors = std::cerr.rdbuf(err.rdbuf());
        const int code = command();
        std::cout.rdbuf(output);
        std::cerr.rdbuf(errors);
        page = out.str();
        complaint = err.str();
        return code;
    }
    int back_up() {
        return run([this] { return app::back_up_spool(config, to); });
    }
    int check() {
        return run([this] { return app::check_spool({.config_file = config, .path = ""}); });
    }

    test::temporary_directory directory;
    const std::string config = directory.file("gatepost.yaml");
    const std::string to = directory.file("backup");
    const std::string key = to + "/identity.key";
    std::string page;
    std::string complaint;
};

std::string text_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

} // namespace

TEST_CASE_METHOD(spool_files_fixture,
                 "backup: into a directory of its own, for its user's eyes only") {
    REQUIRE(back_up() == 0);
    CHECK(fs::status(to).permissions() == fs::perms::owner_all);
    for (const auto* const name : {"spool.db", "registry.db", "identity.key"}) {
        CAPTURE(name);
        CHECK(fs::status(to + "/" + name).permissions() ==
              (fs::perms::owner_read | fs::perms::owner_write));
    }
    CHECK(text_of(key) == "the key");
}

TEST_CASE_METHOD(spool_files_fixture, "backup: a directory that others may write to gets nothing") {
    fs::create_directory(to);
    fs::permissions(to, fs::perms::all);
    CHECK(back_up() == 1);
    CHECK_THAT(complaint, Catch::Contains("nobody else may write to"));
    CHECK(fs::is_empty(to));
}

TEST_CASE_METHOD(spool_files_fixture,
                 "backup: what was planted in the key's place does not get it") {
    fs::create_directory(to);
    const auto elsewhere = directory.file("elsewhere");
    SECTION("a file") {
        std::ofstream(key) << "planted";
        fs::permissions(key, fs::perms::owner_all | fs::perms::others_read);
        CHECK(back_up() == 1);
        CHECK(text_of(key) == "planted");
    }
    SECTION("a link that leads nowhere yet") {
        fs::create_symlink(elsewhere, key);
        CHECK(back_up() == 1);
        CHECK_FALSE(fs::exists(elsewhere));
    }
    CHECK_THAT(complaint, Catch::Contains("identity.key is there already"));
    CHECK_FALSE(fs::exists(to + "/spool.db"));
}

TEST_CASE_METHOD(spool_files_fixture, "check: an emptied file is damage like any other") {
    REQUIRE(check() == 0);
    fs::resize_file(directory.file("spool/spool.db"), 0);
    CHECK(check() == 1);
    CHECK_THAT(page, Catch::Contains("spool.db: version 0\n  damaged: the file is empty\n"));
}
