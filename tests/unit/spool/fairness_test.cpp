#include "../../../src/spool/record_reader.hpp"
#include "../../../src/spool/schema.hpp"
#include "spool_fixture.hpp"

#include <sqlite3.h>

using namespace gatepost;
using namespace gatepost::test;

namespace {

// Steps of SQLite's virtual machine until the query has its first row: a measure of the rows
// visited that does not depend on the machine.
int steps_to_first_row(const std::string& file, spool::record_id first, spool::record_id last) {
    sqlite3* opened = nullptr;
    REQUIRE(sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    sqlite3_stmt* query = nullptr;
    const std::string sql(spool::record_reader::query);
    REQUIRE(sqlite3_prepare_v2(opened, sql.c_str(), -1, &query, nullptr) == SQLITE_OK);
    sqlite3_bind_int64(query, 1, first);
    sqlite3_bind_int64(query, 2, last);
    CHECK(sqlite3_step(query) == SQLITE_ROW);
    CHECK(sqlite3_stmt_status(query, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0) == 0);
    CHECK(sqlite3_stmt_status(query, SQLITE_STMTSTATUS_SORT, 0) == 0);
    const int steps = sqlite3_stmt_status(query, SQLITE_STMTSTATUS_VM_STEP, 0);
    sqlite3_finalize(query);
    sqlite3_close(opened);
    return steps;
}

} // namespace

TEST_CASE_METHOD(spool_fixture,
                 "fairness: 100,000 waiting events of one pixel are not in another's way") {
    open();
    append(*queue, make_records(other_pixel, 1, 1)).value();
    for (std::uint64_t n = 0; n < 100'000; n += 5000) {
        add(n, 5000).value();
    }
    append(*queue, make_records("PIXEL-C", 1, 1)).value();
    // Numbered in the order in which they came: the crowd stands between the two others.
    CHECK(steps_to_first_row(file(), spool::first_id(1), spool::last_id(1)) < 50);
    CHECK(steps_to_first_row(file(), spool::first_id(2), spool::last_id(2)) < 50);
    CHECK(steps_to_first_row(file(), spool::first_id(3), spool::last_id(3)) < 50);
    CHECK(queue->lease(other_pixel, {}).value().size() == 1);
    CHECK(queue->lease("PIXEL-C", {}).value().size() == 1);
    CHECK(queue->look(pixel).value().waiting() == 100'000);
}
