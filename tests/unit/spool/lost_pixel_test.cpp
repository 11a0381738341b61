// A damaged table of pixels: no event goes to another pixel than its own, and none is lost without
// a word.
#include "dead_fixture.hpp"

#include <gatepost/spool/spool_files.hpp>

#include <algorithm>
#include <filesystem>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using strings = std::vector<std::string>;

namespace {

constexpr auto third_pixel = "PIXEL-C";
constexpr auto made_up = "lost-pixel-1";

struct lost_pixel_fixture : dead_fixture {
    lost_pixel_fixture() {
        for (const auto* name : {pixel, other_pixel, third_pixel}) {
            append(*queue, make_records(name, 1, 3)).value();
        }
    }

    void close() { queue.reset(); }
    // Zeros over the row of a pixel, and over its entry in the index: pixel n is row n of a leaf
    // whose cells are a length, the id, a header and the columns (SQLite's file format, 1.6 and 2).
    void blank(const std::string& name, bool index_too) {
        close();
        auto bytes = stored_bytes("spool.db");
        const auto row = bytes.find(std::string("\x04\x00", 2) + "\x1b\x03" + name);
        REQUIRE(row != std::string::npos);
        bytes.replace(row - 2, 9 + name.size(), 9 + name.size(), '\0');
        if (index_too) {
            const auto entry = bytes.find(name);
            REQUIRE(entry != std::string::npos);
            bytes.replace(entry - 4, 4 + name.size(), 4 + name.size(), '\0');
        }
        std::ofstream(file(), std::ios::binary) << bytes;
    }
    void change(const std::string& sql) {
        close();
        auto opened = sqlite::database::open(file(), sqlite::database::access::read_write);
        REQUIRE(opened.has_value());
        opened->run(sql);
        REQUIRE_FALSE(opened->failure());
    }
    strings waiting(const std::string& of) {
        return event_ids(queue->lease(of, {.max_events = 1000}).value());
    }
    bool was_kept_aside() const {
        return std::ranges::any_of(fs::directory_iterator(chosen.path), [](const auto& entry) {
            return entry.path().filename().string().starts_with("spool.db.damaged-");
        });
    }
    bool is_whole() const { return spool::inspect(file(), chosen.keys).value().faults.empty(); }

    const strings all{"order-1", "order-2", "order-3"};
};

} // namespace

TEST_CASE_METHOD(lost_pixel_fixture, "lost pixel: the index still knows the name") {
    blank(pixel, false);
    open();
    CHECK(was_kept_aside());
    CHECK(add(3, 2).value() == std::vector{duplicate, queued});
    open();
    CHECK(waiting(pixel) == strings{"order-1", "order-2", "order-3", "order-4"});
    CHECK(waiting(other_pixel) == all);
    CHECK(waiting(third_pixel) == all);
    CHECK(is_whole());
}

TEST_CASE_METHOD(lost_pixel_fixture,
                 "lost pixel: without its name its events wait under a made-up one and expire") {
    blank(pixel, true);
    open();
    CHECK(was_kept_aside());
    CHECK(queue->pixels() == strings{other_pixel, third_pixel, made_up});
    CHECK(queue->count().waiting == 9);
    CHECK(waiting(other_pixel) == all);
    CHECK(is_whole());
    open();
    CHECK(shown().size() == 9); // walks see them, and delete them where they must
    clock.advance(24h * 7);
    CHECK(queue->expire(made_up).value() == 3);
    flush();
    const auto letters = list({}, 10);
    REQUIRE(letters.size() == 3);
    CHECK(letters.front().pixel == made_up);
    CHECK(letters.front().reason == "expired");
}

TEST_CASE_METHOD(lost_pixel_fixture,
                 "lost pixel: an event of its that is sent again is no duplicate") {
    blank(pixel, true);
    open();
    CHECK(add(1, 3).value() == std::vector{queued, queued, queued});
    CHECK(append(*queue, make_records(other_pixel, 1, 1)).value() == std::vector{duplicate});
    open();
    CHECK(add(1, 3).value() == std::vector{duplicate, duplicate, duplicate});
    CHECK(waiting(pixel) == all);
    CHECK(waiting(other_pixel) == all);
}

TEST_CASE_METHOD(lost_pixel_fixture, "lost pixel: no new pixel gets the number of another") {
    // Nothing waits for the second and the third, so that only their rows tell of them.
    for (const auto* name : {other_pixel, third_pixel}) {
        std::vector<spool::settlement> settlements;
        for (const auto& record : queue->lease(name, {}).value()) {
            settlements.push_back({.id = record.id});
        }
        queue->settle(name, std::move(settlements));
    }
    flush();
    blank(pixel, true);
    open();
    REQUIRE(add(10).value() == std::vector{queued});
    CHECK(ask("SELECT number FROM pixels WHERE id = 'PIXEL-A'") == 4);
    CHECK(ask("SELECT number FROM pixels WHERE id = 'PIXEL-C'") == 3);
    open();
    CHECK(waiting(pixel) == strings{"order-10"});
    CHECK(waiting(other_pixel).empty());
    CHECK(waiting(third_pixel).empty());
}

TEST_CASE_METHOD(lost_pixel_fixture,
                 "lost pixel: a blank row is damage though nothing waits for its pixel") {
    settle(lease());
    flush();
    blank(pixel, GENERATE(true, false));
    open();
    CHECK(was_kept_aside());
    CHECK(add(10).value() == std::vector{queued});
    CHECK(waiting(other_pixel) == all);
    CHECK(is_whole());
}

TEST_CASE_METHOD(lost_pixel_fixture,
                 "lost pixel: its dead letters are kept under the made-up name") {
    settle(lease(), dead_letter("invalid"));
    flush();
    change("DELETE FROM pixels WHERE number = 1");
    open();
    CHECK(was_kept_aside());
    const auto letters = list({}, 10);
    REQUIRE(letters.size() == 3);
    CHECK(letters.front().pixel == made_up);
    CHECK(remove({}).deleted == 3);
}

TEST_CASE_METHOD(lost_pixel_fixture, "lost pixel: ids that are in use are not given out again") {
    change("UPDATE pixels SET reserved = 0 WHERE number = 1");
    open();
    CHECK(was_kept_aside());
    CHECK(add(4, 2).value() == std::vector{queued, queued});
    CHECK(waiting(pixel).size() == 5);
    CHECK(is_whole());
}

TEST_CASE_METHOD(lost_pixel_fixture,
                 "lost pixel: a rule of the tables that is broken is damage for the next start") {
    close();
    // The row says Z, the index B: a pixel B is new, and cannot be added.
    auto bytes = stored_bytes("spool.db");
    const auto row = bytes.find(std::string("\x04\x00", 2) + "\x1b\x03" + other_pixel);
    REQUIRE(row != std::string::npos);
    bytes[row + 10] = 'Z';
    std::ofstream(file(), std::ios::binary) << bytes;
    open();
    REQUIRE_FALSE(was_kept_aside());
    const auto to_other = make_records(other_pixel, 10, 1);
    CHECK(append(*queue, to_other).error() == spool::errc::io);
    CHECK(fs::exists(chosen.path + "/spool.damaged"));
    open();
    CHECK(was_kept_aside());
    CHECK(append(*queue, to_other).value() == std::vector{queued});
    CHECK(waiting(pixel) == all);
    CHECK(waiting(other_pixel) == strings{"order-10"});
    CHECK(is_whole());
}
