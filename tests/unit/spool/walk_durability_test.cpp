// What a power cut after the end of a walk would bring back, with durability `process`: nothing
// that the walk deleted or that had gone before it came by. Who asked for the walk has forgotten
// the reason by then.

#include "walk_fixture.hpp"

#include <support/eventually.hpp>
#include <support/failing_disk.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

struct power_fixture : walk_fixture {
    failing_disk disk;

    // Three events, in the kernel's hands only.
    void open_and_add() {
        open();
        flush_upkeep(); // the next one copies the log back; it waits for the clock
        add(1, 3).value();
        REQUIRE_FALSE(failing_disk::logs_are_synced());
    }
    // Whether the log was synced when a walk ended that deletes the event of this id.
    bool synced_after_walk(const std::string& event_id) {
        std::promise<bool> synced;
        queue->walk([&](const spool::held_record& held) { return held.event_id == event_id; },
                    [&](core::error_code how) {
                        synced.set_value(!how && failing_disk::logs_are_synced());
                    });
        return synced.get_future().get();
    }
    ~power_fixture() {
        disk.answer(nullptr);
        queue.reset();
    }
};

} // namespace

TEST_CASE_METHOD(power_fixture, "power cut: what a walk deleted is off the disk when it is over") {
    open_and_add();
    CHECK(synced_after_walk("order-2"));
    CHECK(queue->count().waiting == 2);
}

TEST_CASE_METHOD(power_fixture, "power cut: a walk that deletes nothing costs no sync") {
    open_and_add();
    CHECK_FALSE(synced_after_walk("none"));
}

TEST_CASE_METHOD(
    power_fixture,
    "power cut: what was settled before a walk came by is off the disk when it is over") {
    open_and_add();
    const auto how = GENERATE(spool::settled_as::withdrawn, spool::settled_as::delivered);
    settle(lease(1), {.how = how});
    flush();
    REQUIRE_FALSE(failing_disk::logs_are_synced());
    CHECK(synced_after_walk("none"));
}

TEST_CASE_METHOD(power_fixture,
                 "power cut: a dead letter removed before a walk came by is off the disk as well") {
    open_and_add();
    settle(lease(1), dead_letter("invalid"));
    flush();
    std::promise<std::size_t> removed;
    queue->remove_dead({},
                       [&](const spool::removal_result& done) { removed.set_value(done.deleted); });
    REQUIRE(removed.get_future().get() == 1);
    CHECK(synced_after_walk("none"));
}

TEST_CASE_METHOD(power_fixture,
                 "failing disk: a walk is not over before its deletions are synced") {
    open_and_add();
    std::atomic<int> refused = 0;
    // The deletion is committed, its sync is not.
    disk.answer([&] {
        const bool fails = queue->count().waiting == 2;
        refused += fails ? 1 : 0;
        return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    });
    auto ended =
        begin_walk([](const spool::held_record& held) { return held.event_id == "order-2"; });
    REQUIRE(eventually([&] {
        clock.advance(std::chrono::milliseconds(250));
        return refused >= 3;
    }));
    CHECK(ended.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    disk.answer(nullptr);
    REQUIRE(eventually([&] {
        clock.advance(std::chrono::milliseconds(250));
        return ended.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }));
    CHECK_FALSE(ended.get());
    CHECK(failing_disk::logs_are_synced());
}
