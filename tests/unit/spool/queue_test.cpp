#include "../../../src/spool/codec.hpp"
#include "spool_fixture.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

TEST_CASE_METHOD(spool_fixture, "queue: what was appended is leased in order, as it was") {
    open();
    REQUIRE(add(1, 3).value() == std::vector{queued, queued, queued});
    const auto records = lease();
    REQUIRE(event_ids(records) == strings{"order-1", "order-2", "order-3"});
    const auto expected = make_content(pixel, 2);
    CHECK(records[1].event == expected.event);
    CHECK(records[1].payload == expected.payload);
    CHECK(records[1].received == expected.received);
    CHECK(records[1].event_time == expected.event_time);
    CHECK(records[1].attempts == 0);
    CHECK(records[0].id < records[1].id);
    CHECK(records[1].id < records[2].id);
}

TEST_CASE_METHOD(spool_fixture, "queue: a leased record is not leased again") {
    open();
    add(1, 5).value();
    CHECK(lease(2).size() == 2);
    CHECK(event_ids(lease()) == strings{"order-3", "order-4", "order-5"});
    CHECK(lease().empty());
}

TEST_CASE_METHOD(spool_fixture, "queue: what was settled is gone, the rest waits after a restart") {
    open();
    add(1, 4).value();
    settle(lease(2));
    REQUIRE(lease(1).size() == 1); // a lease that nobody ends
    open();
    CHECK(event_ids(lease()) == strings{"order-3", "order-4"});
}

TEST_CASE_METHOD(spool_fixture, "queue: an unfinished order of settlements is no trouble") {
    open();
    add(1, 6).value();
    auto records = lease();
    settle({records[4], records[0], records[1], records[5]});
    open();
    CHECK(event_ids(lease()) == strings{"order-3", "order-4"});
}

TEST_CASE_METHOD(spool_fixture, "queue: ids ascend over restarts, also when nothing was left") {
    open();
    add(1, 2).value();
    const auto before = lease();
    settle(before);
    open();
    CHECK(queue->count().waiting == 0);
    add(3).value();
    CHECK(lease().at(0).id > before.back().id);
}

TEST_CASE_METHOD(spool_fixture, "queue: when what is held at the opening was last received") {
    const auto received = [](std::uint64_t n, std::chrono::milliseconds after) {
        auto content = make_content(pixel, n);
        content.received = fake_clock::start + after;
        return tiktok::encoder::seal(std::move(content));
    };
    open();
    CHECK_FALSE(queue->count().newest_at_opening);
    std::vector<core::sealed_record> records;
    records.push_back(received(1, std::chrono::milliseconds(7)));
    records.push_back(received(2, std::chrono::milliseconds(9)));
    records.push_back(received(3, std::chrono::milliseconds(8)));
    append(*queue, std::move(records)).value();
    CHECK_FALSE(queue->count().newest_at_opening);
    open();
    CHECK(queue->count().newest_at_opening == fake_clock::start + std::chrono::milliseconds(9));
    settle(lease(2), dead_letter("invalid"));
    open();
    CHECK(queue->count().dead == 2);
    CHECK(queue->count().newest_at_opening == fake_clock::start + std::chrono::milliseconds(9));
}

TEST_CASE_METHOD(spool_fixture, "queue: a batch keeps to its bytes, but has one record at least") {
    open();
    add(1, 4).value();
    const auto one = make_content(pixel, 1).payload.size();
    CHECK(queue->lease(pixel, {.max_events = 10, .max_bytes = 1}).value().size() == 1);
    CHECK(queue->lease(pixel, {.max_events = 10, .max_bytes = 2 * one + 1}).value().size() == 2);
    CHECK(lease().size() == 1);
}

TEST_CASE_METHOD(spool_fixture, "queue: subjects, evidence and controller are kept with a record") {
    open();
    auto content = make_content(pixel, 1);
    content.subjects = {{core::subject_key::kind::phone, {0x0102030405060708, 0x090a0b0c0d0e0f10}},
                        {core::subject_key::kind::ttp, {0, 1}}};
    append(*queue, {tiktok::encoder::seal(content)}).value();
    queue->close();
    CHECK(ask("SELECT hex(subjects) = '020102030405060708090A0B0C0D0E0F10'"
              " || '0400000000000000000000000000000001' FROM records") == 1);
    CHECK(ask("SELECT controller = 'shop' AND evidence = '{\"rule\":\"explicit-grant\"}'"
              " FROM records") == 1);
}

TEST_CASE_METHOD(spool_fixture, "queue: a leased record carries what the second look asks about") {
    open();
    auto content = make_content(pixel, 1);
    content.subjects = {{core::subject_key::kind::phone, {0x0102030405060708, 0x090a0b0c0d0e0f10}},
                        {core::subject_key::kind::ttp, {0, 1}}};
    append(*queue, {tiktok::encoder::seal(content)}).value();
    content.subjects.clear();
    content.duplicate_key.low = 2;
    append(*queue, {tiktok::encoder::seal(content)}).value();
    open();
    const auto records = lease();
    REQUIRE(records.size() == 2);
    CHECK(records[0].controller == "shop");
    CHECK(records[0].evidence == R"({"rule":"explicit-grant"})");
    CHECK(records[0].subjects ==
          std::vector<core::subject_key>{
              {core::subject_key::kind::phone, {0x0102030405060708, 0x090a0b0c0d0e0f10}},
              {core::subject_key::kind::ttp, {0, 1}}});
    CHECK(records[1].subjects.empty());
}

TEST_CASE_METHOD(spool_fixture, "queue: what was withdrawn is gone, no dead letter, its id free") {
    open();
    add(1, 4).value();
    const auto records = lease();
    settle({records[0], records[2]}, {.id = 0, .how = spool::settled_as::withdrawn});
    settle({records[1]});
    flush();
    CHECK(queue->count().waiting == 1);
    CHECK(queue->count().dead == 0);
    CHECK(queue->count().bytes == spool::stored_size(make_content(pixel, 4)));
    CHECK(metrics.render().find(R"(gatepost_withdrawn_total{pixel="PIXEL-A"} 2)") !=
          std::string::npos);
    CHECK(add(1, 2).value() == std::vector{queued, duplicate});
    open();
    CHECK(add(1, 4).value() == std::vector{duplicate, duplicate, queued, duplicate});
}

TEST_CASE_METHOD(spool_fixture,
                 "queue: a record given back comes again at its time, first of all") {
    open();
    add(1, 3).value();
    const auto first = lease(1);
    const std::vector ids{first[0].id};
    queue->release(pixel, ids, clock.steady() + 10s);
    CHECK(event_ids(lease(1)) == strings{"order-2"});
    clock.advance(9999ms);
    CHECK(event_ids(lease(1)) == strings{"order-3"});
    CHECK(lease().empty());
    CHECK(next_due(pixel) == clock.steady() + 1ms);
    clock.advance(1ms);
    add(4).value();
    const auto again = lease();
    REQUIRE(event_ids(again) == strings{"order-1", "order-4"});
    CHECK(again[0].attempts == 1);
    CHECK(again[1].attempts == 0);
}

TEST_CASE_METHOD(spool_fixture, "queue: hastening ends the wait of what was given back") {
    open();
    add(1).value();
    const std::vector ids{lease().at(0).id};
    queue->release(pixel, ids, clock.steady() + 1h);
    CHECK(lease().empty());
    queue->hasten(pixel);
    CHECK(lease().size() == 1);
}

TEST_CASE_METHOD(spool_fixture, "queue: pixels are leased, looked at and listed apart") {
    open();
    add(1, 2).value();
    append(*queue, make_records(other_pixel, 1, 3)).value();
    CHECK(queue->pixels() == strings{pixel, other_pixel});
    CHECK(queue->lease(other_pixel, {}).value().size() == 3);
    CHECK(queue->look(other_pixel).value().leased == 3);
    CHECK(queue->look(other_pixel).value().waiting() == 0);
    CHECK_FALSE(next_due(other_pixel));
    const auto seen = queue->look(pixel).value();
    CHECK(seen.waiting() == 2);
    CHECK(seen.leased == 0);
    CHECK(seen.oldest == fake_clock::start);
    CHECK(next_due(pixel) == clock.steady());
    settle(lease());
    CHECK(queue->pixels() == strings{other_pixel});
    CHECK(queue->lease("NEVER-SEEN", {}).value().empty());
    CHECK(queue->look("NEVER-SEEN").value().waiting() == 0);
}

TEST_CASE_METHOD(spool_fixture, "queue: arrivals are told after the commit, once for each pixel") {
    open();
    std::mutex mutex;
    strings told;
    queue->on_arrival([&](const std::string& which) {
        const std::lock_guard lock(mutex);
        told.push_back(which);
    });
    auto records = make_records(pixel, 1, 3);
    records.push_back(make_record(other_pixel, 1));
    append(*queue, std::move(records)).value();
    add(1).value(); // a duplicate is no arrival
    queue->close();
    CHECK(told == strings{pixel, other_pixel});
}

TEST_CASE_METHOD(spool_fixture, "queue: a settlement of what is not leased changes nothing") {
    open();
    add(1, 2).value();
    const auto records = lease(1);
    queue->settle(pixel, {{.id = records[0].id + 1}, {.id = 12345}});
    settle(records);
    settle(records);
    flush();
    CHECK(queue->count().waiting == 1);
    CHECK(lease().size() == 1);
}

TEST_CASE_METHOD(spool_fixture, "queue: after close() everything is answered closed") {
    open();
    add(1).value();
    queue->close();
    CHECK(add(2).error() == spool::errc::closed);
    CHECK(queue->lease(pixel, {}).error() == spool::errc::closed);
    CHECK(queue->look(pixel).error() == spool::errc::closed);
    queue->close();
}

TEST_CASE_METHOD(spool_fixture, "queue: close() commits what was handed over") {
    open();
    std::promise<append_result> answer;
    queue->append(make_records(pixel, 1, 10),
                  [&](append_result given) { answer.set_value(std::move(given)); });
    queue->close();
    CHECK(answer.get_future().get().has_value());
    open();
    CHECK(queue->count().waiting == 10);
}

TEST_CASE_METHOD(spool_fixture, "queue: a list is taken whole or not at all") {
    const auto one = spool::stored_size(make_content(pixel, 1));
    chosen.limits.max_bytes = {3 * one};
    open();
    add(1, 2).value();
    CHECK_FALSE(queue->count().full);
    CHECK(add(3, 2).error() == spool::errc::full);
    CHECK(queue->count().waiting == 2);
    CHECK(queue->count().full);

    SECTION("a smaller list still fits, and the refused one left no keys behind") {
        CHECK(add(3).value() == std::vector{queued});
        CHECK(queue->count().bytes == 3 * one);
    }
    SECTION("duplicates need no room") {
        CHECK(add(1, 2).value() == std::vector{duplicate, duplicate});
    }
    SECTION("settling makes room") {
        settle(lease(1));
        flush();
        CHECK_FALSE(queue->count().full);
        CHECK(add(3, 2).value() == std::vector{queued, queued});
    }
    SECTION("dead letters take room as well") {
        settle(lease(1), dead_letter("invalid"));
        flush();
        CHECK(add(3, 2).error() == spool::errc::full);
    }
    SECTION("the room is known again after a restart") {
        open();
        CHECK(queue->count().bytes == 2 * one);
        CHECK(add(3, 2).error() == spool::errc::full);
    }
}

TEST_CASE_METHOD(spool_fixture, "queue: what is in the file survives either durability") {
    chosen.durability = GENERATE(spool::durability::process, spool::durability::power);
    open();
    add(1, 3).value();
    open();
    CHECK(lease().size() == 3);
}

TEST_CASE_METHOD(spool_fixture, "queue: the log is copied back while events come and go") {
    open();
    for (std::uint64_t n = 0; n < 20'000; n += 500) {
        add(n, 500).value();
        settle(lease());
    }
    flush();
    // At most 1000 pages and one group, each with a frame header of 24 bytes.
    CHECK(std::filesystem::file_size(file() + "-wal") < 2000 * (4096 + 24));
    CHECK(std::filesystem::file_size(file()) < (4u << 20));
}

TEST_CASE_METHOD(spool_fixture, "queue: after a peak the disk gets its space back") {
    open();
    const std::string filler(3000, 'x');
    for (std::uint64_t n = 0; n < 6000; n += 500) {
        std::vector<core::sealed_record> records;
        for (auto i = n; i < n + 500; ++i) {
            auto content = make_content(pixel, i);
            content.payload = filler;
            records.push_back(tiktok::encoder::seal(content));
        }
        append(*queue, std::move(records)).value();
    }
    flush_upkeep();
    const auto peak = std::filesystem::file_size(file());
    REQUIRE(peak > (20u << 20));
    for (auto records = lease(); !records.empty(); records = lease()) {
        settle(records);
    }
    while (queue->look(pixel).value().settling > 0) {
        flush();
    }
    clock.advance(1s);
    // A bounded number of pages each time.
    for (int i = 0; i < 40; ++i) {
        flush_upkeep();
    }
    queue->close();
    // 2048 free pages are kept for the next events.
    CHECK(std::filesystem::file_size(file()) < (10u << 20));
    open();
    CHECK(add(7000).value() == std::vector{queued});
}

TEST_CASE_METHOD(spool_fixture, "queue: what was settled is overwritten in the file") {
    open();
    auto content = make_content(pixel, 1);
    content.payload = "planted-secret-" + std::string(600, 'x');
    append(*queue, {tiktok::encoder::seal(content)}).value();
    add(2).value();
    settle(lease());
    queue->close();
    std::ifstream stored(file(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stored), {}};
    REQUIRE(bytes.size() > 4096);
    CHECK(bytes.find("planted-secret-") == std::string::npos);
    CHECK(bytes.find("order-2") == std::string::npos);
}

TEST_CASE_METHOD(spool_fixture, "queue: a look tells what is new from what was given back") {
    open();
    add(1, 5).value();
    const auto records = lease(3);
    const std::vector soon{records[0].id, records[1].id};
    const std::vector later{records[2].id};
    queue->release(pixel, soon, clock.steady() + 10s);
    queue->release(pixel, later, clock.steady() + 1h);
    auto seen = queue->look(pixel).value();
    CHECK(seen.fresh == 2);
    CHECK(seen.given_back == 3);
    CHECK(seen.due_again == 0);
    CHECK(seen.next_due_again == clock.steady() + 10s);
    CHECK(seen.leased == 0);
    CHECK(seen.waiting() == 5);
    clock.advance(10s);
    seen = queue->look(pixel).value();
    CHECK(seen.due_again == 2);
    REQUIRE(seen.next_due_again);
    CHECK(*seen.next_due_again <= clock.steady());
    CHECK(lease().size() == 4);
    seen = queue->look(pixel).value();
    CHECK(seen.fresh == 0);
    CHECK(seen.given_back == 1);
    CHECK(seen.due_again == 0);
    CHECK(seen.leased == 4);
}

TEST_CASE_METHOD(spool_fixture, "queue: a lease of new records leaves what was given back") {
    open();
    add(1, 4).value();
    const auto records = lease(2);
    const std::vector ids{records[0].id, records[1].id};
    queue->release(pixel, ids, clock.steady());
    const auto fresh = queue->lease(pixel, {.max_events = 10, .fresh_only = true}).value();
    CHECK(event_ids(fresh) == strings{"order-3", "order-4"});
    CHECK(queue->lease(pixel, {.fresh_only = true}).value().empty());
    CHECK(event_ids(lease()) == strings{"order-1", "order-2"});
}

TEST_CASE_METHOD(spool_fixture, "queue: expire() finds what was given back as well") {
    using namespace std::chrono_literals;
    open();
    add(1, 3).value();
    const auto records = lease(2);
    const std::vector due{records.at(0).id};
    queue->release(pixel, due, clock.steady() + 1h);
    clock.advance(24h * 7);
    // The second is still out, the third was never leased.
    CHECK(queue->expire(pixel).value() == 2);
    flush();
    CHECK(queue->count().dead == 2);
    CHECK(queue->look(pixel).value().leased == 1);
    CHECK(queue->expire(pixel).value() == 0);
}
