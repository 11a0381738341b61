// An account that finds nothing would pass every campaign: here it is told lies.

#include <catch2/catch.hpp>

#include <campaigns/account.hpp>
#include <campaigns/batch.hpp>
#include <campaigns/posting.hpp>
#include <functional>
#include <string>
#include <support/fake_clock.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::campaigns;

namespace {

sighting sight_of(order_number number, std::size_t pixel = 0) {
    return {.number = number,
            .pixel = pixels.at(pixel),
            .event = event_of(number),
            .event_id = "order-0",
            .value = value_of(number)};
}

// Of one order, number 0, for the first pixel, of a visitor who said yes: 0 has no flaw.
using story = std::function<void(account&)>;

std::map<std::string, std::uint64_t> findings_of(const story& what, said visitor = said::yes,
                                                 bool with_id = true) {
    account book;
    REQUIRE(book.open(0, visitor, with_id) == 0);
    what(book);
    return book.close();
}

using found = std::map<std::string, std::uint64_t>;

} // namespace

TEST_CASE("campaigns: an event that went as it should is no finding") {
    const std::vector<story> stories{
        [](account&) {},
        [](account& book) { book.seen(sight_of(0), true); }, // without an answer
        [](account& book) {
            book.answered(0, answer::queued, "order-0");
            book.seen(sight_of(0), false);
            book.seen(sight_of(0), true);
            book.seen(sight_of(0), true); // at least once
        },
        [](account& book) {
            book.answered(0, answer::refused);
            book.answered(0, answer::queued);
            book.seen(sight_of(0), true);
        },
        [](account& book) {
            book.answered(0, answer::queued);
            book.withdrawing(0); // and deleted
        },
    };
    for (const auto& each : stories) {
        CHECK(findings_of(each).empty());
    }
}

TEST_CASE("campaigns: what must not become of an event is found") {
    struct row {
        const char* finding;
        story what;
        said visitor = said::yes;
        bool with_id = true;
    };
    const std::vector<row> table{
        {"lost", [](account& book) { book.answered(0, answer::queued); }},
        {"lost",
         [](account& book) {
             book.answered(0, answer::queued);
             book.seen(sight_of(0), false); // the upstream did not take it
         }},
        {"lost",
         [](account& book) {
             book.answered(0, answer::queued);
             book.answered(0, answer::refused); // what was acknowledged stays so
         }},
        {"sent past the gate", [](account& book) { book.seen(sight_of(0), false); }, said::no},
        {"sent past the gate", [](account& book) { book.seen(sight_of(0), false); }, said::nothing},
        {"sent past the gate", [](account& book) { book.seen(sight_of(0), false); },
         said::objection},
        {"queued past the gate",
         [](account& book) {
             book.answered(0, answer::queued);
             book.withdrawing(0);
         },
         said::no},
        {"dropped against the visitor's choice",
         [](account& book) { book.answered(0, answer::dropped); }},
        {"not as it was posted", [](account& book) { book.seen(sight_of(0, 1), true); }},
        {"not as it was posted",
         [](account& book) {
             auto altered = sight_of(0);
             altered.value += 1;
             book.seen(altered, true);
         }},
        {"not as it was posted",
         [](account& book) {
             auto altered = sight_of(0);
             altered.event = event_of(1);
             book.seen(altered, true);
         }},
        {"under two event ids",
         [](account& book) {
             auto other = sight_of(0);
             other.event_id = "made-1";
             book.seen(other, true);
         }},
        {"under two event ids",
         [](account& book) {
             book.answered(0, answer::queued, "made-1");
             book.seen(sight_of(0), true);
         },
         said::yes, false},
        {"never posted", [](account& book) { book.seen(sight_of(1), true); }},
        {"a dead letter without a fault",
         [](account& book) { book.dead(pixels[0], "order-0", "invalid"); }},
        {"a dead letter of no order",
         [](account& book) { book.dead(pixels[0], "order-1", "invalid"); }},
        {"dropped and yet kept",
         [](account& book) {
             book.answered(0, answer::dropped);
             book.dead(pixels[0], "order-0", "invalid");
         },
         said::no},
    };
    for (const auto& row : table) {
        CAPTURE(row.finding);
        CHECK(findings_of(row.what, row.visitor, row.with_id).contains(row.finding));
    }
}

TEST_CASE("campaigns: what is sent long after a withdrawal is found, what was on its way is not") {
    for (const auto& [later, expected] : std::vector<std::pair<std::chrono::seconds, found>>{
             {std::chrono::seconds(1), {}},
             {std::chrono::seconds(3), {{"sent after the withdrawal", 1}}}}) {
        test::fake_clock time;
        account book(time);
        book.open(0, said::yes, true);
        book.withdrawn(0);
        time.advance(later);
        book.seen(sight_of(0), true);
        CHECK(book.close() == expected);
    }
}

TEST_CASE("campaigns: an order with a flaw is a dead letter, with the reason that goes with it") {
    order_number invalid = 0;
    while (flaw_of(invalid) != flaw::invalid) {
        ++invalid;
    }
    for (const auto& [reason, expected] : std::vector<std::pair<std::string, found>>{
             {"invalid", {}}, {"failed_event", {{"a dead letter with the wrong reason", 1}}}}) {
        account book;
        while (book.open(0, said::yes, true) < invalid) {
        }
        book.answered(invalid, answer::queued);
        book.dead(pixels[0], id_of(invalid), reason);
        CHECK(book.close() == expected);
    }
}

TEST_CASE("campaigns: a made event id leads back to its order") {
    account book;
    book.open(0, said::yes, false);
    book.answered(0, answer::queued, "made-1");
    book.dead(pixels[0], "made-1", "invalid");
    CHECK(book.close() == found{{"a dead letter without a fault", 1}}); // and not of no order
}

TEST_CASE("campaigns: what is posted is read as it was meant, in both of TikTok's forms") {
    const wording order{.number = 7, .pixel = 1, .claims = claims_of(said::yes, 0)};
    const std::string pixel(pixels[1]);
    for (const auto& body :
         {R"({"event_source":"web","event_source_id":")" + pixel + R"(","data":[)" +
              as_event(order) + "]}",
          R"({"pixel_code":")" + pixel + R"(","batch":[)" + as_pixel_event(order) + "]}"}) {
        const auto received = batch::read(body);
        REQUIRE(received);
        REQUIRE(received->orders().size() == 1);
        const auto& seen = received->orders().front();
        CHECK(seen.number == 7);
        CHECK(seen.pixel == pixel);
        CHECK(seen.event == event_of(7));
        CHECK(seen.event_id == "order-7");
        CHECK(seen.value == value_of(7));
    }
    CHECK_FALSE(batch::read(R"({"pixel_code":"C","event":"Purchase"})"));
    CHECK_FALSE(batch::read("<html>"));
}

TEST_CASE("campaigns: an answer that does not go with its request is found") {
    struct row {
        int status;
        const char* body;
        bool in_tiktoks_shape;
    };
    const std::vector<row> table{
        {500, "{}", false},
        {202, R"({"results":[]})", false},
        {422, R"({"results":[{"outcome":"rejected"}]})", false},
        {200, R"({"results":[{"outcome":"observed"}]})", false},
        {200, R"({"code":40002,"data":{}})", true},
        {200, R"({"code":0,"data":{"dropped":1}})", true},
        {200, "no JSON", true},
    };
    for (const auto& row : table) {
        CAPTURE(row.body);
        account book;
        const posting sent{.orders = {book.open(0, said::yes, true)},
                           .in_tiktoks_shape = row.in_tiktoks_shape};
        CHECK(enter(book, sent, {.status = row.status, .headers = {}, .body = row.body}) ==
              reply::accepted);
        CHECK_FALSE(book.close().empty());
    }
}
