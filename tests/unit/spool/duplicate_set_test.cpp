#include "../../../src/spool/duplicate_set.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

using namespace gatepost;
using namespace std::chrono_literals;
using spool::duplicate_set;

namespace {

constexpr core::wall_time start(std::chrono::milliseconds(1'795'348'800'000));

core::key128 key(std::uint64_t n) {
    return {n * 7919, n};
}

// The same rules over a list that is searched from end to end; a copy of it takes a group back.
struct plain_set {
    struct known_key {
        std::uint64_t n = 0;
        core::wall_time at;
        bool waiting = false;
    };
    std::chrono::milliseconds window;
    std::size_t max_keys = 0;
    std::vector<known_key> keys; // oldest first
    std::size_t pushed_out = 0;

    auto find(std::uint64_t n) { return std::ranges::find(keys, n, &known_key::n); }
    bool outdated(const known_key& one, core::wall_time now) const {
        return !one.waiting && now >= one.at + window;
    }
    void put(const known_key& one, core::wall_time now) {
        std::erase_if(keys, [&](const auto& other) { return other.n == one.n; });
        if (keys.size() == max_keys) {
            pushed_out += outdated(keys.front(), now) ? 0 : 1;
            keys.erase(keys.begin());
        }
        keys.push_back(one);
    }
    bool add(std::uint64_t n, core::wall_time now) {
        const auto found = find(n);
        if (found != keys.end() && !outdated(*found, now)) {
            return false;
        }
        put({n, now, true}, now);
        return true;
    }
    bool delivered(std::uint64_t n, core::wall_time now) {
        const auto found = find(n);
        if (found == keys.end()) {
            return false;
        }
        if (now > found->at + std::min<std::chrono::milliseconds>(1min, window / 64)) {
            put({n, now, false}, now);
            return true;
        }
        found->waiting = false;
        return false;
    }
    void free(std::uint64_t n) {
        std::erase_if(keys, [&](const auto& one) { return one.n == n; });
    }
    void keep(core::wall_time now) {
        std::vector<known_key> renewed;
        while (!keys.empty() && now >= keys.front().at + window) {
            if (keys.front().waiting) {
                renewed.push_back({keys.front().n, now, true});
            }
            keys.erase(keys.begin());
        }
        keys.insert(keys.end(), renewed.begin(), renewed.end());
    }
};

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

TEST_CASE("duplicate set: whatever is asked of it, it says what a plain list would") {
    const auto seed = GENERATE(range(1u, 9u));
    const auto max_keys = GENERATE(as<std::size_t>{}, 1, 7, 60);
    CAPTURE(seed, max_keys);
    std::mt19937 random(seed);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    const std::chrono::milliseconds window(1000);
    duplicate_set set(window, max_keys);
    plain_set plain{window, max_keys, {}, 0};
    auto now = start;
    auto kept = plain;
    auto marked = plain;
    std::size_t mark = 0;
    for (int round = 0; round < 3000; ++round) {
        CAPTURE(round);
        const auto n = below(100);
        now += std::chrono::milliseconds(below(8) == 0 ? below(400) : 0);
        if (below(300) == 0) {
            now -= 3s; // the clock is set back
        }
        switch (below(12)) {
        case 0:
            set.free(key(n));
            plain.free(n);
            break;
        case 1:
            mark = set.mark();
            marked = plain;
            break;
        case 2:
            set.undo_to(mark);
            plain = marked;
            break;
        case 3:
            set.undo_to(0);
            plain = kept;
            mark = 0;
            marked = kept;
            break;
        case 4:
            set.keep(now);
            plain.keep(now);
            mark = 0;
            kept = marked = plain;
            break;
        case 5:
        case 6:
        case 7:
            REQUIRE(set.delivered(key(n), now) == plain.delivered(n, now));
            break;
        default:
            REQUIRE(set.add(key(n), now) == plain.add(n, now));
        }
        REQUIRE(set.size() == plain.keys.size());
    }
    CHECK(set.take_pushed_out() == plain.pushed_out);
    // What is known, and in which order it is forgotten.
    for (std::uint64_t n = 0; n < 200; ++n) {
        CAPTURE(n);
        CHECK(set.add(key(n), now) == plain.add(n, now));
    }
}
