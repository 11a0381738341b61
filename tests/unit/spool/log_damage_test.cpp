// A damaged log beside spool.db: events that were acknowledged stand there and nowhere else.
#include "spool_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t header_size = 32;
constexpr std::size_t frame_size = 24 + 4096;

std::string read_all(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::string& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

struct log_damage_fixture : spool_fixture {
    // 60 events, each of a commit of its own, and what kill -9 would leave of the files.
    void fill_and_kill() {
        open();
        add(1000).value(); // so that the pixel is known, as it is on all days but the first
        settle(lease());
        open();
        flush_upkeep();
        for (std::uint64_t n = 1; n <= 60; ++n) {
            add(n).value();
        }
        const auto killed = directory.file("killed");
        fs::create_directory(killed);
        fs::permissions(killed, fs::perms::owner_all);
        for (const auto* name : {"/spool.db", "/spool.db-wal", "/spool.reserve"}) {
            fs::copy_file(chosen.path + name, killed + name);
        }
        queue->close();
        queue.reset();
        chosen.path = killed;
    }
    std::string log() const { return file() + "-wal"; }
    std::string kept() const { return file() + ".damaged-20261122T120000Z"; }

    std::set<std::string> waiting() {
        const auto ids = event_ids(lease(1000));
        const std::set<std::string> all(ids.begin(), ids.end());
        CHECK(all.size() == ids.size());
        return all;
    }
    // Whatever is lost may be sent again, and what is not is known.
    void check_that_nothing_is_refused(const std::set<std::string>& left) {
        for (std::uint64_t n = 1; n <= 60; ++n) {
            CAPTURE(n);
            const bool there = left.contains("order-" + std::to_string(n));
            CHECK(add(n).value() == std::vector{there ? duplicate : queued});
        }
        CHECK(queue->count().waiting == 60);
    }
    void check_that_it_is_kept(const std::string& file_bytes, const std::string& log_bytes) {
        CHECK(read_all(kept()) == file_bytes);
        CHECK(read_all(kept() + "-wal") == log_bytes);
        CHECK_FALSE(fs::exists(file() + ".mended"));
        CHECK_FALSE(fs::exists(file() + ".mended-wal"));
        CHECK(fs::hard_link_count(kept()) == 1);
        CHECK(ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
    }
};

} // namespace

TEST_CASE_METHOD(log_damage_fixture, "log damage: what stands behind a bad frame is not lost") {
    chosen.durability = GENERATE(spool::durability::process, spool::durability::power);
    fill_and_kill();
    const auto whole = read_all(file());
    auto bytes = read_all(log());
    const auto frames = (bytes.size() - header_size) / frame_size;
    REQUIRE(frames > 60);
    const auto third = GENERATE(0U, 1U, 2U);
    const auto offset = GENERATE(16U, 2000U); // its checksum, its page
    CAPTURE(third, offset);
    bytes.replace(header_size + frame_size * (frames * third / 3) + offset, 16, 16, '\377');
    write_all(log(), bytes);
    open();
    check_that_it_is_kept(whole, bytes);
    const auto left = waiting();
    CHECK(left.size() >= 50);
    check_that_nothing_is_refused(left);
}

TEST_CASE_METHOD(log_damage_fixture, "log damage: a header that is gone loses nothing") {
    fill_and_kill();
    const auto whole = read_all(file());
    auto bytes = read_all(log());
    bytes.replace(0, header_size, header_size, '\0');
    write_all(log(), bytes);
    open();
    check_that_it_is_kept(whole, bytes);
    const auto left = waiting();
    CHECK(left.size() == 60);
    check_that_nothing_is_refused(left);
    open();
    CHECK(queue->count().waiting == 60);
}

TEST_CASE_METHOD(log_damage_fixture, "log damage: of a log that tells nothing, what it kept is") {
    fill_and_kill();
    const auto whole = read_all(file());
    std::string bytes(fs::file_size(log()), '\0');
    write_all(log(), bytes);
    open();
    check_that_it_is_kept(whole, bytes);
    check_that_nothing_is_refused(waiting());
}

TEST_CASE_METHOD(log_damage_fixture,
                 "log damage: wherever it is hit, all that is lost can come again") {
    fill_and_kill();
    auto bytes = read_all(log());
    const auto frames = (bytes.size() - header_size) / frame_size;
    const auto step = GENERATE(range(0U, 12U));
    CAPTURE(step);
    // Three pages in a row of the disk, anywhere but at the end.
    const auto at = header_size + frame_size * ((frames - 5) * step / 12) / 4096 * 4096;
    bytes.replace(at, 3U * 4096, 3U * 4096, '\0');
    write_all(log(), bytes);
    open();
    CHECK(fs::exists(kept()));
    check_that_nothing_is_refused(waiting());
}

TEST_CASE_METHOD(log_damage_fixture, "log damage: a torn end is none, and nothing is kept aside") {
    fill_and_kill();
    auto bytes = read_all(log());
    SECTION("nothing is torn") {
        open();
        CHECK(queue->count().waiting == 60);
    }
    SECTION("a frame was being written") {
        bytes += bytes.substr(header_size, 3000);
        write_all(log(), bytes);
        open();
        CHECK(queue->count().waiting == 60);
    }
    SECTION("the last frame is not whole") {
        bytes.resize(bytes.size() - 100);
        write_all(log(), bytes);
        open();
        CHECK(queue->count().waiting == 59);
    }
    CHECK_FALSE(fs::exists(kept()));
}

TEST_CASE_METHOD(log_damage_fixture,
                 "log damage: with durability power, what a cut left of one commit is none") {
    chosen.durability = spool::durability::power;
    fill_and_kill();
    // A commit has several frames, of which the last one marks it.
    auto bytes = read_all(log());
    bytes.replace(bytes.size() - 2 * frame_size + 100, 16, 16, '\377');
    write_all(log(), bytes);
    open();
    CHECK_FALSE(fs::exists(kept()));
    CHECK(queue->count().waiting == 59);
    CHECK(add(60).value() == std::vector{queued});
}

TEST_CASE_METHOD(log_damage_fixture, "log damage: what an interrupted start left is taken away") {
    fill_and_kill();
    fs::create_hard_link(file(), file() + ".mended");
    write_all(file() + ".mended-wal", "rest");
    open();
    CHECK_FALSE(fs::exists(file() + ".mended"));
    CHECK_FALSE(fs::exists(file() + ".mended-wal"));
    CHECK(queue->count().waiting == 60);
}
