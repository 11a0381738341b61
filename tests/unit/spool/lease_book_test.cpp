#include "../../../src/spool/lease_book.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatepost;
using spool::lease_book;
using spool::record_id;
using std::chrono::seconds;

namespace {

constexpr core::steady_time now(std::chrono::hours(1));

} // namespace

TEST_CASE("lease book: leasing a new record moves the cursor to it") {
    lease_book book(9);
    CHECK(book.lease(10) == 0);
    CHECK(book.lease(12) == 0);
    CHECK(book.cursor() == 12);
    CHECK(book.leased() == 2);
    CHECK(book.given_back() == 0);
}

TEST_CASE("lease book: a record that was given back is due at its time and not before") {
    lease_book book(0);
    book.lease(1);
    REQUIRE(book.release(1, now + seconds(5)));
    CHECK(book.leased() == 0);
    CHECK(book.given_back() == 1);
    CHECK(book.next_due() == now + seconds(5));
    CHECK(book.due(now + seconds(4), 10).empty());
    CHECK(book.due(now + seconds(5), 10) == std::vector<record_id>{1});
}

TEST_CASE("lease book: due records come lowest id first, whatever their times") {
    lease_book book(0);
    for (const record_id id : {1, 2, 3}) {
        book.lease(id);
    }
    book.release(3, now);
    book.release(1, now + seconds(2));
    book.release(2, now + seconds(1));
    CHECK(book.due(now + seconds(2), 10) == std::vector<record_id>{1, 2, 3});
    CHECK(book.due(now + seconds(2), 2) == std::vector<record_id>{1, 2});
}

TEST_CASE("lease book: each lease of a record is counted until it is settled") {
    lease_book book(0);
    CHECK(book.lease(1) == 0);
    book.release(1, now);
    CHECK(book.lease(1) == 1);
    book.release(1, now);
    CHECK(book.lease(1) == 2);
    CHECK(book.settle(1));
    CHECK(book.leased() == 0);
    CHECK(book.given_back() == 0);
}

TEST_CASE("lease book: only a lease can be given back or settled") {
    lease_book book(0);
    CHECK_FALSE(book.release(1, now));
    CHECK_FALSE(book.settle(1));
    book.lease(1);
    CHECK(book.release(1, now));
    CHECK_FALSE(book.release(1, now));
    CHECK_FALSE(book.settle(1));
    CHECK(book.lease(1) == 1);
    CHECK(book.settle(1));
    CHECK_FALSE(book.settle(1));
}

TEST_CASE("lease book: a dropped record is nobody's and not new any more") {
    lease_book book(0);
    CHECK(book.drop(4) == 0);
    CHECK(book.cursor() == 4);
    book.lease(5);
    book.release(5, now + seconds(60));
    CHECK(book.drop(5) == 1);
    CHECK_FALSE(book.next_due());
    CHECK(book.given_back() == 0);
    CHECK(book.leased() == 0);
}

TEST_CASE("lease book: hastening makes everything given back due at once") {
    lease_book book(0);
    book.lease(1);
    book.lease(2);
    book.lease(3);
    book.release(1, now + seconds(60));
    book.release(2, now + seconds(90));
    book.hasten();
    REQUIRE(book.next_due());
    CHECK(*book.next_due() <= now);
    CHECK(book.due(now, 10) == std::vector<record_id>{1, 2});
    CHECK(book.lease(1) == 1);
    CHECK(book.due(now, 10) == std::vector<record_id>{2});
    CHECK(book.leased() == 2);
}

TEST_CASE("lease book: the next due time is the earliest of those given back") {
    lease_book book(0);
    CHECK_FALSE(book.next_due());
    book.lease(1);
    CHECK_FALSE(book.next_due());
    book.lease(2);
    book.release(1, now + seconds(9));
    book.release(2, now + seconds(3));
    CHECK(book.next_due() == now + seconds(3));
}

TEST_CASE("lease book: a forgotten record is out of the book, and new ones stay new") {
    lease_book book(0);
    book.lease(1);
    book.lease(2);
    book.lease(3);
    book.release(2, now);
    book.release(3, now + seconds(60));
    CHECK(book.due(now, 10) == std::vector<record_id>{2});
    for (const record_id id : {1, 2, 3, 9}) {
        book.forget(id);
    }
    CHECK(book.leased() == 0);
    CHECK(book.given_back() == 0);
    CHECK_FALSE(book.next_due());
    CHECK(book.cursor() == 3);
    CHECK_FALSE(book.settle(1));
    CHECK_FALSE(book.release(2, now));
    book.hasten();
    CHECK(book.due(now + seconds(60), 10).empty());
}

TEST_CASE("lease book: leased is what is out, not what is new, given back or settled") {
    lease_book book(0);
    for (const record_id id : {1, 2, 3}) {
        book.lease(id);
    }
    book.release(2, now);
    book.settle(3);
    CHECK(book.is_leased(1));
    CHECK_FALSE(book.is_leased(2));
    CHECK_FALSE(book.is_leased(3));
    CHECK_FALSE(book.is_leased(4));
}

TEST_CASE("lease book: those due are counted, whether asked for before or not") {
    lease_book book(0);
    for (const record_id id : {1, 2, 3}) {
        book.lease(id);
    }
    book.release(1, now);
    book.release(2, now + seconds(5));
    CHECK(book.due_count(now - seconds(1)) == 0);
    CHECK(book.due_count(now) == 1);
    CHECK(book.due_count(now + seconds(5)) == 2);
    book.lease(1);
    CHECK(book.due_count(now + seconds(5)) == 1);
    book.hasten();
    CHECK(book.due_count(now) == 1);
}
