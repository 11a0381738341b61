// Walks through records that somebody has out, had, or has settled.

#include "walk_fixture.hpp"

#include <atomic>
#include <thread>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

TEST_CASE_METHOD(walk_fixture, "walk: a leased record is shown as on its way") {
    open();
    add(1, 3).value();
    const auto records = lease(2);
    const std::vector back{records[1].id};
    queue->release(pixel, back, clock.steady() + 1h);
    CHECK(shown() == strings{"leased order-1", "order-2", "order-3"});
}

TEST_CASE_METHOD(walk_fixture, "lease: it lasts until it is settled, given back or deleted") {
    open();
    add(1, 5).value();
    const auto records = lease(4);
    std::vector<spool::record_id> ids;
    for (const auto& record : records) {
        ids.push_back(record.id);
    }
    ids.push_back(ids.back() + 1); // order-5, which nobody leased
    using flags = std::vector<bool>;
    CHECK(queue->still_leased(pixel, ids) == flags{true, true, true, true, false});
    CHECK(queue->still_leased(other_pixel, ids) == flags(5, false));
    settle({records[0]}, {.id = 0, .how = spool::settled_as::withdrawn});
    CHECK(queue->still_leased(pixel, ids) == flags{false, true, true, true, false});
    const std::vector back{records[1].id};
    queue->release(pixel, back, clock.steady() + 1h);
    CHECK(queue->still_leased(pixel, ids) == flags{false, false, true, true, false});
    REQUIRE_FALSE(erase("order-3"));
    CHECK(queue->still_leased(pixel, ids) == flags{false, false, false, true, false});
}

TEST_CASE_METHOD(walk_fixture, "walk: a deleted lease may be ended, given back or forgotten") {
    open();
    add(1, 2).value();
    const auto records = lease(1);
    REQUIRE_FALSE(erase("order-1"));
    // The other one waits, whatever becomes of this one.
    const auto check = [&] {
        const auto seen = queue->look(pixel).value();
        CHECK(seen.waiting() == 1);
        CHECK(seen.leased == 0);
        CHECK(next_due(pixel) == clock.steady());
        CHECK(queue->count().waiting == 1);
        CHECK(queue->count().leased == 0);
        CHECK(queue->pixels() == strings{pixel});
    };
    check();
    SECTION("delivered after all") {
        settle(records);
    }
    SECTION("refused") {
        settle(records, dead_letter("invalid"));
    }
    SECTION("withdrawn") {
        settle(records, {.id = 0, .how = spool::settled_as::withdrawn});
    }
    SECTION("given back") {
        const std::vector ids{records[0].id};
        queue->release(pixel, ids, clock.steady());
        queue->hasten(pixel);
    }
    flush();
    check();
    CHECK(queue->count().dead == 0);
    CHECK(event_ids(lease()) == strings{"order-2"});
    CHECK_FALSE(next_due(pixel));
    CHECK(add(1).value() == std::vector{queued});
    CHECK(event_ids(lease()) == strings{"order-1"});
}

TEST_CASE_METHOD(walk_fixture, "walk: a record given back and deleted keeps nothing waiting") {
    open();
    add(1, 2).value();
    const std::vector ids{lease(1).at(0).id};
    queue->release(pixel, ids, clock.steady() + 1h);
    REQUIRE_FALSE(erase("order-1"));
    CHECK(queue->look(pixel).value().waiting() == 1);
    CHECK(next_due(pixel) == clock.steady()); // not in an hour
    CHECK(event_ids(lease()) == strings{"order-2"});
    CHECK_FALSE(next_due(pixel));
    clock.advance(2h);
    CHECK(lease().empty());
    CHECK_FALSE(next_due(pixel));
}

TEST_CASE_METHOD(walk_fixture, "walk: deleting new records does not pass over those before them") {
    open();
    add(1, 10).value();
    REQUIRE(lease(2).size() == 2);
    REQUIRE_FALSE(erase("order-7"));
    CHECK(event_ids(lease()) ==
          strings{"order-3", "order-4", "order-5", "order-6", "order-8", "order-9", "order-10"});
}

TEST_CASE_METHOD(walk_fixture, "walk: a settlement on its way to a deleted record counts nothing") {
    const auto how = GENERATE(spool::settled_as::delivered, spool::settled_as::dead,
                              spool::settled_as::withdrawn);
    CAPTURE(static_cast<int>(how));
    open();
    add(1, 2).value();
    const auto records = lease(1);
    REQUIRE_FALSE(walk([&](const spool::held_record& held) {
        if (held.event_id == "order-1") {
            // The step is under way: this is committed after it at the earliest.
            settle(records, {.id = 0, .how = how, .reason = "invalid"});
            CHECK(queue->look(pixel).value().waiting() == 1);
            return true;
        }
        return false;
    }));
    CHECK(queue->look(pixel).value().waiting() == 1);
    CHECK(next_due(pixel) == clock.steady());
    flush();
    CHECK(queue->look(pixel).value().waiting() == 1);
    CHECK(queue->count().waiting == 1);
    CHECK(queue->count().dead == 0);
    CHECK(metrics.render().find(R"(gatepost_withdrawn_total{pixel="PIXEL-A"} 1)") !=
          std::string::npos);
    CHECK(event_ids(lease()) == strings{"order-2"});
}

TEST_CASE_METHOD(walk_fixture,
                 "walk: a record leased while its step is under way is forgotten too") {
    open();
    add(1, 3).value();
    std::vector<spool::leased_record> records;
    REQUIRE_FALSE(walk([&](const spool::held_record& held) {
        if (records.empty()) {
            records = lease(2);
        }
        return held.event_id == "order-2";
    }));
    REQUIRE(event_ids(records) == strings{"order-1", "order-2"});
    CHECK(queue->look(pixel).value().leased == 1);
    CHECK(queue->look(pixel).value().waiting() == 1);
    settle(records);
    flush();
    CHECK(queue->count().waiting == 1);
    CHECK(event_ids(lease()) == strings{"order-3"});
}

TEST_CASE_METHOD(
    walk_fixture,
    "walk: with many appending, one consuming and walks deleting all is accounted for") {
    constexpr std::uint64_t threads = 3;
    constexpr std::uint64_t lists = 60;
    constexpr std::uint64_t list_size = 10;
    open();
    std::atomic<bool> appending = true;
    int failed = 0;
    std::vector<std::thread> apps;
    for (std::uint64_t thread = 0; thread < threads; ++thread) {
        apps.emplace_back([this, thread] {
            for (std::uint64_t list = 0; list < lists; ++list) {
                const auto first = (thread * lists + list) * list_size;
                static_cast<void>(append(*queue, make_records(pixel, first, list_size)));
            }
        });
    }
    std::thread withdrawing([&] {
        while (appending) {
            const auto ended = walk([](const spool::held_record& held) {
                return held.subjects.front().digest.high % 5 == 0;
            });
            failed += ended ? 1 : 0;
        }
    });
    std::thread consuming([&] {
        while (appending) {
            const auto records = queue->lease(pixel, {.max_events = 23}).value();
            std::vector<spool::record_id> back;
            std::vector<spool::settlement> settlements;
            for (const auto& record : records) {
                if (record.id % 3 == 0) {
                    back.push_back(record.id);
                } else {
                    settlements.push_back(record.id % 7 == 0 ? dead_letter("invalid")
                                                             : spool::settlement());
                    settlements.back().id = record.id;
                }
            }
            queue->settle(pixel, std::move(settlements));
            queue->release(pixel, back, clock.steady() + (back.size() % 2 == 0 ? 0h : 1h));
        }
    });
    for (auto& app : apps) {
        app.join();
    }
    appending = false;
    withdrawing.join();
    consuming.join();
    flush();
    CHECK(failed == 0);
    const auto seen = queue->look(pixel).value();
    const auto total = queue->count();
    CHECK(seen.leased == 0);
    CHECK(seen.waiting() == rows());
    CHECK(total.waiting == rows());
    CHECK(total.dead == static_cast<std::uint64_t>(ask("SELECT count(*) FROM dead")));
    CHECK(total.bytes ==
          static_cast<std::uint64_t>(ask("SELECT (SELECT ifnull(sum(size), 0) FROM records)"
                                         " + (SELECT ifnull(sum(size), 0) FROM dead)")));
    // And nothing that waits is out of reach.
    queue->hasten(pixel);
    CHECK(lease(5000).size() == seen.waiting());
    CHECK_FALSE(next_due(pixel));
}
