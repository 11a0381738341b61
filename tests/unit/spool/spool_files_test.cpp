// What operators do with the spool's files: look at them and copy them.
#include "spool_fixture.hpp"

#include <gatepost/spool/spool_files.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <thread>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

std::string read_all(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct files_fixture : spool_fixture {
    void change(std::string_view sql) {
        queue.reset();
        auto opened = sqlite::database::open(file(), sqlite::database::access::read_write);
        REQUIRE(opened.has_value());
        opened->run(sql);
        REQUIRE_FALSE(opened->failure());
    }
    spool::inspection look() { return spool::inspect(file(), chosen.keys).value(); }

    void fill() {
        open();
        add(1, 10).value();
        clock.advance(std::chrono::seconds(5));
        append(*queue, make_records(other_pixel, 20, 2)).value();
        const auto records = lease(3);
        settle({records[0], records[1]}, dead_letter("invalid"));
        settle({records[2]}, dead_letter("failed_event"));
        flush();
    }
    const std::string copy = directory.file("copy.db");
};

} // namespace

TEST_CASE_METHOD(files_fixture, "check: beside a running daemon it counts what is held") {
    fill();
    const auto before = read_all(file());
    const auto log = read_all(file() + "-wal");
    const auto found = look();
    CHECK(found.faults.empty());
    CHECK(found.version == ask("PRAGMA user_version"));
    REQUIRE(found.pixels.size() == 2);
    CHECK(found.pixels[0].id == pixel);
    CHECK(found.pixels[0].waiting == 7);
    CHECK(found.pixels[1].waiting == 2);
    CHECK(found.pixels[0].oldest == fake_clock::start);
    REQUIRE(found.dead.size() == 2);
    CHECK(found.dead[0].reason == "failed_event");
    CHECK(found.dead[0].count == 1);
    CHECK(found.dead[1].count == 2);
    CHECK(found.pixels[0].bytes + found.pixels[1].bytes + found.dead[0].bytes +
              found.dead[1].bytes ==
          queue->count().bytes);
    CHECK(read_all(file()) == before);
    CHECK(read_all(file() + "-wal") == log);
}

TEST_CASE_METHOD(files_fixture, "check: what is wrong in a row is found") {
    fill();
    struct one_change {
        const char* sql;
        const char* fault;
    };
    constexpr auto of_events = "1 waiting events that are not sound (sizes, keys, JSON, pixel)";
    const auto given = GENERATE_COPY(
        one_change{"UPDATE records SET size = size + 1 WHERE event_id = 'order-5'", of_events},
        one_change{"UPDATE records SET duplicate_key = x'00' WHERE event_id = 'order-5'",
                   of_events},
        one_change{"UPDATE records SET subjects = x'0102', size = size - 15 WHERE event_id = "
                   "'order-5'",
                   of_events},
        one_change{"UPDATE records SET evidence = '{' || substr(evidence, 1, length(evidence) - 1)"
                   " WHERE event_id = 'order-5'",
                   of_events},
        one_change{"UPDATE records SET id = id + (7 << 40) WHERE event_id = 'order-5'", of_events},
        one_change{"UPDATE dead SET pixel = 99 WHERE event_id = 'order-3'",
                   "1 dead letters that are not sound (sizes, keys, JSON, pixel)"},
        one_change{"INSERT INTO key_log (at, freed, added) VALUES (0, x'', x'01')",
                   "1 groups of duplicate keys that are not sound"},
        one_change{"UPDATE pixels SET reserved = 3 WHERE id = 'PIXEL-A'",
                   "1 pixels with events beyond the ids that are reserved"});
    CAPTURE(given.sql);
    change(given.sql);
    CHECK(look().faults == std::vector<std::string>{given.fault});
}

TEST_CASE_METHOD(files_fixture, "check: a page that is gone is a fault and no error") {
    fill();
    queue.reset();
    auto bytes = read_all(file());
    SECTION("in the middle") {
        const auto page = bytes.find("\"n\":7}") / 4096 * 4096;
        bytes.replace(page, 4096, std::string(4096, '\0'));
    }
    SECTION("the end") {
        bytes.resize(bytes.size() - 4096);
    }
    SECTION("the header") {
        bytes.replace(0, 16, std::string(16, 'x'));
    }
    std::ofstream(file(), std::ios::binary) << bytes;
    CHECK_FALSE(look().faults.empty());
    CHECK(read_all(file()) == bytes);
}

TEST_CASE_METHOD(files_fixture,
                 "check: an emptied file is damaged, and its log stays where it is") {
    fill();
    const auto log = read_all(file() + "-wal");
    REQUIRE_FALSE(log.empty());
    const auto emptied = directory.file("emptied.db");
    std::ofstream(emptied, std::ios::binary).close();
    std::ofstream(emptied + "-wal", std::ios::binary) << log;
    const bool as_spool = GENERATE(true, false);
    const auto found =
        as_spool ? spool::inspect(emptied, chosen.keys) : spool::inspect_database(emptied);
    CHECK(found.value().faults == std::vector<std::string>{"the file is empty"});
    CHECK(spool::back_up(emptied, copy) == sqlite::errc::damaged);
    CHECK_FALSE(fs::exists(copy));
    CHECK(read_all(emptied + "-wal") == log);
}

TEST_CASE_METHOD(files_fixture, "check: files of others and newer ones are not looked into") {
    fill();
    CHECK(spool::inspect(chosen.path + "/none.db", {}).error() ==
          boost::system::errc::no_such_file_or_directory);
    change("PRAGMA user_version = 99");
    CHECK(spool::inspect(file(), chosen.keys).error() == spool::errc::newer_version);
    change("PRAGMA application_id = 1");
    CHECK(spool::inspect(file(), chosen.keys).error() == spool::errc::not_a_spool);
}

TEST_CASE_METHOD(files_fixture, "backup: a copy made while events come in is a spool of its own") {
    open();
    add(1, 100).value();
    std::atomic<bool> stop = false;
    std::atomic<std::uint64_t> last = 100;
    std::thread app([&] {
        for (std::uint64_t n = 101; !stop; ++n) {
            append(*queue, make_records(pixel, n, 1)).value();
            last = n;
        }
    });
    while (last < 150) {
        std::this_thread::yield();
    }
    const auto before = last.load();
    const auto failure = spool::back_up(file(), copy);
    stop = true;
    app.join();
    REQUIRE_FALSE(failure);
    struct stat found {};
    REQUIRE(::stat(copy.c_str(), &found) == 0);
    CHECK((found.st_mode & 07777) == 0600);
    CHECK_FALSE(fs::exists(copy + "-wal"));

    // Restored into a new directory it is leased in order, and what it knew is a duplicate.
    fs::create_directory(directory.file("restored"));
    fs::rename(copy, directory.file("restored/spool.db"));
    chosen.path = directory.file("restored");
    open();
    const auto records = lease(1'000'000);
    CHECK(records.size() >= before);
    std::uint64_t n = 0;
    for (const auto& record : records) {
        REQUIRE(record.event_id == "order-" + std::to_string(++n));
    }
    CHECK(add(1).value() == std::vector{duplicate});
    settle(records);
    flush();
    CHECK(queue->count().waiting == 0);
}

TEST_CASE_METHOD(files_fixture, "backup: what is there is not overwritten") {
    fill();
    std::ofstream(copy) << "mine";
    CHECK(spool::back_up(file(), copy) == boost::system::errc::file_exists);
    CHECK(read_all(copy) == "mine");
}

TEST_CASE_METHOD(files_fixture, "backup: a link in the copy's place is not followed") {
    fill();
    const auto elsewhere = directory.file("elsewhere");
    fs::create_symlink(elsewhere, copy);
    CHECK(spool::back_up(file(), copy) == boost::system::errc::file_exists);
    CHECK_FALSE(fs::exists(elsewhere));
    CHECK(fs::is_symlink(copy));
}

TEST_CASE_METHOD(files_fixture, "backup: of a damaged file there is no copy") {
    fill();
    queue.reset();
    auto bytes = read_all(file());
    const auto page = bytes.find("\"n\":7}") / 4096 * 4096;
    bytes.replace(page, 4096, std::string(4096, '\0'));
    std::ofstream(file(), std::ios::binary) << bytes;
    CHECK(spool::back_up(file(), copy) == sqlite::errc::damaged);
    CHECK_FALSE(fs::exists(copy));
}
