// A damaged spool.db: it is kept, what can be read is taken over, and the daemon starts.
#include "walk_fixture.hpp"

#include <gatepost/spool/spool_files.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;
using strings = std::vector<std::string>;

namespace {

constexpr std::size_t page_size = 4096;

std::string read_all(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::string& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

void overwrite(std::string& bytes, std::size_t at, const std::string& with) {
    REQUIRE(at + with.size() <= bytes.size());
    bytes.replace(at, with.size(), with);
}

std::string garbage(std::size_t count) {
    std::string bytes(count, '\0');
    std::uint32_t state = 20261123;
    for (auto& byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<char>(state >> 24);
    }
    return bytes;
}

struct damage_fixture : walk_fixture {
    const std::string kept = chosen.path + "/spool.db.damaged-20261122T120000Z";

    // 300 events wait, 3 are dead letters, and 2 were delivered.
    void fill() {
        open();
        add(1, 305).value();
        const auto records = lease(5);
        settle({records.begin(), records.begin() + 3}, dead_letter("invalid"));
        settle({records.begin() + 3, records.end()});
        flush();
        queue->close();
        queue.reset();
    }
    // Where an event stands in the file.
    std::size_t place_of(const std::string& bytes, int n) const {
        const auto found = bytes.find("{\"event\":\"Purchase\",\"n\":" + std::to_string(n) + "}");
        REQUIRE(found != std::string::npos);
        return found;
    }
    std::size_t page_of(const std::string& bytes, int n) const {
        return place_of(bytes, n) / page_size * page_size;
    }
    strings waiting() { return event_ids(lease(1000)); }
    strings expected(std::uint64_t first, std::uint64_t last) const {
        strings ids;
        for (auto n = first; n <= last; ++n) {
            ids.push_back("order-" + std::to_string(n));
        }
        return ids;
    }
    bool is_whole() { return spool::inspect(file(), chosen.keys).value().faults.empty(); }
};

} // namespace

TEST_CASE_METHOD(damage_fixture, "damage: a file that is no database any more is kept aside") {
    fill();
    auto bytes = read_all(file());
    SECTION("its header is garbage") {
        overwrite(bytes, 0, garbage(100));
    }
    SECTION("all of it is garbage") {
        bytes = garbage(bytes.size());
    }
    SECTION("all of it is zero") {
        bytes.assign(bytes.size(), '\0');
    }
    SECTION("only its first half page is left") {
        bytes.resize(page_size / 2);
    }
    SECTION("it was emptied") {
        bytes.clear();
    }
    write_all(file(), bytes);
    open();
    CHECK(queue->count().waiting == 0);
    CHECK(add(1000).value() == std::vector{queued});
    CHECK(read_all(kept) == bytes);
    open(); // and that is all
    CHECK(queue->count().waiting == 1);
    CHECK_FALSE(fs::exists(chosen.path + "/spool.db.salvage"));
    CHECK(is_whole());
}

TEST_CASE_METHOD(damage_fixture, "damage: what one bad page leaves to read is taken over") {
    fill();
    const auto before = read_all(file());
    auto bytes = before;
    const int n = GENERATE(6, 150, 303);
    const bool zero = GENERATE(true, false);
    CAPTURE(n, zero);
    overwrite(bytes, page_of(bytes, n), zero ? std::string(page_size, '\0') : garbage(page_size));
    write_all(file(), bytes);
    open();
    CHECK(read_all(kept) == bytes);
    // Those of the page are gone, and no others.
    auto left = expected(6, 305);
    std::erase_if(left, [&](const std::string& id) {
        return page_of(before, std::stoi(id.substr(6))) == page_of(before, n);
    });
    REQUIRE(left.size() >= 270);
    REQUIRE(left.size() < 300);
    CHECK(waiting() == left);
    CHECK(queue->count().dead == 3);
    // What is lost may be sent again; nothing tells it from 5, which was delivered.
    CHECK(add(5).value() == std::vector{queued});
    CHECK(add(static_cast<std::uint64_t>(n)).value() == std::vector{queued});
    CHECK(add(200).value() == std::vector{duplicate});
    CHECK(add(400).value() == std::vector{queued});
    CHECK(is_whole());
}

TEST_CASE_METHOD(damage_fixture, "damage: what is left between two bad pages is found") {
    fill();
    auto bytes = read_all(file());
    const auto first = page_of(bytes, 6);
    const auto second = page_of(bytes, 303);
    REQUIRE(first != second);
    overwrite(bytes, first, std::string(page_size, '\0'));
    overwrite(bytes, second, std::string(page_size, '\0'));
    write_all(file(), bytes);
    open();
    const auto left = waiting();
    CHECK(left.size() >= 250);
    CHECK(std::ranges::find(left, "order-150") != left.end());
    CHECK(std::ranges::is_sorted(left, {}, [](const auto& id) { return std::stoi(id.substr(6)); }));
}

TEST_CASE_METHOD(damage_fixture, "damage: of a file that was cut off the rest is taken over") {
    fill();
    const auto before = read_all(file());
    const auto size = before.size() / page_size * GENERATE(1u, 2u, 3u) / 4 * page_size;
    CAPTURE(size);
    write_all(file(), before.substr(0, size));
    open();
    CHECK(fs::file_size(kept) == size);
    auto left = expected(6, 305);
    std::erase_if(left, [&](const std::string& id) {
        return place_of(before, std::stoi(id.substr(6))) >= size;
    });
    CHECK(waiting() == left);
    CHECK(is_whole());
}

TEST_CASE_METHOD(damage_fixture, "damage: an event that a disk made up is not taken over") {
    fill();
    auto bytes = read_all(file());
    const auto place = place_of(bytes, 150);
    SECTION("its payload is no JSON") {
        overwrite(bytes, place, "[");
    }
    SECTION("its evidence is no JSON") {
        overwrite(bytes, bytes.rfind("{\"rule\"", place), "[");
    }
    // So that the file is read row by row.
    overwrite(bytes, page_of(bytes, 250), std::string(page_size, '\0'));
    write_all(file(), bytes);
    open();
    const auto left = waiting();
    CHECK(std::ranges::find(left, "order-149") != left.end());
    CHECK(std::ranges::find(left, "order-150") == left.end());
    CHECK(std::ranges::find(left, "order-151") != left.end());
}

TEST_CASE_METHOD(damage_fixture, "damage: an earlier damaged file is never overwritten") {
    fill();
    write_all(kept, "the first");
    write_all(kept + "-2-wal", "the log of a second");
    write_all(file(), garbage(5000));
    open();
    CHECK(read_all(kept) == "the first");
    CHECK(read_all(kept + "-2-wal") == "the log of a second");
    CHECK(read_all(kept + "-3") == garbage(5000));
}

TEST_CASE_METHOD(damage_fixture, "damage: a log that is none is kept, and the file taken over") {
    fill();
    open();
    flush_upkeep(); // which copies the log back after every start
    add(306, 2).value();
    const auto log = read_all(file() + "-wal"); // as a crash leaves it
    const auto bytes = read_all(file());
    queue.reset();
    REQUIRE(log.size() > page_size);
    auto bad = log;
    overwrite(bad, 0, garbage(5000)); // with its first frame
    write_all(file(), bytes);
    write_all(file() + "-wal", bad);
    open();
    CHECK(read_all(kept + "-wal") == bad);
    CHECK(waiting() == expected(6, 305));
}

TEST_CASE_METHOD(damage_fixture, "damage: the log of a file that is gone is kept") {
    fill();
    open();
    flush_upkeep();
    add(306, 2).value();
    const auto log = read_all(file() + "-wal");
    queue.reset();
    const bool emptied = GENERATE(true, false);
    fs::remove(file());
    if (emptied) {
        write_all(file(), "");
    }
    write_all(file() + "-wal", log);
    open();
    CHECK(read_all(kept + "-wal") == log);
    CHECK(queue->count().waiting == 0);
}

TEST_CASE_METHOD(damage_fixture, "damage: after a crash in the middle the next start finishes") {
    fill();
    SECTION("while the new file was filled") {
        write_all(file() + ".salvage", garbage(3000));
        write_all(file() + ".salvage-wal", garbage(3000));
        open();
        CHECK(waiting() == expected(6, 305));
    }
    SECTION("after the damaged file was moved") {
        fs::rename(file(), file() + ".salvage");
        write_all(file() + "-wal", garbage(3000)); // of the damaged one
        open();
        CHECK(waiting() == expected(6, 305));
        CHECK(read_all(kept + "-wal") == garbage(3000));
    }
    CHECK_FALSE(fs::exists(file() + ".salvage"));
    CHECK_FALSE(fs::exists(file() + ".salvage-wal"));
}

TEST_CASE_METHOD(damage_fixture, "damage: ids of dead letters are not used again") {
    fill();
    auto bytes = read_all(file());
    overwrite(bytes, page_of(bytes, 150), std::string(page_size, '\0'));
    write_all(file(), bytes);
    open();
    settle(lease(1), dead_letter("invalid"));
    flush();
    CHECK(ask("SELECT max(id) FROM dead") == 4);
}

TEST_CASE_METHOD(damage_fixture,
                 "damage: a damaged file of others or of a newer version is refused") {
    fill();
    auto bytes = read_all(file());
    core::error_code expected_error;
    SECTION("another program's application id") {
        overwrite(bytes, 68, "ABCD");
        expected_error = spool::errc::not_a_spool;
    }
    SECTION("a newer version") {
        overwrite(bytes, 60, std::string("\0\0\0\x09", 4));
        expected_error = spool::errc::newer_version;
    }
    bytes.resize(bytes.size() / 2);
    write_all(file(), bytes);
    CHECK(try_open().error() == expected_error);
    CHECK(read_all(file()) == bytes);
    CHECK_FALSE(fs::exists(kept));
}

TEST_CASE_METHOD(damage_fixture, "damage: while it runs nothing new is taken in, the rest drains") {
    fill();
    open();
    // Under the daemon's feet: what is read from now on is not what it wrote.
    auto bytes = read_all(file());
    const auto place = page_of(bytes, 200);
    {
        std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
        out.seekp(static_cast<std::streamoff>(place));
        out << std::string(page_size, '\0');
    }
    CHECK(event_ids(lease(50)) == expected(6, 55));
    CHECK(queue->lease(pixel, {.max_events = 1000}).error() == spool::errc::io);
    CHECK(add(1000).error() == spool::errc::io);
    REQUIRE(fs::exists(chosen.path + "/spool.damaged"));
    // The next start has the file checked, keeps it, and takes over the rest.
    open();
    CHECK(fs::exists(kept));
    CHECK_FALSE(fs::exists(chosen.path + "/spool.damaged"));
    const auto left = waiting();
    CHECK(left.size() >= 270);
    CHECK(std::ranges::find(left, "order-200") == left.end());
    CHECK(add(1000).value() == std::vector{queued});
}

TEST_CASE_METHOD(damage_fixture, "damage: a mark without damage is taken away, and that is all") {
    fill();
    write_all(chosen.path + "/spool.damaged", "");
    open();
    CHECK_FALSE(fs::exists(chosen.path + "/spool.damaged"));
    CHECK_FALSE(fs::exists(kept));
    CHECK(queue->count().waiting == 300);
}

TEST_CASE_METHOD(damage_fixture, "damage: a page in another's place makes no event of its own") {
    fill();
    auto bytes = read_all(file());
    const auto from = page_of(bytes, 100);
    const auto to = page_of(bytes, 200);
    REQUIRE(from != to);
    overwrite(bytes, to, bytes.substr(from, page_size));
    write_all(file(), bytes);
    open();
    const auto left = waiting();
    CHECK(left.size() >= 250);
    CHECK(std::ranges::is_sorted(left, {}, [](const auto& id) { return std::stoi(id.substr(6)); }));
    CHECK(std::ranges::adjacent_find(left) == left.end());
    CHECK(read_all(kept) == bytes);
}

TEST_CASE_METHOD(damage_fixture, "damage: whatever pages are lost, the daemon starts and serves") {
    fill();
    const auto before = read_all(file());
    const auto pages = before.size() / page_size;
    const auto all = expected(6, 305);
    const auto seed = GENERATE(range(1u, 21u));
    CAPTURE(seed);
    std::mt19937 random(seed);
    auto bytes = before;
    const auto damaged = 1 + random() % 4;
    for (std::size_t i = 0; i < damaged; ++i) {
        const auto at = random() % pages * page_size;
        switch (random() % 3) {
        case 0:
            overwrite(bytes, at, std::string(page_size, '\0'));
            break;
        case 1:
            // From its head on: what is made up inside a text nobody can tell.
            overwrite(bytes, at, garbage(1 + random() % 1000));
            break;
        default:
            overwrite(bytes, at, before.substr(random() % pages * page_size, page_size));
        }
    }
    if (random() % 4 == 0) {
        bytes.resize(bytes.size() - random() % (bytes.size() / 2));
    }
    write_all(file(), bytes);
    open();
    // Damage that no start sees comes to light when it is met; the next start has it checked.
    if (queue->lease(pixel, {.max_events = 1000}).has_error() || add(1000).has_error()) {
        open();
        CHECK(fs::exists(kept));
    } else {
        open();
    }
    auto left = waiting();
    std::erase(left, "order-1000");
    CHECK(std::ranges::is_sorted(left, {}, [](const auto& id) { return std::stoi(id.substr(6)); }));
    CHECK(std::ranges::adjacent_find(left) == left.end());
    CHECK(std::ranges::all_of(
        left, [&](const auto& id) { return std::ranges::find(all, id) != all.end(); }));
    CHECK(add(2000).value() == std::vector{queued});
    if (fs::exists(kept)) {
        CHECK(fs::file_size(kept) == bytes.size());
    }
}
