// What may have become of the registry's files when a process starts.
#include "registry_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;
using words = std::vector<std::string>;

namespace {

constexpr std::uint64_t log_header = 32;
constexpr std::uint64_t frame = 24 + 4096;

void flip(const std::string& file, std::uint64_t at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const auto was = bytes.get();
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(was ^ 1));
}

void overwrite(const std::string& file, std::uint64_t from, std::uint64_t count) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(from));
    bytes << std::string(count, '\0');
}

struct damaged_registry : registry_fixture {
    std::string log() const { return chosen.file + "-wal"; }
    std::string mark() const { return directory.file("registry.made"); }

    // Kills a process in whose log three denials stand: somebody reads, so that it is not cut off.
    void crash_with_a_log() {
        open();
        REQUIRE(eventually([&] { return fs::file_size(log()) == 0; }));
        auto reader =
            sqlite::database::open(chosen.file, sqlite::database::access::read_only).value();
        auto reading = reader.prepare("SELECT hmac FROM key_check");
        REQUIRE(reading.next());
        for (std::uint64_t n = 1; n <= 3; ++n) {
            REQUIRE_FALSE(record(visitor({n}), choice::denied, 1));
        }
        const auto crashed = directory.file("crashed");
        fs::create_directory(crashed);
        for (const auto* name : {"registry.db", "registry.db-wal", "registry.made"}) {
            fs::copy_file(directory.file(name), crashed + "/" + name);
        }
        reading.reset();
        registry.reset();
        chosen.file = crashed + "/registry.db";
        REQUIRE(fs::file_size(log()) > log_header + 3 * frame);
    }
};

} // namespace

TEST_CASE_METHOD(damaged_registry, "registry damage: missing or empty where there was one") {
    open();
    record(visitor({1}), choice::denied, 1);
    registry.reset();
    const bool missing = GENERATE(true, false);
    CAPTURE(missing);
    if (missing) {
        fs::remove(chosen.file);
    } else {
        fs::resize_file(chosen.file, 0);
    }
    CHECK(ledger::registry::exists(chosen.file)); // no key is made anew
    CHECK(try_open().error() == ledger::errc::lost);
    CHECK(fs::exists(chosen.file) == !missing);
    fs::remove(mark());
    open();
    CHECK(registry->size() == 0);
}

TEST_CASE_METHOD(damaged_registry, "registry damage: one of an older version is marked as made") {
    open();
    record(visitor({1}), choice::denied, 1);
    registry.reset();
    fs::remove(mark());
    open();
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
    CHECK(fs::exists(mark()));
    CHECK((fs::status(mark()).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE_METHOD(damaged_registry,
                 "registry damage: a log that is lost takes nothing along, for it is soon empty") {
    open();
    record(visitor({1}), choice::denied, 1);
    REQUIRE(eventually([&] { return fs::file_size(log()) == 0; }));
    const auto copy = directory.file("copy.db");
    fs::copy_file(chosen.file, copy);
    chosen.file = copy;
    open();
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
}

TEST_CASE_METHOD(damaged_registry, "registry damage: a log that is not whole is refused") {
    struct row {
        const char* what;
        std::function<void(const std::string&)> damage;
    };
    const auto& [what, damage] = GENERATE(values<row>({
        {"its beginning is gone", [](auto& file) { overwrite(file, 0, log_header); }},
        {"a bit of its beginning", [](auto& file) { flip(file, 17); }},
        {"a bit of the first frame's header", [](auto& file) { flip(file, 40); }},
        {"a bit of the first frame's checksum", [](auto& file) { flip(file, 50); }},
        {"a bit of the first page", [](auto& file) { flip(file, 32 + 24 + 4000); }},
        {"a bit of the second page", [](auto& file) { flip(file, 32 + frame + 24 + 99); }},
        {"a sector of the first page", [](auto& file) { overwrite(file, frame + 32 - 512, 512); }},
    }));
    CAPTURE(what);
    crash_with_a_log();
    damage(log());
    const auto size = fs::file_size(log());
    CHECK(try_open().error() == ledger::errc::not_a_registry);
    CHECK(fs::file_size(log()) == size); // left as it is
}

TEST_CASE_METHOD(damaged_registry,
                 "registry damage: without a mark its log says that there was one") {
    crash_with_a_log();
    fs::remove(directory.file("crashed/registry.made"));
    fs::remove(chosen.file);
    CHECK(try_open().error() == ledger::errc::lost);
    CHECK(fs::file_size(log()) > log_header);
}

TEST_CASE_METHOD(damaged_registry,
                 "registry damage: what a crash cut off was never told, and the rest is there") {
    crash_with_a_log();
    const auto size = fs::file_size(log());
    std::uint64_t known = 3;
    SECTION("nothing") {}
    SECTION("in the last frame") {
        fs::resize_file(log(), size - 1);
        known = 2;
    }
    SECTION("a last frame that is half there") {
        overwrite(log(), size - 2048, 2048);
        known = 2;
    }
    SECTION("in the log's beginning") {
        fs::resize_file(log(), 20);
        known = 0;
    }
    SECTION("right behind it") {
        fs::resize_file(log(), log_header);
        known = 0;
    }
    open();
    CHECK(registry->size() == known);
}

TEST_CASE_METHOD(damaged_registry,
                 "registry clock: years ahead for one start, and no withdrawal is forgotten") {
    constexpr std::chrono::hours year(24 * 365);
    open();
    record(visitor({1}), choice::denied, 0);
    record(visitor({2}), choice::erased, 0);
    note_gpc(visitor({3}), 0);
    // Once this one has gone, all of them have been looked at.
    record(visitor({4}), choice::granted, -500 * 24 * 3600);
    clock.correct(6 * year);
    open();
    REQUIRE(eventually([&] { return recall(visitor({4})).empty(); }));
    open();
    clock.correct(-6 * year);
    open();
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
    CHECK(recall(visitor({2})) == words{"registry denied erased"});
    CHECK(recall(visitor({3})) == words{"gpc denied"});
    SECTION("and when five years have passed, they go") {
        clock.advance(5 * year + std::chrono::hours(2));
        CHECK(eventually([&] { return registry->size() == 0; }));
    }
}

TEST_CASE_METHOD(
    damaged_registry,
    "registry clock: a file of version 1 is dated by what it holds, not by the clock") {
    constexpr std::chrono::hours year(24 * 365);
    open();
    record(visitor({1}), choice::denied, 0);
    registry.reset();
    change("DROP TABLE retention");
    change("PRAGMA user_version = 1");
    clock.correct(6 * year);
    open();
    CHECK(ask("PRAGMA user_version") == 2);
    CHECK(ask("SELECT kept FROM retention") == at(0).time_since_epoch().count());
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
}
