#include "../../../src/spool/duplicate_set.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatepost;
using namespace std::chrono_literals;
using spool::duplicate_set;

namespace {

constexpr core::wall_time start(std::chrono::milliseconds(1'795'348'800'000));

core::key128 key(std::uint64_t n) {
    return {n * 7919, n};
}

} // namespace

TEST_CASE("duplicate set: a key is new once") {
    duplicate_set set(48h, 100);
    CHECK(set.add(key(1), start));
    CHECK_FALSE(set.add(key(1), start));
    CHECK(set.add(key(2), start));
}

TEST_CASE("duplicate set: a key outlives its window as long as its event waits") {
    duplicate_set set(48h, 100);
    set.add(key(1), start);
    set.keep(start);
    for (const auto later : {49h, 98h, 200h}) {
        CAPTURE(later.count());
        set.keep(start + later);
        CHECK_FALSE(set.add(key(1), start + later));
    }
}

TEST_CASE("duplicate set: a delivered key is known for its window and no longer") {
    duplicate_set set(48h, 100);
    set.add(key(1), start);
    CHECK_FALSE(set.delivered(key(1), start + 1s));
    set.keep(start + 1s);
    CHECK_FALSE(set.add(key(1), start + 47h));
    CHECK(set.add(key(1), start + 48h));
}

TEST_CASE("duplicate set: a late delivery begins a window of its own") {
    duplicate_set set(48h, 100);
    set.add(key(1), start);
    set.keep(start);
    CHECK(set.delivered(key(1), start + 40h));
    set.keep(start + 40h);
    CHECK_FALSE(set.add(key(1), start + 87h));
    CHECK(set.add(key(1), start + 88h));
}

TEST_CASE("duplicate set: a key freed is new again") {
    duplicate_set set(48h, 100);
    set.add(key(1), start);
    set.free(key(1));
    CHECK(set.add(key(1), start));
}

TEST_CASE("duplicate set: past the bound the oldest keys are forgotten") {
    duplicate_set set(48h, 3);
    for (std::uint64_t n = 1; n <= 5; ++n) {
        set.add(key(n), start + std::chrono::seconds(n));
    }
    set.keep(start + 10s);
    CHECK(set.size() == 3);
    CHECK(set.take_pushed_out() == 2);
    CHECK(set.take_pushed_out() == 0);
    CHECK_FALSE(set.add(key(3), start + 10s));
    CHECK_FALSE(set.add(key(5), start + 10s));
    CHECK(set.add(key(1), start + 10s));
    CHECK(set.add(key(2), start + 10s));
}

TEST_CASE("duplicate set: old keys leave the memory") {
    duplicate_set set(1h, 1000);
    for (std::uint64_t n = 0; n < 500; ++n) {
        set.add(key(n), start);
        set.delivered(key(n), start);
    }
    set.keep(start + 1h);
    CHECK(set.size() == 0);
}

TEST_CASE("duplicate set: what is taken back was never there") {
    duplicate_set set(48h, 100);
    set.add(key(1), start);
    set.add(key(2), start);
    set.keep(start);

    SECTION("an addition") {
        set.add(key(3), start);
        set.undo_to(0);
        CHECK(set.add(key(3), start));
    }
    SECTION("a removal") {
        set.free(key(1));
        set.undo_to(0);
        CHECK_FALSE(set.add(key(1), start));
    }
    SECTION("a delivery: the event still waits") {
        set.delivered(key(2), start);
        set.undo_to(0);
        set.keep(start + 100h);
        CHECK_FALSE(set.add(key(2), start + 100h));
    }
    SECTION("several changes of one key") {
        set.free(key(1));
        set.add(key(1), start + 5s);
        set.free(key(1));
        set.undo_to(0);
        CHECK_FALSE(set.add(key(1), start));
    }
    SECTION("only what came after the mark") {
        set.add(key(3), start);
        const auto mark = set.mark();
        set.add(key(4), start);
        set.undo_to(mark);
        CHECK_FALSE(set.add(key(3), start));
        CHECK(set.add(key(4), start));
    }
}

TEST_CASE("duplicate set: restored keys of waiting events stay however old their entry is") {
    duplicate_set set(48h, 100);
    set.restore(key(1), start);
    set.restore(key(2), start);
    set.restore_waiting(key(2), start + 47h);
    set.restore_waiting(key(3), start + 47h);
    set.keep(start + 60h);
    CHECK(set.add(key(1), start + 60h));
    CHECK_FALSE(set.add(key(2), start + 60h));
    CHECK_FALSE(set.add(key(3), start + 60h));
}
