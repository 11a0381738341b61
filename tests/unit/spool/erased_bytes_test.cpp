// What the files hold, byte for byte, after something was withdrawn or erased.

#include "walk_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

struct planted_fixture : walk_fixture {
    static constexpr auto planted = "d1f2-planted-by-a-test-77c0";

    // order-1 carries the planted bytes; order-2 to order-9 do not.
    void plant() {
        open();
        flush_upkeep(); // the start's, which cuts the log off
        auto content = make_content(pixel, 1);
        content.payload = std::string("{\"user\":\"") + planted + "\"}";
        auto records = make_records(pixel, 2, 8);
        records.push_back(tiktok::encoder::seal(std::move(content)));
        append(*queue, std::move(records)).value();
        REQUIRE(is_in(file() + "-wal"));
    }
    static bool is_in(const std::string& file) {
        std::ifstream opened(file, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(opened), {}};
        return bytes.find(planted) != std::string::npos;
    }
    bool is_readable() const { return is_in(file()) || is_in(file() + "-wal"); }
    void let_upkeep_pass() {
        clock.advance(1s);
        flush_upkeep();
    }
};

// Somebody beside us who reads the file: sees what was there when it began, until it goes.
struct onlooker {
    explicit onlooker(const std::string& file)
        : opened(sqlite::database::open(file, sqlite::database::access::read_only).value()) {
        opened.run("BEGIN");
        REQUIRE(opened.ask("SELECT count(*) FROM records") > 0);
    }
    sqlite::database opened;
};

} // namespace

TEST_CASE_METHOD(planted_fixture,
                 "erased: a deleted event is in the file no more, nor in its log") {
    plant();
    SECTION("waiting") {
        REQUIRE_FALSE(erase("order-1"));
    }
    SECTION("waiting, and already copied back from the log") {
        const std::string padding(1100 * 4096, 'p'); // longer than the log may ever get
        auto large = make_content(other_pixel, 1);
        large.payload = padding;
        append(*queue, {tiktok::encoder::seal(std::move(large))}).value();
        flush_upkeep();
        REQUIRE(is_in(file()));
        REQUIRE_FALSE(erase("order-1"));
    }
    SECTION("leased") {
        REQUIRE(lease().size() == 9);
        REQUIRE_FALSE(erase("order-1"));
    }
    SECTION("a dead letter") {
        settle(lease(), dead_letter("invalid"));
        flush();
        REQUIRE_FALSE(erase("order-1"));
    }
    SECTION("withdrawn at the second look, before any walk") {
        settle(lease(), {.id = 0, .how = spool::settled_as::withdrawn});
        flush();
    }
    let_upkeep_pass();
    CHECK_FALSE(is_in(file()));
    CHECK_FALSE(is_in(file() + "-wal"));
}

TEST_CASE_METHOD(planted_fixture, "erased: who reads the file puts that off and holds up nobody") {
    const bool before = GENERATE(true, false);
    CAPTURE(before);
    plant();
    std::optional<onlooker> reading;
    if (before) {
        reading.emplace(file());
    }
    REQUIRE_FALSE(erase("order-1"));
    if (!before) {
        reading.emplace(file());
    }
    const auto begun = std::chrono::steady_clock::now();
    for (std::uint64_t n = 100; n < 106; ++n) {
        let_upkeep_pass();
        CHECK(add(n).value() == std::vector{queued});
    }
    // To wait for the reader would take SQLite 5 seconds each time.
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
    CHECK(is_in(file() + "-wal"));
    reading.reset();
    let_upkeep_pass();
    CHECK_FALSE(is_readable());
    CHECK(queue->count().waiting == 14);
}

TEST_CASE_METHOD(planted_fixture,
                 "erased: what a crash left in the log goes after the next start") {
    plant();
    std::optional<onlooker> reading(file());
    REQUIRE_FALSE(erase("order-1"));
    let_upkeep_pass();
    REQUIRE(is_in(file() + "-wal"));
    const auto crashed = directory.file("crashed");
    std::filesystem::create_directory(crashed);
    for (const auto* suffix : {"", "-wal"}) {
        std::filesystem::copy_file(file() + suffix, crashed + "/spool.db" + suffix);
    }
    reading.reset();
    queue.reset();
    chosen.path = crashed;
    open();
    REQUIRE(is_readable());
    let_upkeep_pass();
    CHECK_FALSE(is_readable());
    CHECK(queue->count().waiting == 8);
}

TEST_CASE_METHOD(planted_fixture, "erased: the log is not cut off at once when nothing was") {
    plant();
    add(10).value();
    settle(lease(3));
    REQUIRE_FALSE(walk([](const auto&) { return false; }));
    let_upkeep_pass();
    CHECK(is_in(file() + "-wal"));
}

TEST_CASE_METHOD(planted_fixture, "delivered: on a quiet day it is out of the log soon") {
    plant();
    clock.advance(30s); // since the start's cut
    const auto how = GENERATE(spool::settled_as::delivered, spool::settled_as::dead);
    if (how == spool::settled_as::delivered) {
        settle(lease());
    } else {
        settle(lease(), dead_letter("expired"));
        flush();
        std::promise<void> removed;
        queue->remove_dead({}, [&](auto) { removed.set_value(); });
        removed.get_future().get();
    }
    flush();
    clock.advance(9s);
    flush_upkeep();
    CHECK(is_in(file() + "-wal") == (how == spool::settled_as::delivered));
    clock.advance(1s);
    flush_upkeep();
    CHECK_FALSE(is_readable());
}

TEST_CASE_METHOD(planted_fixture, "delivered: under load it is out of the log within 30 seconds") {
    plant();
    settle(lease());
    flush();
    // Never quiet, and never so much that the log begins anew.
    for (std::uint64_t n = 100; n < 129; ++n) {
        clock.advance(1s);
        add(n).value();
        flush_upkeep();
    }
    CHECK(is_in(file() + "-wal"));
    clock.advance(1s);
    flush_upkeep();
    CHECK_FALSE(is_readable());
    CHECK(queue->count().waiting == 29);
}

TEST_CASE_METHOD(planted_fixture, "delivered: after the end it is in no file") {
    plant();
    const bool watched = GENERATE(false, true);
    CAPTURE(watched);
    settle(lease());
    // An open connection keeps SQLite from deleting the log, but reads nothing at the end.
    std::optional<sqlite::database> other;
    if (watched) {
        other.emplace(sqlite::database::open(file(), sqlite::database::access::read_only).value());
        REQUIRE(other->ask("SELECT count(*) FROM pixels") > 0);
    }
    queue->close();
    CHECK_FALSE(is_readable());
}

TEST_CASE_METHOD(planted_fixture, "expired: a dead letter whose time is over is in no file") {
    chosen.limits.dead_letter_retention = 24h;
    plant();
    settle(lease(), dead_letter("invalid"));
    flush();
    clock.advance(24h + 1h);
    let_upkeep_pass(); // goes
    REQUIRE(queue->count().dead == 0);
    clock.advance(30s);
    flush_upkeep();
    CHECK_FALSE(is_readable());
}
