// Limits that change while the spool is open.
#include "../../../src/spool/codec.hpp"
#include "dead_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using spool::errc;

TEST_CASE_METHOD(dead_fixture,
                 "limits: a smaller spool takes nothing more and keeps what it holds") {
    const auto one = spool::stored_size(make_content(pixel, 1));
    add(1, 3).value();
    queue->set_limits({.max_bytes = {3 * one}});
    CHECK(add(4).error() == errc::full);
    CHECK(queue->count().full);
    CHECK(queue->count().waiting == 3);
    settle(lease(1));
    CHECK(add(4).has_value());
    queue->set_limits({.max_bytes = {4 * one}});
    CHECK(add(5).has_value());
    CHECK(add(6).error() == errc::full);
}

TEST_CASE_METHOD(dead_fixture, "limits: a pixel's share comes, changes and goes") {
    const auto one = spool::stored_size(make_content(pixel, 1));
    add(1, 2).value();
    queue->set_limits({.max_bytes_of_pixel = {{pixel, {2 * one}}}});
    CHECK(add(3).error() == errc::quota);
    queue->set_limits({.max_bytes_of_pixel = {{pixel, {3 * one}}}});
    CHECK(add(3).has_value());
    CHECK(add(4).error() == errc::quota);
    queue->set_limits({});
    CHECK(add(4).has_value());
}

TEST_CASE_METHOD(dead_fixture, "limits: a shorter retention holds for what waits already") {
    add(1).value();
    clock.advance(24h);
    flush_upkeep();
    queue->set_limits({.retention = 24h + 1s});
    CHECK(queue->expire(pixel).value() == 0);
    clock.advance(1s);
    CHECK(lease().empty());
    flush();
    CHECK(queue->count().dead == 1);
}

TEST_CASE_METHOD(dead_fixture,
                 "limits: a shorter retention of dead letters holds for those there are") {
    bury(1, "invalid");
    clock.advance(24h);
    flush_upkeep();
    REQUIRE(queue->count().dead == 1);
    queue->set_limits({.dead_letter_retention = 24h});
    flush();
    clock.advance(1s);
    flush_upkeep();
    CHECK(queue->count().dead == 0);
}
