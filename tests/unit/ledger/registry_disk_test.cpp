#include "registry_fixture.hpp"

#include <support/eventually.hpp>
#include <support/failing_disk.hpp>

using namespace gatepost;
using namespace gatepost::test;
using words = std::vector<std::string>;

namespace {

struct failing_registry : registry_fixture {
    failing_disk disk;

    void fail(int code) {
        disk.answer([code] { return code; });
    }
    void work() { disk.answer(nullptr); }
    ~failing_registry() {
        work();
        registry.reset();
    }
};

} // namespace

TEST_CASE_METHOD(failing_registry,
                 "failing disk: a denial is told as failed, and in effect all the same") {
    const auto code = GENERATE(SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_FULL);
    CAPTURE(code);
    open();
    record(visitor({1}), choice::granted, 1);
    fail(code);
    CHECK(record(visitor({2}), choice::denied, 2) == ledger::errc::io);
    CHECK(record(visitor({1}), choice::denied, 2) == ledger::errc::io);
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
    CHECK(recall(visitor({2})) == words{"registry denied withdrawn"});
    // Said again it still is not on disk, and nobody is told that it was.
    CHECK(record(visitor({2}), choice::denied, 2) == ledger::errc::io);
    work();
    REQUIRE(eventually([&] { return !flush(); })); // it was tried again by itself
    open();
    CHECK(recall(visitor({1})) == words{"registry denied withdrawn"});
    CHECK(recall(visitor({2})) == words{"registry denied withdrawn"});
}

TEST_CASE_METHOD(failing_registry,
                 "failing disk: what changed meanwhile is written as it is at last") {
    open();
    fail(SQLITE_IOERR_WRITE);
    CHECK(record(visitor({1}), choice::denied, 2) == ledger::errc::io);
    CHECK(withdraw_waiting(visitor({3}), 2) == ledger::errc::io);
    registry->lift(visitor({1}), at(3));
    registry->sweep_finished(registry->sweep_begins());
    CHECK(withdraw_waiting(visitor({4}), 2) == ledger::errc::io);
    work();
    REQUIRE(eventually([&] { return !flush(); }));
    open();
    CHECK(recall(visitor({1})).empty());
    CHECK_FALSE(forbids(visitor({3}), 1));
    CHECK(forbids(visitor({4}), 1));
}

TEST_CASE_METHOD(failing_registry, "failing disk: closing tells what could not be written") {
    open();
    fail(SQLITE_IOERR_WRITE);
    core::error_code told;
    registry->record(visitor({1}), choice::denied, at(1),
                     [&](core::error_code given) { told = given; });
    registry->close();
    CHECK(told == ledger::errc::io);
    work();
    open();
    CHECK(registry->size() == 0);
}
