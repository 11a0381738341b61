#include "registry_fixture.hpp"

#include <support/eventually.hpp>
#include <thread>

using namespace gatepost;
using namespace gatepost::test;
using words = std::vector<std::string>;

TEST_CASE_METHOD(registry_fixture, "registry: findings name what is held, and when") {
    open();
    CHECK(registry->empty());
    record(visitor({1}), choice::granted, 10);
    record(visitor({2}), choice::denied, 20);
    record(visitor({3}), choice::erased, 30);
    note_gpc(visitor({4}), 40);
    CHECK(recall(visitor({1})) == words{"registry granted"});
    CHECK(recall(visitor({2})) == words{"registry denied withdrawn"});
    CHECK(recall(visitor({3})) == words{"registry denied erased"});
    CHECK(recall(visitor({4})) == words{"gpc denied"});
    CHECK(recall(visitor({1, 2, 4})) == words{"registry denied withdrawn", "gpc denied"});
    CHECK(recall(visitor({9})).empty());
    const auto gpc = registry->recall("shop", visitor({4}).keys).at(0);
    CHECK(gpc.from == consent::origin::registry);
    CHECK(gpc.source == "registry");
    CHECK(gpc.meaning == consent::objection::gpc);
    CHECK(gpc.at == at(40));
    const auto denied = registry->recall("shop", visitor({2}).keys).at(0);
    CHECK(denied.meaning == consent::objection::refusal);
    CHECK(denied.at == at(20));
    CHECK(registry->size() == 4);
    CHECK_FALSE(registry->empty());
}

TEST_CASE_METHOD(registry_fixture, "registry: a restart finds what was held") {
    open();
    record(visitor({1, 2}), choice::denied, 10);
    record(visitor({3}), choice::granted, 20);
    record(visitor({3}, "other"), choice::erased, 20);
    note_gpc(visitor({3, 4}), 30);
    record(visitor({5}), choice::denied, 10);
    registry->lift(visitor({5}), at(11));
    open();
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
    CHECK(recall(visitor({3})) == words{"registry granted", "gpc denied"});
    CHECK(recall(visitor({3}, "other")) == words{"registry denied erased"});
    CHECK(recall(visitor({4})) == words{"gpc denied"});
    CHECK(recall(visitor({5})).empty());
    CHECK(registry->size() == 5);
    const auto held = registry->entries("shop", visitor({3}).keys);
    REQUIRE(held.size() == 1);
    CHECK(held[0].said_at == at(20));
    CHECK(held[0].gpc_at == at(30));
}

TEST_CASE_METHOD(registry_fixture, "registry: keys beyond what is read at once are read too") {
    open();
    // The kinds and digests stand in an order of their own in the file.
    for (std::uint64_t n = 1; n <= 9000; ++n) {
        const auto kind = static_cast<subject_kind>(1 + n % 5);
        registry->record({"shop", {make_key(n * 0x9e3779b97f4a7c15, kind)}}, choice::denied, at(1),
                         {});
    }
    CHECK_FALSE(flush());
    open();
    CHECK(registry->size() == 9000);
    bool all = true;
    for (std::uint64_t n = 1; n <= 9000; ++n) {
        const auto kind = static_cast<subject_kind>(1 + n % 5);
        const ledger::subject who{"shop", {make_key(n * 0x9e3779b97f4a7c15, kind)}};
        all = all && recall(who) == words{"registry denied withdrawn"};
    }
    CHECK(all);
}

TEST_CASE_METHOD(registry_fixture,
                 "registry: says when a choice is outweighed, and tells all the same") {
    open();
    record(visitor({1}), choice::denied, 20);
    std::promise<core::error_code> told;
    CHECK_FALSE(registry->record(visitor({1}), choice::granted, at(10),
                                 [&](core::error_code given) { told.set_value(given); }));
    CHECK_FALSE(told.get_future().get());
    CHECK(registry->record(visitor({1}), choice::granted, at(21), {}));
}

TEST_CASE_METHOD(registry_fixture, "second look: forbids what was withdrawn while it waited") {
    open();
    record(visitor({1}), choice::denied, 10);
    note_gpc(visitor({2}), 10);
    withdraw_waiting(visitor({3}), 10);
    CHECK(forbids(visitor({1, 7}), 5));
    CHECK_FALSE(forbids(visitor({1}), 5, evidence("send", "opt_in", "DE", 11)));
    CHECK(forbids(visitor({2}), 5, evidence("send", "opt_out", "US")));
    CHECK_FALSE(forbids(visitor({2}), 5, evidence("send_limited", "opt_out", "US")));
    CHECK(forbids(visitor({3}), 10, evidence("send", "opt_in", "DE", 11)));
    CHECK_FALSE(forbids(visitor({3}), 11));
    CHECK_FALSE(forbids(visitor({7}), 5, "not evidence"));
    CHECK_FALSE(forbids(visitor({1}, "other"), 5));
}

TEST_CASE_METHOD(registry_fixture,
                 "second look: asks under the name of when the event came and the present one") {
    chosen.controllers = {{"C0EXAMPLE", "brand"}, {"C0ANOTHER", "third"}};
    open();
    CHECK(registry->controllers_of("C0EXAMPLE", "shop") == words{"shop", "brand"});
    CHECK(registry->controllers_of("C0EXAMPLE", "brand") == words{"brand"});
    CHECK(registry->controllers_of("C0REMOVED", "shop") == words{"shop"});
    record(visitor({1}, "shop"), choice::denied, 10);
    record(visitor({2}, "brand"), choice::erased, 10);
    withdraw_waiting(visitor({3}, "brand"), 10);
    note_gpc(visitor({4}, "brand"), 10);
    record(visitor({5}, "third"), choice::denied, 10);
    for (const std::uint64_t n : {1, 2, 3}) {
        CHECK(forbids(visitor({n}, "shop"), 5));
    }
    CHECK(forbids(visitor({4}, "shop"), 5, evidence("send", "opt_out", "US")));
    CHECK_FALSE(forbids(visitor({5}, "shop"), 5));
    // A grant that is later than what was said under either name lets it go.
    CHECK_FALSE(forbids(visitor({2}, "shop"), 15, evidence("send", "opt_in", "DE", 11)));
    CHECK_FALSE(forbids(visitor({3}, "shop"), 11));
    registry->use_controllers({{"C0EXAMPLE", "third"}});
    CHECK_FALSE(forbids(visitor({2}, "shop"), 5));
    CHECK(forbids(visitor({5}, "shop"), 5));
}

TEST_CASE_METHOD(registry_fixture, "sweep: what was denied after it began is kept, also on disk") {
    open();
    withdraw_waiting(visitor({1}), 10);
    const auto sweep = registry->sweep_begins();
    withdraw_waiting(visitor({2}), 10);
    registry->sweep_finished(sweep);
    CHECK_FALSE(forbids(visitor({1}), 5));
    CHECK(forbids(visitor({2}), 5));
    open();
    CHECK_FALSE(forbids(visitor({1}), 5));
    CHECK(forbids(visitor({2}), 5));
    CHECK(registry->sweep_needed());
    registry->sweep_finished(registry->sweep_begins());
    CHECK_FALSE(registry->sweep_needed());
    CHECK(registry->empty());
    open();
    CHECK_FALSE(registry->sweep_needed());
    CHECK(ask("SELECT count(*) FROM denials") == 0);
}

TEST_CASE_METHOD(registry_fixture,
                 "sweep: a recorded denial or erasure owes one, a grant does not") {
    open();
    record(visitor({1}), choice::granted, 10);
    note_gpc(visitor({1}), 10);
    CHECK_FALSE(registry->sweep_needed());
    const auto said = GENERATE(choice::denied, choice::erased);
    CAPTURE(static_cast<int>(said));
    record(visitor({1}), said, 20);
    CHECK(registry->sweep_needed());
    open(); // a crash before the sweep
    CHECK(registry->sweep_needed());
    // It owes a sweep, and does not itself forbid what a later grant let through.
    CHECK_FALSE(forbids(visitor({1}), 15, evidence("send", "opt_in", "DE", 21)));
    registry->sweep_finished(registry->sweep_begins());
    record(visitor({1}), said, 20); // again
    CHECK_FALSE(registry->sweep_needed());
    CHECK(recall(visitor({1})).front().starts_with("registry denied"));
}

TEST_CASE_METHOD(registry_fixture, "retention: grants and denials go when their time is over") {
    chosen.grant_retention = std::chrono::hours(24);
    chosen.denial_retention = std::chrono::hours(48);
    open();
    for (std::uint64_t n = 1; n <= 2500; ++n) { // more than one page
        registry->record(visitor({n}), n % 2 == 0 ? choice::granted : choice::denied, at(0), {});
    }
    registry->note_gpc(visitor({5000}), at(0), {});
    CHECK_FALSE(flush());
    clock.advance(std::chrono::hours(25));
    REQUIRE(eventually([&] { return registry->size() == 1251; }));
    CHECK(recall(visitor({2})).empty());
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
    clock.advance(std::chrono::hours(24));
    REQUIRE(eventually([&] { return registry->size() == 0; }));
    CHECK_FALSE(flush());
    CHECK(ask("SELECT count(*) FROM choices") == 0);
}

TEST_CASE_METHOD(registry_fixture, "retention: another time for grants, longer or shorter") {
    chosen.grant_retention = std::chrono::hours(24);
    open();
    record(visitor({1}), choice::granted, 0);
    record(visitor({2}), choice::denied, 0);
    registry->keep_grants_for(std::chrono::hours(72));
    clock.advance(std::chrono::hours(25));
    // Once this one has gone, all of them have been looked at.
    record(visitor({3}), choice::granted, -72 * 3600);
    clock.advance(std::chrono::hours(2));
    REQUIRE(eventually([&] { return recall(visitor({3})).empty(); }));
    CHECK(recall(visitor({1})) == words{"registry granted"});

    registry->keep_grants_for(std::chrono::hours(1));
    clock.advance(std::chrono::hours(2));
    REQUIRE(eventually([&] { return recall(visitor({1})).empty(); }));
    CHECK(recall(visitor({2})) == words{"registry denied withdrawn"});
}

TEST_CASE_METHOD(registry_fixture, "retention: five years for denials if nothing else is said") {
    open();
    record(visitor({1}), choice::denied, 0);
    record(visitor({2}), choice::granted, 0);
    clock.advance(std::chrono::hours(24) * 365 * 5);
    REQUIRE(eventually([&] { return registry->size() == 1; }));
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
    clock.advance(std::chrono::hours(2));
    REQUIRE(eventually([&] { return registry->size() == 0; }));
}

TEST_CASE_METHOD(registry_fixture,
                 "close: what was handed over is on disk, what comes later is told") {
    open();
    int told = 0;
    for (std::uint64_t n = 1; n <= 100; ++n) {
        registry->record(visitor({n}), choice::denied, at(1),
                         [&](core::error_code given) { told += given ? 0 : 1; });
    }
    registry->close();
    CHECK(told == 100);
    CHECK(record(visitor({200}), choice::denied, 1) == ledger::errc::closed);
    CHECK(note_gpc(visitor({200}), 1) == ledger::errc::closed);
    CHECK(withdraw_waiting(visitor({200}), 1) == ledger::errc::closed);
    CHECK(recall(visitor({200})).empty());
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"}); // look-ups go on
    open();
    CHECK(registry->size() == 100);
}

TEST_CASE_METHOD(registry_fixture, "registry: changes and look-ups from several threads at once") {
    open();
    constexpr int threads = 4;
    constexpr int rounds = 300;
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
            // All of them about one visitor, each a second later than the last.
            for (int i = 0; i < rounds; ++i) {
                const int second = i * threads + t;
                registry->record(visitor({1}), second % 2 == 0 ? choice::denied : choice::granted,
                                 at(second), {});
                registry->withdraw_waiting(visitor({std::uint64_t(100 + t)}), at(second), {});
                registry->forbids({"C0EXAMPLE", "shop", visitor({1}).keys, at(0), "{}"});
                registry->sweep_finished(registry->sweep_begins());
            }
        });
    }
    for (auto& one : running) {
        one.join();
    }
    const auto last = words{"registry granted"}; // of the greatest, odd second
    CHECK(recall(visitor({1})) == last);
    open();
    CHECK(recall(visitor({1})) == last);
    CHECK_FALSE(registry->sweep_needed());
}
