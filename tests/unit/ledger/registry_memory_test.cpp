#include "../../../src/ledger/registry_memory.hpp"
#include "registry_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using ledger::registry_memory;

namespace {

// One key's history, from which one question is asked.
struct history {
    registry_memory memory;

    history& say(const ledger::subject& who, choice said, int second) {
        memory.record(who, said, at(second));
        return *this;
    }
    ledger::recollection recall(const ledger::subject& who) const {
        return memory.recall(who.controller, who.keys);
    }
    std::optional<choice> denial(const ledger::subject& who) const {
        const auto held = recall(who);
        return held.denial ? std::optional(held.denial->said) : std::nullopt;
    }
};

// Somebody who is known by nothing but a browser's id.
ledger::subject browser(std::uint64_t n, subject_kind kind = subject_kind::ttp) {
    return {"shop", {make_key(n, kind)}};
}

} // namespace

TEST_CASE("registry: of two choices the newer stands, in whichever order they come") {
    const auto [first, second, stands] = GENERATE(table<int, int, choice>({
        {10, 20, choice::denied},  // granted, later denied
        {20, 10, choice::granted}, // denied, later granted
        {10, 10, choice::denied},  // of the same second: not the grant
    }));
    CAPTURE(first, second);
    const auto who = visitor({1});
    history forwards, backwards;
    forwards.say(who, choice::granted, first).say(who, choice::denied, second);
    backwards.say(who, choice::denied, second).say(who, choice::granted, first);
    for (const auto* told : {&forwards, &backwards}) {
        CHECK(told->recall(who).granted_at.has_value() == (stands == choice::granted));
        CHECK(told->recall(who).denial.has_value() == (stands == choice::denied));
    }
}

TEST_CASE("registry: an erasure of the same second stands over a denial") {
    const auto who = visitor({1});
    history told;
    told.say(who, choice::erased, 5).say(who, choice::denied, 5);
    CHECK(told.denial(who) == choice::erased);
}

TEST_CASE("registry: a choice that newer ones outweigh is told so and changes nothing") {
    registry_memory memory;
    const auto who = visitor({1, 2});
    CHECK(memory.record(who, choice::denied, at(20)).stands);
    const auto late = memory.record(who, choice::granted, at(10));
    CHECK_FALSE(late.stands);
    CHECK(late.changes.empty());
    // Under a third key there is nothing newer.
    CHECK(memory.record(visitor({1, 2, 3}), choice::granted, at(10)).stands);
}

TEST_CASE("registry: a choice said again stands and writes nothing") {
    registry_memory memory;
    memory.record(visitor({1}), choice::denied, at(20));
    const auto again = memory.record(visitor({1}), choice::denied, at(20));
    CHECK(again.stands);
    CHECK(again.changes.empty());
}

TEST_CASE("registry: a denial matches on any key, the newest counts") {
    history told;
    told.say(visitor({1}), choice::denied, 10).say(visitor({2}), choice::erased, 30);
    CHECK(told.denial(visitor({1, 7})) == choice::denied);
    for (const auto& both : {visitor({1, 2}), visitor({2, 1})}) {
        REQUIRE(told.denial(both) == choice::erased);
        CHECK(told.recall(both).denial->at == at(30));
    }
    CHECK_FALSE(told.denial(visitor({7, 8})));
}

TEST_CASE("registry: a grant counts only if every registered key agrees, with the earliest time") {
    history told;
    told.say(visitor({1}), choice::granted, 10).say(visitor({2}), choice::granted, 5);
    CHECK(told.recall(visitor({1})).granted_at == at(10));
    CHECK(told.recall(visitor({1, 2})).granted_at == at(5));
    CHECK(told.recall(visitor({1, 99})).granted_at == at(10)); // 99 is not registered
    // A family's e-mail address with another's refusal beside it.
    told.say(visitor({3}), choice::denied, 1);
    CHECK_FALSE(told.recall(visitor({1, 3})).granted_at);
    CHECK(told.denial(visitor({1, 3})) == choice::denied);
}

TEST_CASE("registry: keys of another kind or controller are strangers") {
    history told;
    told.say(visitor({1}, "shop"), choice::denied, 10);
    CHECK_FALSE(told.denial(visitor({1}, "other")));
    ledger::subject phone{"shop", {make_key(1, subject_kind::phone)}};
    CHECK_FALSE(told.denial(phone));
    told.say(visitor({1}, "other"), choice::granted, 20);
    CHECK(told.denial(visitor({1}, "shop")) == choice::denied);
}

TEST_CASE("registry: only a later grant lifts, and only under the keys it came with") {
    const auto said = GENERATE(choice::denied, choice::erased);
    CAPTURE(static_cast<int>(said));
    history told;
    told.say(visitor({1, 2}), said, 10);
    CHECK(told.memory.lift(visitor({1}), at(10)).empty());
    CHECK(told.denial(visitor({1})) == said);
    CHECK(told.memory.lift(visitor({1}), at(11)).size() == 1);
    CHECK_FALSE(told.denial(visitor({1})));
    CHECK(told.denial(visitor({2})) == said);
    CHECK(told.denial(visitor({1, 2})) == said);
    CHECK(told.memory.size() == 1);
}

TEST_CASE("registry: lifting leaves grants and strangers alone") {
    history told;
    told.say(visitor({1}), choice::granted, 10);
    CHECK(told.memory.lift(visitor({1, 5}), at(99)).empty());
    CHECK(told.recall(visitor({1})).granted_at == at(10));
    CHECK(told.memory.size() == 1);
}

TEST_CASE("registry: an erased visitor who grants later is granted") {
    history told;
    told.say(visitor({1}), choice::erased, 10).say(visitor({1}), choice::granted, 20);
    CHECK_FALSE(told.denial(visitor({1})));
    CHECK(told.recall(visitor({1})).granted_at == at(20));
}

TEST_CASE("registry: a recorded grant ends a GPC that is not newer, lifting ends none") {
    registry_memory memory;
    const auto who = visitor({1});
    const auto gpc_at = [&] { return memory.recall("shop", who.keys).gpc_at; };
    memory.note_gpc(who, at(10));
    memory.lift(who, at(99));
    CHECK(gpc_at() == at(10));
    memory.record(who, choice::granted, at(9));
    CHECK(gpc_at() == at(10));
    memory.record(who, choice::denied, at(10));
    CHECK(gpc_at() == at(10));
    memory.record(who, choice::granted, at(11));
    CHECK_FALSE(gpc_at());
    CHECK(memory.note_gpc(who, at(11)).empty()); // seen before the grant, noted after it
    CHECK(memory.note_gpc(who, at(12)).size() == 1);
    CHECK(gpc_at() == at(12));
}

TEST_CASE("registry: a grant that does not stand ends no GPC") {
    registry_memory memory;
    const auto who = visitor({1});
    memory.record(who, choice::denied, at(30));
    memory.note_gpc(who, at(10));
    memory.record(who, choice::granted, at(20));
    CHECK(memory.recall("shop", who.keys).gpc_at == at(10));
}

TEST_CASE("registry: GPC is noted under the keys that have none") {
    registry_memory memory;
    CHECK(memory.note_gpc(visitor({1}), at(10)).size() == 1);
    CHECK(memory.note_gpc(visitor({1}), at(20)).empty());
    CHECK(memory.note_gpc(visitor({1, 2}), at(20)).size() == 1);
    CHECK(memory.recall("shop", visitor({1}).keys).gpc_at == at(10));
    CHECK(memory.recall("shop", visitor({1, 2}).keys).gpc_at == at(20));
}

TEST_CASE("registry: GPC is noted under click ids up to a bound, under other keys beyond it") {
    registry_memory memory(2);
    CHECK(memory.note_gpc(browser(1, subject_kind::ttp), at(10)).size() == 1);
    CHECK(memory.takes_strangers());
    CHECK(memory.note_gpc(browser(1, subject_kind::ttclid), at(10)).size() == 1);
    CHECK_FALSE(memory.takes_strangers());
    const auto kind = GENERATE(subject_kind::ttp, subject_kind::ttclid);
    CHECK(memory.note_gpc(browser(2, kind), at(10)).empty());
    CHECK_FALSE(memory.recall("shop", browser(2, kind).keys).gpc_at);
    // Of another controller too: the memory is the same.
    CHECK(memory.note_gpc({"other", browser(2, kind).keys}, at(10)).empty());
    for (const auto known : {subject_kind::email, subject_kind::phone, subject_kind::external_id}) {
        auto who = browser(2, kind);
        who.keys.push_back(make_key(2, known));
        CHECK(memory.note_gpc(who, at(10)).size() == 1);
        CHECK(memory.recall("shop", {&who.keys[1], 1}).gpc_at == at(10));
    }
    memory.record(browser(3, kind), choice::granted, at(5));
    CHECK(memory.note_gpc(browser(3, kind), at(10)).size() == 1); // known by a choice
    CHECK(memory.record(browser(4, kind), choice::denied, at(10)).stands);
}

TEST_CASE("registry: choices and other kinds of keys take no room from the GPC of click ids") {
    registry_memory memory(1);
    memory.note_gpc(visitor({1, 2, 3}), at(10));
    memory.record(browser(4), choice::granted, at(10));
    memory.record(browser(5), choice::denied, at(10));
    CHECK(memory.note_gpc(browser(6), at(10)).size() == 1);
}

TEST_CASE("registry: there is room again for the GPC of click ids that something takes away") {
    registry_memory memory(1);
    memory.note_gpc(browser(1), at(10));
    REQUIRE_FALSE(memory.takes_strangers());
    SECTION("a choice, which makes it a visitor's own key") {
        memory.record(browser(1), choice::denied, at(20));
        CHECK(memory.takes_strangers());
        // ... until it is lifted, which leaves the GPC.
        memory.lift(browser(1), at(30));
        CHECK_FALSE(memory.takes_strangers());
    }
    SECTION("a grant, which ends it") {
        memory.record(browser(1), choice::granted, at(20));
        CHECK(memory.takes_strangers());
    }
    SECTION("the end of its time") {
        memory.expire("shop", browser(1).keys, {at(0), at(11)});
        CHECK(memory.takes_strangers());
    }
    SECTION("the end of a grant's time does the opposite") {
        memory.record(browser(1), choice::granted, at(5));
        CHECK(memory.takes_strangers());
        memory.expire("shop", browser(1).keys, {at(6), at(0)});
        CHECK_FALSE(memory.takes_strangers());
    }
}

TEST_CASE("registry: what a file held counts towards the bound of click ids") {
    registry_memory before;
    registry_memory after(1);
    const auto restore = [&](const std::vector<ledger::key_change>& held) {
        for (const auto& each : held) {
            after.restore("shop", each);
        }
    };
    restore(before.note_gpc(visitor({1, 2}), at(10)));
    restore(before.record(browser(3), choice::denied, at(10)).changes);
    CHECK(after.takes_strangers());
    restore(before.note_gpc(browser(4), at(10)));
    CHECK_FALSE(after.takes_strangers());
}

TEST_CASE("registry: what is older than its retention goes, each kind by its own") {
    registry_memory memory;
    memory.record(visitor({1}), choice::granted, at(10));
    memory.record(visitor({2}), choice::denied, at(10));
    memory.record(visitor({3}), choice::erased, at(10));
    memory.record(visitor({4}), choice::granted, at(11));
    memory.note_gpc(visitor({1, 5}), at(12));
    const auto all = visitor({1, 2, 3, 4, 5}).keys;

    CHECK(memory.expire("shop", all, {at(10), at(10)}).empty());
    CHECK(memory.expire("shop", all, {at(11), at(10)}).size() == 1); // the grant of 1
    CHECK(memory.recall("shop", visitor({1}).keys).gpc_at == at(12));
    CHECK(memory.expire("shop", all, {at(11), at(11)}).size() == 2); // 2 and 3
    CHECK(memory.size() == 3);
    CHECK(memory.expire("shop", all, {at(11), at(13)}).size() == 2); // the GPC of 1 and 5
    CHECK(memory.size() == 1);
    CHECK(memory.recall("shop", visitor({4}).keys).granted_at == at(11));
}

TEST_CASE("registry: entries show each key that holds something") {
    registry_memory memory;
    memory.record(visitor({1}), choice::denied, at(10));
    memory.note_gpc(visitor({2}), at(20));
    const auto held = memory.entries("shop", visitor({1, 2, 3}).keys);
    REQUIRE(held.size() == 2);
    CHECK(held[0].key == make_key(1));
    CHECK(held[0].said == choice::denied);
    CHECK(held[0].said_at == at(10));
    CHECK_FALSE(held[0].gpc_at);
    CHECK_FALSE(held[1].said);
    CHECK(held[1].gpc_at == at(20));
}

TEST_CASE("waiting denials: hold for what had been received, under any key") {
    registry_memory memory;
    memory.deny_waiting(visitor({1, 2}), at(10));
    const auto denied = [&](std::uint64_t n, int second) {
        return memory.denied_while_waiting("shop", visitor({n, 50}).keys, at(second));
    };
    CHECK(denied(1, 9));
    CHECK(denied(2, 10));
    CHECK_FALSE(denied(1, 11)); // came after the denial
    CHECK_FALSE(denied(3, 9));
    CHECK_FALSE(memory.denied_while_waiting("other", visitor({1}).keys, at(9)));
    // Denials that come late do not shorten it.
    memory.deny_waiting(visitor({1}), at(5));
    CHECK(denied(1, 10));
}

TEST_CASE("waiting denials: a sweep forgets those that were there when it began") {
    registry_memory memory;
    memory.deny_waiting(visitor({1}), at(10));
    const auto sweep = memory.last_denial();
    memory.deny_waiting(visitor({2}), at(10)); // the sweep has passed its events perhaps
    memory.deny_waiting(visitor({1, 3}), at(20));
    CHECK(memory.forget_denials(sweep));
    CHECK(memory.sweep_needed());
    for (const auto n : {1, 2, 3}) {
        CAPTURE(n);
        CHECK(memory.denied_while_waiting("shop", visitor({std::uint64_t(n)}).keys, at(10)));
    }
    CHECK(memory.forget_denials(memory.last_denial()));
    CHECK_FALSE(memory.sweep_needed());
    CHECK(memory.empty());
    CHECK_FALSE(memory.forget_denials(memory.last_denial()));
}

TEST_CASE("waiting denials: of two sweeps at once the earlier one takes nothing back") {
    registry_memory memory;
    memory.deny_waiting(visitor({1}), at(10));
    const auto first = memory.last_denial();
    memory.deny_waiting(visitor({2}), at(10));
    const auto second = memory.last_denial();
    CHECK(memory.forget_denials(second));
    CHECK_FALSE(memory.forget_denials(first));
    CHECK_FALSE(memory.sweep_needed());
}
