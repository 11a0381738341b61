// A pixel's own share of the spool (pixels[].max_spool_bytes).
#include "../../../src/spool/codec.hpp"
#include "walk_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using spool::errc;

namespace {

// Room for three records of the pixel.
struct quota_fixture : walk_fixture {
    quota_fixture() {
        chosen.limits.max_bytes_of_pixel[pixel] = {3 * one};
        open();
        REQUIRE(add(1, 3).has_value());
    }
    append_result add_other(std::uint64_t first, std::uint64_t count = 1) {
        return append(*queue, make_records(other_pixel, first, count));
    }
    // Records that fit one by one, from `first` on.
    std::uint64_t room(std::uint64_t first) {
        std::uint64_t fitted = 0;
        while (add(first + fitted).has_value()) {
            ++fitted;
        }
        return fitted;
    }
    // What a dead letter of dead_letter() adds to its record: reason, message and request id.
    static constexpr std::uint64_t words = 7 + 3 + 1;
    const std::uint64_t one = spool::stored_size(make_content(pixel, 1));
};

} // namespace

TEST_CASE_METHOD(quota_fixture, "quota: past its share a pixel is refused, and nobody else") {
    CHECK(add(4).error() == errc::quota);
    CHECK(add_other(1, 50).value() == std::vector(50, queued));
    CHECK(add(4).error() == errc::quota);
    CHECK(queue->count().waiting == 53);
    CHECK_FALSE(queue->count().full); // the spool itself takes events
}

TEST_CASE_METHOD(quota_fixture, "quota: a list is taken whole or not at all, and leaves no keys") {
    settle(lease(1));
    flush();
    CHECK(add(4, 2).error() == errc::quota);
    CHECK(queue->count().waiting == 2);
    CHECK(add(5).value() == std::vector{queued});
}

TEST_CASE_METHOD(quota_fixture, "quota: a list over several pixels is refused if one has no room") {
    auto records = make_records(other_pixel, 1, 2);
    records.push_back(make_record(pixel, 4));
    CHECK(append(*queue, std::move(records)).error() == errc::quota);
    CHECK(queue->count().waiting == 3);
    CHECK(add_other(1, 2).value() == std::vector{queued, queued});
}

TEST_CASE_METHOD(quota_fixture,
                 "quota: duplicates need no room, also in a list of several pixels") {
    CHECK(add(1, 3).value() == std::vector{duplicate, duplicate, duplicate});
    auto records = make_records(other_pixel, 1, 1);
    records.push_back(make_record(pixel, 2));
    CHECK(append(*queue, std::move(records)).value() == std::vector{queued, duplicate});
}

TEST_CASE_METHOD(quota_fixture, "quota: room comes back as events are delivered") {
    settle(lease(2));
    flush();
    CHECK(room(4) == 2);
}

TEST_CASE_METHOD(quota_fixture, "quota: what was withdrawn gives room back") {
    settle(lease(1), {.id = 0, .how = spool::settled_as::withdrawn});
    flush();
    CHECK(room(4) == 1);
}

TEST_CASE_METHOD(quota_fixture, "quota: settlements make room for a list of the same group") {
    settle(lease(1));
    CHECK(add(4).value() == std::vector{queued});
}

TEST_CASE_METHOD(quota_fixture, "quota: a dead letter keeps its room until it goes") {
    settle(lease(1), dead_letter("invalid"));
    flush();
    CHECK(add(4).error() == errc::quota);
    // It is even larger than its record was: with one delivered, none fits.
    settle(lease(1));
    flush();
    CHECK(add(4).error() == errc::quota);
    clock.advance(24h * 30 + 1s);
    flush_upkeep();
    REQUIRE(queue->count().dead == 0);
    CHECK(room(4) == 2);
}

TEST_CASE_METHOD(quota_fixture, "quota: walks give room back, of records and of dead letters") {
    CHECK_FALSE(erase("order-2"));
    CHECK(room(4) == 1);
    settle(lease(1), dead_letter("invalid"));
    flush();
    CHECK(add(5).error() == errc::quota);
    CHECK_FALSE(erase("order-1"));
    CHECK(room(5) == 1);
}

TEST_CASE_METHOD(quota_fixture, "quota: what a pixel takes is known again after a restart") {
    settle(lease(1), dead_letter("invalid"));
    flush();
    open();
    CHECK(add(4).error() == errc::quota);
    chosen.limits.max_bytes_of_pixel[pixel] = {4 * one + words};
    open();
    CHECK(room(4) == 1);
}

TEST_CASE_METHOD(quota_fixture,
                 "quota: a share that was made smaller takes nothing until it fits") {
    chosen.limits.max_bytes_of_pixel[pixel] = {one};
    open();
    CHECK(add(4).error() == errc::quota);
    const auto records = lease();
    settle({records[0], records[1]});
    flush();
    CHECK(add(4).error() == errc::quota);
    settle({records[2]});
    flush();
    CHECK(room(4) == 1);
}

TEST_CASE_METHOD(spool_fixture, "quota: a pixel that never had a record has all of its share") {
    const auto one = spool::stored_size(make_content(pixel, 1));
    chosen.limits.max_bytes_of_pixel[pixel] = {2 * one};
    open();
    CHECK(add(1, 3).error() == errc::quota);
    CHECK(add(1, 2).value() == std::vector{queued, queued});
}

TEST_CASE_METHOD(spool_fixture, "quota: the whole spool's limit holds beside it") {
    const auto one = spool::stored_size(make_content(pixel, 1));
    chosen.limits.max_bytes = {2 * one};
    chosen.limits.max_bytes_of_pixel[pixel] = {3 * one};
    open();
    CHECK(add(1, 3).error() == errc::full);
    CHECK(add(1, 2).has_value());
}
