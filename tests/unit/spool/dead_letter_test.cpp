#include "spool_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(spool_fixture, "dead letters: a record moves with its reason and all it carried") {
    open();
    add(1).value();
    settle(lease(), dead_letter("invalid"));
    flush();
    CHECK(queue->count().waiting == 0);
    CHECK(queue->count().dead == 1);
    CHECK(queue->look(pixel).value().waiting() == 0);
    queue->close();
    CHECK(ask("SELECT count(*) FROM records") == 0);
    CHECK(ask("SELECT reason = 'invalid' AND code = 40002 AND message = 'bad' AND request_id = 'R'"
              " AND attempts = 2 AND event = 'Purchase' AND event_id = 'order-1'"
              " AND controller = 'shop' AND length(subjects) = 17"
              " AND evidence = '{\"rule\":\"explicit-grant\"}'"
              " AND payload = '{\"event\":\"Purchase\",\"n\":1}' AND at = 1795348800000"
              " AND pixel = (SELECT number FROM pixels WHERE id = 'PIXEL-A') FROM dead") == 1);
    CHECK(metrics.render().find(
              R"(gatepost_dead_letters_total{pixel="PIXEL-A",reason="invalid"} 1)") !=
          std::string::npos);
}

TEST_CASE_METHOD(spool_fixture,
                 "dead letters: what is older than retention expires instead of being leased") {
    open();
    add(1, 2).value();
    const std::vector ids{lease(1).at(0).id};
    queue->release(pixel, ids, clock.steady());
    clock.advance(24h * 7 - 1ms);
    const auto young = make_content(pixel, 3);
    auto content = young;
    content.received = clock.wall();
    append(*queue, {tiktok::encoder::seal(content)}).value();

    SECTION("not yet") {
        CHECK(lease().size() == 3);
    }
    SECTION("now, whether given back or new") {
        clock.advance(1ms);
        CHECK(event_ids(lease()) == std::vector<std::string>{"order-3"});
        flush();
        CHECK(queue->count().dead == 2);
        CHECK(queue->count().waiting == 1);
        CHECK(queue->look(pixel).value().waiting() == 0);
        CHECK(queue->look(pixel).value().leased == 1);
        queue->close();
        CHECK(ask("SELECT count(*) FROM dead WHERE reason = 'expired'") == 2);
        CHECK(ask("SELECT attempts FROM dead WHERE event_id = 'order-1'") == 1);
    }
}

TEST_CASE_METHOD(spool_fixture, "dead letters: they go when their own retention is over") {
    open();
    add(1, 200).value();
    settle(lease(), dead_letter("invalid"));
    flush();
    const auto before = queue->count();
    REQUIRE(before.dead == 200);
    CHECK(before.bytes > 0);
    clock.advance(24h * 30 - 1ms);
    flush_upkeep();
    CHECK(queue->count().dead == 200);
    clock.advance(1s);
    // A bounded number each time.
    for (int i = 0; i < 5; ++i) {
        flush_upkeep();
    }
    CHECK(queue->count().dead == 0);
    CHECK(queue->count().bytes == 0);
    queue->close();
    CHECK(ask("SELECT count(*) FROM dead") == 0);
}

TEST_CASE_METHOD(spool_fixture, "dead letters: counted again after a restart") {
    open();
    add(1, 3).value();
    settle(lease(2), dead_letter("failed_event"));
    flush();
    const auto before = queue->count();
    open();
    CHECK(queue->count().dead == 2);
    CHECK(queue->count().waiting == 1);
    CHECK(queue->count().bytes == before.bytes);
}

TEST_CASE_METHOD(spool_fixture, "dead letters: what expires for a pixel that nobody leases") {
    chosen.limits.retention = std::chrono::hours(1);
    open();
    add(1, 3).value();
    clock.advance(std::chrono::minutes(59));
    CHECK(queue->expire(pixel).value() == 0);
    CHECK(queue->count().waiting == 3);
    clock.advance(std::chrono::minutes(1));
    CHECK(queue->expire(pixel).value() == 3);
    flush();
    CHECK(queue->count().waiting == 0);
    CHECK(queue->count().dead == 3);
    CHECK(queue->expire("never seen").value() == 0);
}
