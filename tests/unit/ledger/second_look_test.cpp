#include "../../../src/ledger/second_look.hpp"
#include "registry_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using ledger::forbidden;

namespace {

ledger::recollection denied_at(int second) {
    ledger::recollection held;
    held.denial = {choice::denied, at(second)};
    return held;
}

ledger::recollection gpc_at(int second) {
    ledger::recollection held;
    held.gpc_at = at(second);
    return held;
}

} // namespace

TEST_CASE("second look: a denial forbids unless the event's own grant is later") {
    CHECK(forbidden(denied_at(10), evidence("send", "opt_in", "DE", 9)));
    CHECK(forbidden(denied_at(10), evidence("send", "opt_in", "DE", 10))); // the same second
    CHECK_FALSE(forbidden(denied_at(10), evidence("send", "opt_in", "DE", 11)));
    // A grant without a time is older than everything.
    CHECK(forbidden(denied_at(10), evidence("send", "opt_in", "DE")));
}

TEST_CASE("second look: GPC forbids what goes in full where the law heeds it") {
    const auto [action, regime, country, expected] =
        GENERATE(table<std::string, std::string, std::string, bool>({
            {"send", "opt_out", "US", true},
            {"send", "opt_in", "", true}, // forced, and nobody knows where the visitor is
            {"send", "opt_out", "", true},
            {"send", "opt_in", "DE", false},
            {"send_limited", "opt_out", "US", false},
        }));
    CAPTURE(action, regime, country);
    CHECK(forbidden(gpc_at(10), evidence(action, regime, country)) == expected);
    CHECK(forbidden(gpc_at(10), evidence(action, regime, country, 99)) == expected);
}

TEST_CASE("second look: evidence that cannot be read speaks for nobody") {
    const auto shown =
        GENERATE(as<std::string>{}, "", "{", "null", "[]", "{}", R"({"granted_at":"99999999999"})",
                 R"({"granted_at":1e300})", R"({"decision":"send_limited","jurisdiction":[]})");
    CAPTURE(shown);
    CHECK(forbidden(denied_at(10), shown));
    CHECK(forbidden(gpc_at(10), shown));
    CHECK_FALSE(forbidden({}, shown)); // nothing is held, so it is not even looked at
}

TEST_CASE("second look: a grant in the registry forbids nothing") {
    ledger::recollection held;
    held.granted_at = at(10);
    CHECK_FALSE(forbidden(held, "no evidence"));
}
