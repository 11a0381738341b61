// Logs as SQLite writes them and a kill leaves them, with damage of every kind; what a mended one
// holds is asked of SQLite.
#include <gatepost/core/private_file.hpp>
#include <gatepost/sqlite/database.hpp>
#include <gatepost/sqlite/write_ahead_log.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t header_size = 32;
constexpr std::size_t frame_header_size = 24;

std::string read_all(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::string& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

struct log_fixture {
    test::temporary_directory directory;
    const std::string live = directory.file("live.db");
    const std::string killed = directory.file("killed.db");
    const std::string log = killed + "-wal";
    std::size_t page_size = 4096;
    std::size_t frame_size() const { return frame_header_size + page_size; }

    sqlite::database open(const std::string& file) {
        REQUIRE_FALSE(core::make_private_file(file));
        auto opened = sqlite::database::open(file, sqlite::database::access::read_write);
        REQUIRE(opened.has_value());
        opened->run("PRAGMA page_size = " + std::to_string(page_size));
        opened->run("PRAGMA journal_mode = WAL");
        return std::move(*opened);
    }
    void make_table(sqlite::database& in) {
        in.run("CREATE TABLE rows (n INTEGER PRIMARY KEY, filling TEXT)");
        REQUIRE_FALSE(in.checkpoint(true));
    }
    // One transaction, of about `kib` KiB.
    void commit(sqlite::database& in, int n, int kib = 0) {
        in.prepare("INSERT INTO rows VALUES (?, hex(zeroblob(?)))").with(n, kib * 512).run();
        REQUIRE_FALSE(in.failure());
    }
    // What a process that is killed now leaves behind.
    std::string kill() {
        fs::copy_file(live, killed, fs::copy_options::overwrite_existing);
        fs::copy_file(live + "-wal", log, fs::copy_options::overwrite_existing);
        return read_all(log);
    }
    std::size_t frames_of(const std::string& bytes) const {
        return (bytes.size() - header_size) / frame_size();
    }
    std::size_t place_of(std::size_t frame) const {
        return header_size + (frame - 1) * frame_size();
    }
    void flip(std::string& bytes, std::size_t at) { bytes[at] = static_cast<char>(~bytes[at]); }
    // By SQLite, with this log in the place of the other.
    std::int64_t ask(const std::string& with_log, const std::string& sql) {
        const auto file = directory.file("asked.db");
        fs::copy_file(killed, file, fs::copy_options::overwrite_existing);
        fs::copy_file(with_log, file + "-wal", fs::copy_options::overwrite_existing);
        fs::remove(file + "-shm");
        auto opened = sqlite::database::open(file, sqlite::database::access::read_only);
        REQUIRE(opened.has_value());
        const auto answer = opened->ask(sql);
        REQUIRE_FALSE(opened->failure());
        return answer;
    }
    std::int64_t rows(const std::string& with_log) {
        return ask(with_log, "SELECT count(*) FROM rows");
    }
    sqlite::log_reading read() { return sqlite::read_log(log).value(); }
};

} // namespace

TEST_CASE_METHOD(log_fixture, "log: one that is not there, or holds nothing, is whole") {
    CHECK(read().bytes == 0);
    CHECK(sqlite::log_is_whole(log));
    write_all(log, std::string(GENERATE(0U, 1U, 32U), '\0'));
    CHECK(read().header_whole);
    CHECK(read().frames_read == 0);
    CHECK(sqlite::log_is_whole(log));
}

TEST_CASE_METHOD(log_fixture, "log: after a kill all of it is read, whatever the page size") {
    page_size = GENERATE(512U, 4096U, 65536U);
    auto opened = open(live);
    make_table(opened);
    for (int n = 1; n <= 20; ++n) {
        commit(opened, n);
    }
    const auto bytes = kill();
    const auto found = read();
    CHECK(found.bytes == bytes.size());
    CHECK(found.header_whole);
    CHECK(found.frames_read == frames_of(bytes));
    CHECK(found.frames_read == 20);
    CHECK(found.frames_unread == 0);
    CHECK(sqlite::log_is_whole(log));
}

TEST_CASE_METHOD(log_fixture, "log: a torn end is lawful, with zeros or older frames behind it") {
    auto opened = open(live);
    make_table(opened);
    const bool older = GENERATE(false, true);
    if (older) {
        for (int n = 100; n < 140; ++n) {
            commit(opened, n);
        }
        // What follows is written over these.
        REQUIRE_FALSE(opened.checkpoint(false));
    }
    for (int n = 1; n <= 10; ++n) {
        commit(opened, n);
    }
    auto bytes = kill();
    CHECK(frames_of(bytes) == (older ? 40 : 10));
    CHECK(read().frames_read == 10);
    SECTION("nothing is torn") {
        CHECK(read().frames_unread == 0);
        return;
    }
    SECTION("the file ends in the frame") {
        bytes.resize(place_of(10) + 2000);
    }
    SECTION("its page is zero, and so is all that follows") {
        const auto from = place_of(10) + frame_header_size;
        bytes.replace(from, bytes.size() - from, bytes.size() - from, '\0');
    }
    SECTION("half of its page is what stood there before") {
        flip(bytes, place_of(10) + 3000);
    }
    SECTION("its header was not written") {
        bytes.replace(place_of(10), frame_header_size, frame_header_size, '\7');
    }
    write_all(log, bytes);
    CHECK(read().frames_read == 9);
    CHECK(read().frames_unread == 0);
    CHECK(sqlite::log_is_whole(log));
    CHECK(rows(log) == (older ? 40 : 0) + 9);
}

TEST_CASE_METHOD(log_fixture, "log: damage in the middle is told from a torn end") {
    auto opened = open(live);
    make_table(opened);
    for (int n = 1; n <= 10; ++n) {
        commit(opened, n);
    }
    auto bytes = kill();
    const auto frame = GENERATE(1U, 5U, 9U);
    const auto place = GENERATE(0U, 5U, 9U, 20U, 24U, 4000U);
    CAPTURE(frame, place);
    flip(bytes, place_of(frame) + place);
    write_all(log, bytes);
    CHECK(rows(log) == frame - 1); // SQLite says nothing of the rest
    const auto found = read();
    CHECK(found.header_whole);
    CHECK(found.frames_read == frame - 1);
    CHECK(found.frames_unread == 10 - (frame - 1));
    // Before 9 is known to have been durable 10 must have begun behind it; of 9 itself nothing is
    // known when it no longer says that it is of this log.
    CHECK(found.durable_unread == (frame < 9 || place == 0 || place == 5 || place > 16));
    CHECK(sqlite::log_is_whole(log) == !found.durable_unread);
}

TEST_CASE_METHOD(log_fixture, "log: one commit that the power cut to pieces was not durable") {
    auto opened = open(live);
    make_table(opened);
    for (int n = 1; n <= 5; ++n) {
        commit(opened, n);
    }
    const auto before = frames_of(kill());
    commit(opened, 6, 40);
    auto bytes = kill();
    REQUIRE(frames_of(bytes) > before + 5);
    flip(bytes, place_of(before + 2) + 1000);
    write_all(log, bytes);
    CHECK(read().frames_read == before);
    CHECK(read().frames_unread == frames_of(bytes) - before);
    CHECK_FALSE(read().durable_unread);
    CHECK(sqlite::log_is_whole(log));

    // It was, if something was written after it.
    commit(opened, 7);
    bytes = kill();
    flip(bytes, place_of(before + 2) + 1000);
    write_all(log, bytes);
    CHECK(read().durable_unread);
    CHECK_FALSE(sqlite::log_is_whole(log));
}

TEST_CASE_METHOD(log_fixture, "log: frames of a transaction that was rolled back are none") {
    auto opened = open(live);
    make_table(opened);
    commit(opened, 1);
    {
        // So large that its pages are written before it ends.
        opened.run("PRAGMA cache_size = 5");
        sqlite::transaction work(opened);
        commit(opened, 100, 200);
    }
    CHECK(frames_of(kill()) > 20);
    CHECK(read().frames_unread == 0);
    commit(opened, 2);
    auto bytes = kill();
    CHECK(read().frames_read == 2);
    CHECK(read().frames_unread == 0);
    flip(bytes, place_of(2) + 100);
    write_all(log, bytes);
    CHECK(read().frames_read == 1);
}

TEST_CASE_METHOD(log_fixture, "log: a header that is gone is told by the frames, byte for byte") {
    page_size = GENERATE(512U, 4096U, 65536U);
    auto opened = open(live);
    make_table(opened);
    // So that it counts checkpoints.
    for (int n = 100; n < 103; ++n) {
        commit(opened, n);
        REQUIRE_FALSE(opened.checkpoint(false));
    }
    for (int n = 1; n <= 8; ++n) {
        commit(opened, n);
    }
    const auto whole = kill();
    const auto filling = GENERATE('\0', '\377', 'x');
    auto bytes = whole;
    bytes.replace(0, header_size, header_size, filling);
    write_all(log, bytes);
    CHECK_FALSE(read().header_whole);
    CHECK(read().frames_read == 0);
    CHECK(read().frames_unread == 8);
    CHECK_FALSE(sqlite::log_is_whole(log));
    const auto mended = directory.file("mended");
    CHECK(sqlite::mend_log(log, mended).value() == 0);
    CHECK(read_all(mended) == whole);
    CHECK(rows(mended) == 11);
}

TEST_CASE_METHOD(log_fixture, "log: without header and first frame nothing tells what it said") {
    auto opened = open(live);
    make_table(opened);
    for (int n = 1; n <= 8; ++n) {
        commit(opened, n);
    }
    auto bytes = kill();
    bytes.replace(0, 1000, 1000, '\0');
    write_all(log, bytes);
    CHECK_FALSE(read().header_whole);
    CHECK(read().frames_unread == 0);
    const auto mended = directory.file("mended");
    CHECK(sqlite::mend_log(log, mended).error() == sqlite::errc::damaged);
    CHECK_FALSE(fs::exists(mended));
}

TEST_CASE_METHOD(log_fixture, "log: a mended one is read to its last commit") {
    auto opened = open(live);
    make_table(opened);
    for (int n = 1; n <= 10; ++n) {
        commit(opened, n);
    }
    auto bytes = kill();
    const auto mended = directory.file("mended");
    SECTION("what is whole is copied") {
        CHECK(sqlite::mend_log(log, mended).value() == 0);
        CHECK(read_all(mended) == bytes);
    }
    SECTION("one frame is left out, which a later one has anew") {
        flip(bytes, place_of(4) + 2000);
        write_all(log, bytes);
        CHECK(sqlite::mend_log(log, mended).value() == 1);
        CHECK(frames_of(read_all(mended)) == 9);
    }
    SECTION("its checksum is damaged: the next one cannot be told to be sound either") {
        flip(bytes, place_of(4) + 20);
        write_all(log, bytes);
        CHECK(sqlite::mend_log(log, mended).value() == 2);
    }
    SECTION("what was torn at the end is no loss") {
        bytes += bytes.substr(place_of(10), frame_header_size + 100);
        write_all(log, bytes);
        CHECK(sqlite::mend_log(log, mended).value() == 0);
    }
    CHECK(rows(mended) == 10);
    CHECK(ask(mended, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") ==
          1);
    CHECK(fs::status(mended).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(sqlite::mend_log(log, mended).error() == boost::system::errc::file_exists);
}
