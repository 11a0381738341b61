#include "../../../src/spool/codec.hpp"
#include "spool_fixture.hpp"

#include <filesystem>
#include <support/failing_disk.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

struct failing_disk_fixture : spool_fixture {
    failing_disk disk;

    void fail(int code) {
        disk.answer([code] { return code; });
    }
    void work() { disk.answer(nullptr); }
    ~failing_disk_fixture() {
        work();
        queue.reset();
    }
};

} // namespace

TEST_CASE_METHOD(failing_disk_fixture, "failing disk: an append that failed left nothing behind") {
    open();
    add(1).value();
    fail(SQLITE_IOERR_WRITE);
    CHECK(add(2, 3).error() == spool::errc::io);
    CHECK(append(*queue, make_records(other_pixel, 1, 1)).error() == spool::errc::io);
    CHECK(queue->count().waiting == 1);
    CHECK(queue->pixels() == std::vector<std::string>{pixel});
    work();
    CHECK(add(2, 3).value() == std::vector{queued, queued, queued});
    CHECK(append(*queue, make_records(other_pixel, 1, 1)).value() == std::vector{queued});
    open();
    CHECK(event_ids(lease()) ==
          std::vector<std::string>{"order-1", "order-2", "order-3", "order-4"});
    CHECK(queue->lease(other_pixel, {}).value().size() == 1);
}

TEST_CASE_METHOD(failing_disk_fixture, "failing disk: settlements are tried until they succeed") {
    open();
    add(1, 3).value();
    const auto records = lease();
    fail(SQLITE_IOERR_WRITE);
    settle({records[0]});
    CHECK(add(10).error() == spool::errc::io);
    settle({records[1]}, dead_letter("invalid"));
    CHECK(add(10).error() == spool::errc::io);
    CHECK(queue->count().waiting == 3);
    CHECK(queue->count().dead == 0);
    CHECK(lease().empty()); // settled is settled for who consumes
    work();
    CHECK(add(10).value() == std::vector{queued});
    CHECK(queue->count().waiting == 2);
    CHECK(queue->count().dead == 1);
    CHECK(add(1, 2).value() == std::vector{duplicate, queued});
    open();
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-3", "order-10", "order-2"});
}

TEST_CASE_METHOD(failing_disk_fixture,
                 "failing disk: what could not be done leaves a pixel's share as it was") {
    chosen.limits.max_bytes_of_pixel[pixel] = {3 * spool::stored_size(make_content(pixel, 1))};
    open();
    add(1, 2).value();
    const auto records = lease(1);
    fail(SQLITE_IOERR_WRITE);
    CHECK(add(3).error() == spool::errc::io);
    settle(records); // tried again and again
    CHECK(add(3).error() == spool::errc::io);
    work();
    CHECK(add(3, 3).error() == spool::errc::quota);
    CHECK(add(3, 2).value() == std::vector{queued, queued});
    CHECK(add(5).error() == spool::errc::quota);
}

TEST_CASE_METHOD(failing_disk_fixture,
                 "failing disk: what could not be settled waits after a restart") {
    open();
    add(1, 2).value();
    settle(lease(1));
    flush();
    const auto second = lease(1);
    fail(SQLITE_IOERR_WRITE);
    settle(second);
    queue->close();
    work();
    open();
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-2"});
}

TEST_CASE_METHOD(failing_disk_fixture,
                 "failing disk: a commit whose sync failed is not acknowledged") {
    chosen.durability = spool::durability::power;
    open();
    fail(SQLITE_IOERR_FSYNC);
    CHECK(add(1).error() == spool::errc::io);
    work();
    CHECK(add(1).value() == std::vector{queued});
    open();
    CHECK(lease().size() == 1);
}

TEST_CASE_METHOD(failing_disk_fixture,
                 "full disk: appends are refused, settling lives on the reserve") {
    open();
    const auto reserve = chosen.path + "/spool.reserve";
    REQUIRE(std::filesystem::file_size(reserve) == 8u << 20);
    add(1, 3).value();
    const auto records = lease();
    // Nothing fits until the reserve is given back to the disk.
    disk.answer([&] { return std::filesystem::file_size(reserve) > 0 ? SQLITE_FULL : SQLITE_OK; });
    CHECK(add(4).error() == spool::errc::full);
    CHECK(queue->count().waiting == 3);
    CHECK(queue->count().full);
    settle({records[0], records[1]});
    flush();
    flush();
    CHECK(queue->count().waiting == 1);
    work();
    clock.advance(std::chrono::seconds(1));
    flush_upkeep(); // the disk has room: the reserve is made anew
    CHECK(std::filesystem::file_size(reserve) == 8u << 20);
    CHECK_FALSE(queue->count().full);
    CHECK(add(4).value() == std::vector{queued});
    open();
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-3", "order-4"});
}
