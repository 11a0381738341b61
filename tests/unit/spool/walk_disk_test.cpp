// Walks on a disk that fails or is full.

#include "walk_fixture.hpp"

#include <filesystem>
#include <support/eventually.hpp>
#include <support/failing_disk.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

struct failing_walk_fixture : walk_fixture {
    failing_disk disk;

    // `ended` of a walk whose failed step is tried again as the clock goes on.
    bool comes_to_an_end(std::future<core::error_code>& ended) {
        return eventually([&] {
            clock.advance(std::chrono::milliseconds(250));
            return ended.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        });
    }
    ~failing_walk_fixture() {
        disk.answer(nullptr);
        queue.reset();
    }
};

} // namespace

TEST_CASE_METHOD(failing_walk_fixture, "failing disk: a walk's step is tried until it succeeds") {
    open();
    add(1, 3).value();
    const auto before = queue->count();
    std::atomic<int> visits = 0;
    disk.answer([] { return SQLITE_IOERR_WRITE; });
    auto ended = begin_walk([&](const spool::held_record& held) {
        ++visits;
        return held.event_id != "order-2";
    });
    CHECK(eventually([&] {
        clock.advance(std::chrono::milliseconds(250));
        return visits >= 6; // shown again
    }));
    CHECK(queue->count().waiting == 3);
    CHECK(queue->count().bytes == before.bytes);
    CHECK(queue->look(pixel).value().waiting() == 3);
    CHECK(ended.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    disk.answer(nullptr);
    REQUIRE(comes_to_an_end(ended));
    CHECK_FALSE(ended.get());
    CHECK(queue->count().waiting == 1);
    CHECK(add(1, 3).value() == std::vector{queued, duplicate, queued});
}

TEST_CASE_METHOD(failing_walk_fixture, "failing disk: events come in while a walk's step waits") {
    open();
    add(1, 2).value();
    std::atomic<bool> failing = true;
    disk.answer([&] { return failing ? SQLITE_IOERR_WRITE : SQLITE_OK; });
    std::atomic<int> visits = 0;
    auto ended = begin_walk([&](const auto&) {
        ++visits;
        return true;
    });
    REQUIRE(eventually([&] { return visits >= 2; }));
    failing = false; // the step's pause does not end: the clock stands still
    CHECK(add(3).value() == std::vector{queued});
    CHECK(queue->count().waiting == 3);
    REQUIRE(comes_to_an_end(ended));
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-3"});
}

TEST_CASE_METHOD(failing_walk_fixture,
                 "failing disk: a settlement that waits counts nothing for what a walk deleted") {
    open();
    add(1, 3).value();
    const auto records = lease(2);
    // The walk's step succeeds, nothing after it.
    disk.answer([&] { return queue->count().waiting == 2 ? SQLITE_IOERR_WRITE : SQLITE_OK; });
    auto ended = begin_walk([&](const spool::held_record& held) {
        if (held.event_id == "order-1") {
            settle(records);
            return true;
        }
        return false;
    });
    REQUIRE(eventually([&] { return queue->count().waiting == 2; }));
    CHECK(queue->look(pixel).value().waiting() == 1);
    CHECK(next_due(pixel) == clock.steady());
    CHECK(add(9).error() == spool::errc::io); // order-2 cannot be settled
    CHECK(queue->look(pixel).value().waiting() == 1);
    disk.answer(nullptr);
    REQUIRE(comes_to_an_end(ended));
    CHECK(queue->count().waiting == 1);
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-3"});
}

TEST_CASE_METHOD(failing_walk_fixture, "full disk: a walk deletes, living on the reserve") {
    open();
    const auto reserve = chosen.path + "/spool.reserve";
    add(1, 3).value();
    // Nothing fits until the reserve is given back to the disk.
    disk.answer([&] { return std::filesystem::file_size(reserve) > 0 ? SQLITE_FULL : SQLITE_OK; });
    CHECK_FALSE(walk([](const auto&) { return true; }));
    CHECK(queue->count().waiting == 0);
    disk.answer(nullptr);
    clock.advance(std::chrono::seconds(1));
    flush_upkeep();
    CHECK(add(4).value() == std::vector{queued});
    CHECK(std::filesystem::file_size(reserve) == 8u << 20);
}
