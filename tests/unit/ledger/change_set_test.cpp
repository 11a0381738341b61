#include "../../../src/ledger/change_set.hpp"
#include "registry_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using ledger::change_set;

namespace {

ledger::waiting_denial denial(std::uint64_t id, int second, std::vector<std::uint64_t> keys) {
    return {id, at(second), "shop", visitor(std::move(keys)).keys};
}

} // namespace

TEST_CASE("changes: the later state of a key replaces the earlier one") {
    change_set all, later;
    all.add("shop", {{make_key(1), {at(10), {}, choice::denied}}});
    all.add("other", {{make_key(1), {at(10), {}, choice::denied}}});
    later.add("shop", {{make_key(1), {}}}); // lifted
    all.absorb(later);
    REQUIRE(all.choices().size() == 2);
    CHECK(all.choices().at({"shop", make_key(1)}).nothing());
    CHECK(all.choices().at({"other", make_key(1)}).said == choice::denied);
}

TEST_CASE("changes: a visitor denied a thousand times is one row, with the newest time") {
    change_set all;
    for (int n = 1; n <= 1000; ++n) {
        change_set one;
        one.add(denial(static_cast<std::uint64_t>(n), n % 700, {1, 2}));
        all.absorb(one);
    }
    REQUIRE(all.denials().size() == 1);
    CHECK(all.denials().begin()->second.id == 1000);
    CHECK(all.denials().begin()->second.seen == at(699));
}

TEST_CASE("changes: a finished sweep takes away the denials up to it, not the later ones") {
    change_set all, swept, later;
    all.add(denial(1, 10, {1}));
    all.add(denial(2, 10, {2}));
    swept.forget_denials(1);
    later.add(denial(3, 10, {1}));
    all.absorb(swept);
    all.absorb(later);
    CHECK(all.forgotten() == 1);
    REQUIRE(all.denials().size() == 2);
    CHECK(all.denials().at({"shop", {make_key(1)}}).id == 3);
    CHECK(all.denials().at({"shop", {make_key(2)}}).id == 2);
}
