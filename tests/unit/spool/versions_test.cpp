// Files of older versions: what they hold is there after the migration.
#include "walk_fixture.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <support/failing_disk.hpp>

using namespace gatepost;
using namespace gatepost::test;
using sqlite::database;

namespace {

// What version 1 ran on an empty file, word for word.
constexpr std::array version_1{
    std::string_view("PRAGMA page_size = 4096"),
    std::string_view("PRAGMA auto_vacuum = INCREMENTAL"),
    std::string_view(R"(
CREATE TABLE pixels (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    reserved INTEGER NOT NULL
) STRICT)"),
    std::string_view(R"(
CREATE TABLE records (
    id            INTEGER PRIMARY KEY,
    size          INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    event_time    INTEGER NOT NULL,
    duplicate_key BLOB NOT NULL,
    event         TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    controller    TEXT NOT NULL,
    subjects      BLOB NOT NULL,
    evidence      TEXT NOT NULL,
    payload       TEXT NOT NULL
) STRICT)"),
    std::string_view(R"(
CREATE TABLE dead (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    pixel         INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    reason        TEXT NOT NULL,
    code          INTEGER NOT NULL,
    message       TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    event_time    INTEGER NOT NULL,
    duplicate_key BLOB NOT NULL,
    event         TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    controller    TEXT NOT NULL,
    subjects      BLOB NOT NULL,
    evidence      TEXT NOT NULL,
    payload       TEXT NOT NULL
) STRICT)"),
    std::string_view(R"(
CREATE TABLE key_log (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    freed BLOB NOT NULL,
    added BLOB NOT NULL
) STRICT)"),
    std::string_view("PRAGMA application_id = 0x47507371"),
    std::string_view("PRAGMA user_version = 1"),
    std::string_view("PRAGMA journal_mode = WAL"),
};

// One pixel with two records, a dead letter, and a delivered event that is still a duplicate.
// Subject and duplicate keys are 1 + 16 and 16 bytes; 1099511627776 is 1 << 40.
constexpr std::array held_by_version_1{
    std::string_view("INSERT INTO pixels VALUES (1, 'PIXEL-A', 65536)"),
    std::string_view(R"(INSERT INTO records VALUES
    (1099511627776, 300, 1795348800000, 1795348790, x'00000000000000010000000000000001',
     'Purchase', 'order-1', 'shop', x'0100000000000000020000000000000003',
     '{"rule":"explicit-grant"}', '{"event":"Purchase","n":1}'),
    (1099511627777, 200, 1795348800500, 1795348791, x'00000000000000010000000000000002',
     'AddToCart', 'order-2', 'shop', x'', '{}', '{"event":"AddToCart","n":2}'))"),
    std::string_view(R"(INSERT INTO dead (pixel, at, size, reason, code, message, request_id,
    attempts, received, event_time, duplicate_key, event, event_id, controller, subjects, evidence,
    payload) VALUES (1, 1795348800600, 100, 'invalid', 40002, 'bad', 'R', 1, 1795348800000,
    1795348790, x'00000000000000010000000000000003', 'Purchase', 'order-3', 'shop', x'', '{}',
    '{"event":"Purchase","n":3}'))"),
    std::string_view(R"(INSERT INTO key_log (at, freed, added) VALUES (1795348800000, x'',
    x'000000000000000100000000000000010000000000000001000000000000000200000000000000010000000000000004'))"),
};

// What made version 2 of it, and a record of a variant.
constexpr std::array version_2{
    std::string_view("ALTER TABLE records ADD COLUMN variant TEXT NOT NULL DEFAULT ''"),
    std::string_view("ALTER TABLE dead ADD COLUMN variant TEXT NOT NULL DEFAULT ''"),
    std::string_view("PRAGMA user_version = 2"),
    std::string_view(R"(INSERT INTO records VALUES
    (1099511627778, 100, 1795348800600, 1795348792, x'00000000000000010000000000000006',
     'Purchase', 'order-6', 'shop', x'', '{}', '{"event":"Purchase","n":6}', 'TEST1'))"),
};

struct version_1_file : walk_fixture {
    version_1_file() {
        std::filesystem::create_directories(chosen.path);
        std::ofstream(file()).close();
        run(version_1);
        run(held_by_version_1);
    }
    template <class Statements>
    void run(const Statements& statements) {
        auto opened = database::open(file(), database::access::read_write);
        REQUIRE(opened.has_value());
        for (const auto sql : statements) {
            opened->run(sql);
        }
        REQUIRE_FALSE(opened->failure());
    }
};

struct version_2_file : version_1_file {
    version_2_file() { run(version_2); }
};

// What made version 3 of that, and a record that waits since it was replayed.
constexpr std::array version_3{
    std::string_view("ALTER TABLE records ADD COLUMN queued INTEGER NOT NULL DEFAULT 0"),
    std::string_view(R"(
CREATE TABLE clock (
    id     INTEGER PRIMARY KEY,
    set_at INTEGER NOT NULL
) STRICT)"),
    std::string_view("PRAGMA user_version = 3"),
    std::string_view(R"(INSERT INTO records VALUES
    (1099511627779, 100, 1795348700000, 1795348692, x'00000000000000010000000000000007',
     'Purchase', 'order-7', 'shop', x'', '{}', '{"event":"Purchase","n":7}', '', 1795348800700))"),
};

struct version_3_file : version_2_file {
    version_3_file() { run(version_3); }
};

// Name, type, NOT NULL and default of each.
std::vector<std::string> columns_of(const std::string& file, const std::string& table) {
    auto opened = database::open(file, database::access::read_only);
    REQUIRE(opened.has_value());
    auto query = opened->prepare("SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' ||"
                                 " ifnull(dflt_value, '') FROM pragma_table_info(?)");
    query.with(table);
    std::vector<std::string> columns;
    while (query.next()) {
        columns.emplace_back(query.text(0));
    }
    return columns;
}

core::sealed_record with_key(std::uint64_t n) {
    auto content = make_content(spool_fixture::pixel, n);
    content.duplicate_key = {1, n};
    return tiktok::encoder::seal(std::move(content));
}

} // namespace

TEST_CASE_METHOD(version_1_file,
                 "versions: the records of a version 1 file are leased as they were") {
    open();
    CHECK(ask("PRAGMA user_version") == 4);
    const auto records = lease();
    REQUIRE(records.size() == 2);
    const auto& first = records.front();
    CHECK(first.id == 1'099'511'627'776);
    CHECK(first.event == "Purchase");
    CHECK(first.event_id == "order-1");
    CHECK(first.variant.empty());
    CHECK(first.payload == R"({"event":"Purchase","n":1})");
    CHECK(first.received.time_since_epoch().count() == 1'795'348'800'000);
    CHECK(first.event_time.time_since_epoch().count() == 1'795'348'790);
    CHECK(first.controller == "shop");
    REQUIRE(first.subjects.size() == 1);
    CHECK(first.subjects.front() ==
          core::subject_key{core::subject_key::kind::email, core::key128{2, 3}});
    CHECK(first.evidence == R"({"rule":"explicit-grant"})");
    CHECK(records.back().event_id == "order-2");
    CHECK(queue->count().bytes == 600);
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(version_1_file,
                 "versions: duplicates and dead letters of a version 1 file are known") {
    open();
    CHECK(shown() == std::vector<std::string>{"order-1", "order-2", "dead order-3"});
    std::vector<core::sealed_record> again;
    for (const std::uint64_t n : {1, 3, 4, 5}) {
        again.push_back(with_key(n));
    }
    // A dead letter's id is free; 4 was delivered.
    CHECK(append(*queue, std::move(again)).value() ==
          std::vector{duplicate, queued, duplicate, queued});
}

TEST_CASE_METHOD(version_1_file, "versions: what was migrated settles, dies and comes again") {
    open();
    const auto records = lease();
    settle({records[0]});
    settle({records[1]}, dead_letter("invalid"));
    flush();
    CHECK(queue->count().waiting == 0);
    CHECK(queue->count().dead == 2);
    open();
    CHECK(queue->count().dead == 2);
    CHECK(ask("SELECT count(*) FROM dead WHERE variant = ''") == 2);
}

TEST_CASE_METHOD(version_1_file, "versions: a migration that fails leaves the file at version 1") {
    run(std::array{std::string_view("ALTER TABLE dead ADD COLUMN variant TEXT")});
    CHECK(try_open().has_error());
    CHECK(ask("PRAGMA user_version") == 1);
    CHECK(ask("SELECT count(*) FROM pragma_table_info('records') WHERE name = 'variant'") == 0);
    CHECK(ask("SELECT count(*) FROM records") == 2);
}

TEST_CASE_METHOD(version_1_file, "versions: on a full disk a migration lives on the reserve") {
    const auto reserve = chosen.path + "/spool.reserve";
    const bool left = GENERATE(true, false); // of what version 1 put aside
    CAPTURE(left);
    if (left) {
        std::ofstream(reserve).close();
        std::filesystem::resize_file(reserve, 8u << 20);
    }
    failing_disk disk;
    disk.answer([&] {
        const bool room = left && std::filesystem::file_size(reserve) == 0;
        return room ? SQLITE_OK : SQLITE_FULL;
    });
    auto opened = try_open();
    if (left) {
        REQUIRE(opened.has_value());
        queue = std::move(*opened);
        CHECK(lease().size() == 2);
    } else {
        CHECK(opened.error() == spool::errc::full);
    }
    disk.answer(nullptr);
    queue.reset();
    CHECK(ask("PRAGMA user_version") == (left ? 4 : 1));
    CHECK(ask("SELECT count(*) FROM records") == 2);
}

TEST_CASE_METHOD(version_1_file, "versions: a migrated file has the columns of a new one") {
    open();
    queue.reset();
    const auto migrated = file();
    chosen.path = directory.file("new");
    open();
    const std::string table = GENERATE("pixels", "records", "dead", "key_log", "clock");
    CAPTURE(table);
    const auto columns = columns_of(migrated, table);
    CHECK(columns.size() >= 2);
    CHECK(columns == columns_of(file(), table));
}

TEST_CASE_METHOD(version_2_file,
                 "versions: the records of a version 2 file are leased as they were") {
    open();
    CHECK(ask("PRAGMA user_version") == 4);
    const auto records = lease();
    CHECK(event_ids(records) == std::vector<std::string>{"order-1", "order-2", "order-6"});
    CHECK(records.back().variant == "TEST1");
    CHECK(records.back().received.time_since_epoch().count() == 1'795'348'800'600);
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(version_2_file,
                 "versions: what an older version took in expires by when it was received") {
    open();
    CHECK(queue->look(pixel).value().oldest == fake_clock::start);
    clock.advance(std::chrono::hours(24 * 7) + std::chrono::milliseconds(499));
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-2", "order-6"});
}

TEST_CASE_METHOD(version_2_file,
                 "versions: a version 2 file that was migrated has the columns of a new one") {
    open();
    queue.reset();
    const auto migrated = file();
    chosen.path = directory.file("new");
    open();
    const std::string table = GENERATE("records", "dead");
    CHECK(columns_of(migrated, table) == columns_of(file(), table));
}

TEST_CASE_METHOD(version_2_file, "versions: a dead letter of an older version can be replayed") {
    open();
    std::promise<spool::replay_result> ended;
    queue->replay_dead(
        {}, [](const auto&) { return std::nullopt; },
        [&](spool::replay_result result) { ended.set_value(std::move(result)); });
    CHECK(ended.get_future().get().replayed == 1);
    const auto records = lease();
    REQUIRE(records.size() == 4);
    CHECK(records.back().event_id == "order-3");
    CHECK(records.back().received.time_since_epoch().count() == 1'795'348'800'000);
    // 100 less the words that it died with: "invalid", "bad" and "R".
    CHECK(ask("SELECT size FROM records WHERE event_id = 'order-3'") == 89);
}

TEST_CASE_METHOD(version_3_file,
                 "versions: the records of a version 3 file are leased as they were") {
    open();
    CHECK(ask("PRAGMA user_version") == 4);
    CHECK(queue->count().to_encrypt_anew == 0); // there is no key
    const auto records = lease();
    CHECK(event_ids(records) ==
          std::vector<std::string>{"order-1", "order-2", "order-6", "order-7"});
    CHECK(records.front().payload == R"({"event":"Purchase","n":1})");
    CHECK(records.back().received.time_since_epoch().count() == 1'795'348'700'000);
    CHECK(queue->look(pixel).value().oldest == fake_clock::start);
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(version_3_file,
                 "versions: a version 3 file that was migrated has the columns of a new one") {
    open();
    queue.reset();
    const auto migrated = file();
    chosen.path = directory.file("new");
    open();
    const std::string table = GENERATE("pixels", "records", "dead", "key_log", "clock");
    CHECK(columns_of(migrated, table) == columns_of(file(), table));
}
