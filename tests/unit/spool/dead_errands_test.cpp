// What operators do with dead letters: list them, make them wait again, delete them.
#include "../../../src/spool/codec.hpp"
#include "dead_fixture.hpp"

#include <map>
#include <support/failing_disk.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

TEST_CASE_METHOD(dead_fixture,
                 "dead letters: they are listed newest first, with what they died of") {
    bury(1, "invalid");
    clock.advance(1s);
    bury(2, "failed_event");
    const auto letters = list({}, 10);
    REQUIRE(letters.size() == 2);
    CHECK(letters[0].event_id == "order-2");
    CHECK(letters[0].reason == "failed_event");
    CHECK(letters[0].at == fake_clock::start + 1s);
    CHECK(letters[1].id < letters[0].id);
    CHECK(letters[1].pixel == pixel);
    CHECK(letters[1].event == "Purchase");
    CHECK(letters[1].event_id == "order-1");
    CHECK(letters[1].reason == "invalid");
    CHECK(letters[1].code == 40002);
    CHECK(letters[1].message == "bad");
    CHECK(letters[1].request_id == "R");
    CHECK(letters[1].attempts == 2);
    CHECK(letters[1].at == fake_clock::start);
}

TEST_CASE_METHOD(dead_fixture, "dead letters: a list is by ids, by reason or of all, and bounded") {
    for (std::uint64_t n = 0; n < 6; ++n) {
        bury(1 + 200 * n, n % 2 == 0 ? "invalid" : "failed_event", 200);
    }
    CHECK(list({}, 5000).size() == 1200);
    CHECK(list({}, 700).size() == 700);
    CHECK(list({}, 700).front().event_id == "order-1200");
    CHECK(list({}, 0).empty());
    const auto invalid = list({.ids = {}, .reason = "invalid"}, 5000);
    REQUIRE(invalid.size() == 600);
    CHECK(invalid.front().event_id == "order-1000");
    CHECK(invalid.back().event_id == "order-1");
    CHECK(list({.ids = {}, .reason = "invalid"}, 3).size() == 3);
    CHECK(list({.ids = {}, .reason = "expired"}, 3).empty());
    const auto some =
        list({.ids = {invalid[5].id, invalid[2].id, 1 << 30, invalid[5].id}, .reason = {}}, 10);
    REQUIRE(some.size() == 2);
    CHECK(some[0].id == invalid[2].id);
    CHECK(some[1].id == invalid[5].id);
}

TEST_CASE_METHOD(dead_fixture, "replay: a dead letter waits again behind what waits, as it was") {
    bury(1, "invalid");
    add(2).value();
    CHECK(replay({}).replayed == 1);
    CHECK(queue->count().dead == 0);
    CHECK(queue->count().waiting == 2);
    CHECK(queue->look(pixel).value().fresh == 2);
    const auto records = lease();
    REQUIRE(event_ids(records) == strings{"order-2", "order-1"});
    const auto content = make_content(pixel, 1);
    CHECK(records[1].id > records[0].id);
    CHECK(records[1].event == content.event);
    CHECK(records[1].payload == content.payload);
    CHECK(records[1].evidence == content.evidence);
    CHECK(records[1].controller == content.controller);
    CHECK(records[1].subjects == content.subjects);
    CHECK(records[1].received == content.received);
    CHECK(records[1].event_time == content.event_time);
    CHECK(records[1].attempts == 0);
}

TEST_CASE_METHOD(dead_fixture, "replay: it counts as a record again, also after a restart") {
    const auto one = spool::stored_size(make_content(pixel, 1));
    chosen.limits.max_bytes_of_pixel[pixel] = {3 * one};
    open();
    bury(1, "invalid");
    CHECK(queue->count().bytes > one);
    CHECK(replay({}).replayed == 1);
    CHECK(queue->count().bytes == one);
    if (GENERATE(false, true)) {
        open();
    }
    CHECK(queue->count().bytes == one);
    CHECK(queue->count().dead == 0);
    CHECK(queue->count().waiting == 1);
    // Its share of the pixel's room is that of a record.
    CHECK(add(2, 3).error() == spool::errc::quota);
    CHECK(add(2, 2).has_value());
    CHECK(add(1).value() == std::vector{duplicate});
    CHECK(event_ids(lease()) == strings{"order-1", "order-2", "order-3"});
}

TEST_CASE_METHOD(dead_fixture, "replay: whoever waits for the pixel's events is told") {
    bury(1, "invalid");
    std::vector<std::string> told;
    queue->on_arrival([&](const std::string& of) { told.push_back(of); });
    replay({});
    flush();
    CHECK(told == strings{pixel});
}

TEST_CASE_METHOD(dead_fixture, "replay: of several asked for, each is answered for") {
    bury(1, "invalid");
    bury(2, "invalid");
    bury(3, "failed_event");
    bury(4, "invalid");
    const auto before = list({}, 10); // newest first
    add(1).value();
    add(3).value();
    settle(lease()); // delivered
    flush();
    add(4).value(); // waiting
    const auto done = replay(
        {.ids = {before[0].id, before[1].id, before[2].id, 999, before[3].id}, .reason = {}});
    CHECK_FALSE(done.failure);
    CHECK(done.replayed == 1);
    std::map<std::int64_t, std::string> refused;
    for (const auto& one : done.refused) {
        refused[one.id] = one.reason;
    }
    CHECK(refused == std::map<std::int64_t, std::string>{{before[0].id, "duplicate"},
                                                         {before[1].id, "duplicate"},
                                                         {before[3].id, "duplicate"},
                                                         {999, "not_found"}});
    CHECK(queue->count().dead == 3);
    CHECK(event_ids(lease()) == strings{"order-4", "order-2"});
}

TEST_CASE_METHOD(dead_fixture, "replay: two letters of one event are not both sent again") {
    bury(1, "invalid");
    bury(1, "invalid");
    REQUIRE(queue->count().dead == 2);
    const auto done = replay({.ids = {}, .reason = "invalid"});
    CHECK(done.replayed == 1);
    REQUIRE(done.refused.size() == 1);
    CHECK(done.refused[0].reason == "duplicate");
    CHECK(lease().size() == 1);
}

TEST_CASE_METHOD(dead_fixture, "replay: one that may not go stays dead, with the reason given") {
    bury(1, "invalid");
    bury(2, "invalid");
    strings asked;
    const auto done = replay({}, [&](const spool::held_record& held) {
        CHECK(held.dead);
        CHECK(held.pixel == pixel);
        CHECK(held.controller == "shop");
        CHECK(held.subjects.size() == 1);
        CHECK(held.reason == "invalid");
        CHECK(held.received == fake_clock::start);
        asked.emplace_back(held.event_id);
        return held.event_id == "order-1" ? std::optional<std::string_view>("withdrawn")
                                          : std::nullopt;
    });
    CHECK(asked == strings{"order-1", "order-2"});
    CHECK(done.replayed == 1);
    REQUIRE(done.refused.size() == 1);
    CHECK(done.refused[0].reason == "withdrawn");
    CHECK(shown() == strings{"order-2", "dead order-1"});
}

TEST_CASE_METHOD(dead_fixture, "replay: by reason it leaves the others, however many there are") {
    bury(1, "invalid", 700);
    bury(1001, "failed_event", 700);
    CHECK(replay({.ids = {}, .reason = "failed_event"}).replayed == 700);
    CHECK(queue->count().waiting == 700);
    CHECK(queue->count().dead == 700);
    CHECK(list({.ids = {}, .reason = "failed_event"}, 10).empty());
    CHECK(lease().front().event_id == "order-1001");
}

TEST_CASE_METHOD(dead_fixture, "replay: retention begins anew, and what was received stays") {
    add(1).value();
    clock.advance(24h * 7);
    CHECK(lease().empty());
    flush();
    REQUIRE(list({}, 10).at(0).reason == "expired");
    CHECK(replay({}).replayed == 1);
    CHECK(queue->look(pixel).value().oldest == clock.wall());
    clock.advance(24h * 7 - 1ms);
    const auto again = GENERATE(false, true);
    CAPTURE(again);
    if (again) {
        open();
        clock.advance(0ms);
    }
    const auto records = lease();
    REQUIRE(records.size() == 1);
    CHECK(records[0].received == fake_clock::start);
    const std::vector ids{records[0].id};
    queue->release(pixel, ids, clock.steady());
    clock.advance(24h);
    CHECK(lease().empty());
    flush();
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(dead_fixture, "replay: a sweep asked for while it runs sees what came back") {
    bury(1, "invalid", 600);
    std::future<core::error_code> sweep;
    std::size_t erased = 0;
    const auto done = replay({}, [&](const auto&) -> std::optional<std::string_view> {
        if (!sweep.valid()) {
            sweep = begin_walk([&](const spool::held_record& held) {
                erased += held.dead ? 0U : 1U;
                return true;
            });
        }
        return std::nullopt;
    });
    CHECK(done.replayed == 600);
    CHECK_FALSE(sweep.get());
    CHECK(erased == 600);
    CHECK(queue->count().waiting == 0);
}

TEST_CASE_METHOD(dead_fixture,
                 "replay: asked for while a sweep runs it finds nothing of what went") {
    bury(1, "invalid", 600);
    std::future<spool::replay_result> replayed;
    REQUIRE_FALSE(walk([&](const auto&) {
        if (!replayed.valid()) {
            replayed = begin_replay({}, [](const auto&) { return std::nullopt; });
        }
        return true;
    }));
    CHECK(replayed.get().replayed == 0);
    CHECK(queue->count().dead == 0);
    CHECK(queue->count().waiting == 0);
}

TEST_CASE_METHOD(dead_fixture, "replay: a full spool does not keep it back") {
    bury(1, "invalid");
    queue->set_limits({.max_bytes = {1}});
    CHECK(add(2).error() == spool::errc::full);
    CHECK(replay({}).replayed == 1);
    CHECK(event_ids(lease()) == strings{"order-1"});
}

TEST_CASE_METHOD(dead_fixture,
                 "removal: by ids or by reason they are gone, uncounted and overwritten") {
    bury(1, "planted-one", 300);
    bury(1001, "planted-two", 300);
    const auto bytes = queue->count().bytes;
    CHECK(remove({.ids = {}, .reason = "planted-one"}).deleted == 300);
    CHECK(queue->count().dead == 300);
    CHECK(queue->count().bytes < bytes);
    const auto left = list({}, 10);
    CHECK(remove({.ids = {left[0].id, left[0].id, 5'000}, .reason = {}}).deleted == 1);
    CHECK(remove({}).deleted == 299);
    CHECK(queue->count().dead == 0);
    CHECK(queue->count().bytes == 0);
    CHECK(metrics.render().find("gatepost_withdrawn_total{") == std::string::npos);
    clock.advance(1s);
    flush_upkeep();
    CHECK(stored_bytes("spool.db").find("planted-") == std::string::npos);
    CHECK(stored_bytes("spool.db-wal").find("planted-") == std::string::npos);
    open();
    CHECK(queue->count().dead == 0);
    CHECK(add(1).value() == std::vector{queued});
}

TEST_CASE_METHOD(dead_fixture, "dead letters: once the spool is closed every errand says so") {
    bury(1, "invalid");
    queue->close();
    CHECK(begin_list({}, 10).get().error() == spool::errc::closed);
    CHECK(replay({}).failure == spool::errc::closed);
    CHECK(remove({}).failure == spool::errc::closed);
}

TEST_CASE_METHOD(dead_fixture,
                 "dead letters: on a failing disk what was done stands, the rest is as before") {
    failing_disk disk;
    open();
    bury(1, "invalid", 600);
    bool failing = false;
    disk.answer([&failing] { return failing ? SQLITE_IOERR_WRITE : SQLITE_OK; });
    std::size_t asked = 0;
    const auto done = replay({}, [&](const auto&) -> std::optional<std::string_view> {
        failing = ++asked > 256; // a step is 256
        return std::nullopt;
    });
    CHECK(done.failure == spool::errc::io);
    CHECK(done.replayed == 256);
    CHECK(queue->count().waiting == 256);
    CHECK(queue->count().dead == 344);
    CHECK(remove({}).failure == spool::errc::io);
    CHECK(remove({}).deleted == 0);
    failing = false;
    CHECK(replay({}).replayed == 344);
    CHECK(queue->count().waiting == 600);
    disk.answer(nullptr);
    open();
    CHECK(queue->count().waiting == 600);
    CHECK(lease().size() == 600);
    queue.reset();
}
