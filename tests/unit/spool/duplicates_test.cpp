#include "spool_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(spool_fixture, "duplicates: within one list the first is queued") {
    open();
    auto records = make_records(pixel, 1, 2);
    records.push_back(make_record(pixel, 1));
    CHECK(append(*queue, std::move(records)).value() == std::vector{queued, queued, duplicate});
    CHECK(queue->count().waiting == 2);
}

TEST_CASE_METHOD(spool_fixture, "duplicates: between lists handed over together") {
    open();
    std::vector<std::promise<append_result>> answers(20);
    for (auto& answer : answers) {
        queue->append(make_records(pixel, 1, 1),
                      [&](append_result given) { answer.set_value(std::move(given)); });
    }
    std::size_t accepted = 0;
    for (auto& answer : answers) {
        accepted += answer.get_future().get().value() == std::vector{queued} ? 1 : 0;
    }
    CHECK(accepted == 1);
    CHECK(queue->count().waiting == 1);
}

TEST_CASE_METHOD(spool_fixture, "duplicates: known after delivery and over a restart") {
    open();
    add(1, 2).value();
    settle(lease(1));
    flush();
    CHECK(add(1, 2).value() == std::vector{duplicate, duplicate});
    open();
    CHECK(add(1, 3).value() == std::vector{duplicate, duplicate, queued});
}

TEST_CASE_METHOD(spool_fixture, "duplicates: a dead letter frees its id, over a restart too") {
    open();
    add(1, 2).value();
    settle(lease(1), dead_letter("invalid"));
    flush();
    if (GENERATE(false, true)) {
        open();
    }
    CHECK(add(1, 2).value() == std::vector{queued, duplicate});
    open();
    CHECK(add(1, 2).value() == std::vector{duplicate, duplicate});
}

TEST_CASE_METHOD(spool_fixture, "duplicates: forgotten when the window after delivery is over") {
    const bool restart = GENERATE(false, true);
    CAPTURE(restart);
    open();
    add(1, 2).value();
    settle(lease(1));
    flush();
    clock.advance(48h - 1ms);
    flush();
    if (restart) {
        open();
    }
    CHECK(add(1).value() == std::vector{duplicate});
    clock.advance(1ms);
    CHECK(add(1).value() == std::vector{queued});
    CHECK(add(2).value() == std::vector{duplicate}); // waiting still
}

TEST_CASE_METHOD(spool_fixture, "duplicates: what was delivered late is known from then on") {
    const bool restart = GENERATE(false, true);
    CAPTURE(restart);
    open();
    add(1).value();
    clock.advance(100h);
    settle(lease());
    flush();
    clock.advance(47h);
    if (restart) {
        open();
    }
    CHECK(add(1).value() == std::vector{duplicate});
    clock.advance(1h);
    CHECK(add(1).value() == std::vector{queued});
}

TEST_CASE_METHOD(spool_fixture, "duplicates: an event that waits longer than the window is known") {
    open();
    add(1).value();
    clock.advance(100h);
    flush_upkeep();
    CHECK(add(1).value() == std::vector{duplicate});
    open();
    CHECK(add(1).value() == std::vector{duplicate});
}

TEST_CASE_METHOD(spool_fixture, "duplicates: past max_keys the oldest are forgotten") {
    chosen.dedupe_max_keys = 10;
    open();
    add(1, 30).value();
    settle(lease());
    flush();
    CHECK(add(30).value() == std::vector{duplicate});
    CHECK(add(1).value() == std::vector{queued});
}

TEST_CASE_METHOD(spool_fixture, "duplicates: the log of keys is trimmed by age and by number") {
    chosen.dedupe_max_keys = 10;
    open();
    for (std::uint64_t n = 1; n <= 40; ++n) {
        add(n).value();
    }
    clock.advance(1s);
    flush_upkeep();
    flush_upkeep();
    queue->close();
    CHECK(ask("SELECT sum(length(added)) / 16 FROM key_log") == 10);
    open();
    CHECK(add(40).value() == std::vector{duplicate});
    clock.advance(49h);
    flush_upkeep();
    queue->close();
    CHECK(ask("SELECT count(*) FROM key_log") == 0);
}
