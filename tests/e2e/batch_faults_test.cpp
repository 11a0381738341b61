// Of a batch with a bad event in it everything else arrives, and the bad one is a dead letter.

#include "rows.hpp"

#include <algorithm>
#include <set>
#include <support/dead_letters.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::int64_t requests_of(stage& at) {
    return at.upstream().events().root().find("requests").integer().value();
}

// The numbers of a row's events ("<row>-<number>") that are dead letters.
std::set<std::size_t> dead_of(const std::vector<dead_letter>& all, std::size_t row) {
    std::set<std::size_t> found;
    const auto beginning = std::to_string(row) + "-";
    for (const auto& each : all) {
        if (each.event_id.starts_with(beginning)) {
            found.insert(std::stoul(each.event_id.substr(beginning.size())));
        }
    }
    return found;
}

} // namespace

TEST_CASE("batch faults: the place in the message is dead, the others leave together") {
    struct row {
        const char* message;
        std::size_t place;
    };
    const std::vector<row> table{
        {"Batch.0.properties.contents.0.content_id: Not a valid string.", 0},
        {"Batch.2.event_id: Not a valid string.", 2},
        {"data.3.properties.value: Not a valid number.", 3},
        {"data[4].user.email: Invalid.", 4},
        {"Data[1]: Missing data for required field.", 1},
        {"Invalid event at index 2", 2},
        {"index: 3 is not valid", 3},
        {"batch[0].event: Not a valid choice.", 0},
        {"Error in data.1.", 1},
    };
    constexpr std::size_t events = 5;
    stage at({.more = pixels_of(table.size()), .relay = at_once, .tls = false});
    for (std::size_t i = 0; i < table.size(); ++i) {
        at.upstream().control(told_of(pixel_of(i), R"("count":1,"code":40002,"message":")" +
                                                       std::string(table[i].message) + '"'));
        const auto list = list_of(pixel_of(i), std::to_string(i) + "-", events);
        REQUIRE(at.post("/v1/events", list).status == 202);
    }
    REQUIRE(at.settles());
    const auto dead = dead_letters(at.gatepost().spool());
    const auto times = at.times_arrived();
    for (std::size_t i = 0; i < table.size(); ++i) {
        CAPTURE(table[i].message);
        CHECK(dead_of(dead, i) == std::set<std::size_t>{table[i].place});
        for (std::size_t event = 0; event < events; ++event) {
            const auto id = std::to_string(i) + "-" + std::to_string(event);
            CHECK(times.contains(id) == (event != table[i].place));
        }
        CHECK(requests(at.gatepost(), pixel_of(i), "invalid") == 1);
        CHECK(requests(at.gatepost(), pixel_of(i), "ok") == 1);
    }
    for (const auto& each : dead) {
        CHECK(each.reason == "invalid");
        CHECK(each.code == 40002);
        CHECK_FALSE(each.request_id.empty());
    }
    CHECK(std::ranges::all_of(times, [](const auto& each) { return each.second == 1; }));
}

TEST_CASE("batch faults: without a usable place the bad event is searched for") {
    const std::vector<const char*> messages{
        "Invalid Price Field",
        "",
        "Invalid value 2",
        "contents at index 1: Not a valid string.",
        "metadata.1.value: Not valid.",
        "properties.data.1: Not valid.",
        "data.3rd_party: Not valid.",
        "data.9.event: there is no such place.",
        "Batch.-1.event: there is no such place.",
        "data.99999999999999999999.event: there is no such place.",
    };
    constexpr std::size_t events = 8;
    constexpr std::size_t bad = 6;
    stage at({.more = pixels_of(messages.size()), .relay = at_once, .tls = false});
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto bad_id = std::to_string(i) + "-" + std::to_string(bad);
        at.upstream().control(told_of(pixel_of(i), R"("code":40002,"event":")" + bad_id +
                                                       R"(","message":")" + messages[i] + '"'));
        const auto list = list_of(pixel_of(i), std::to_string(i) + "-", events);
        REQUIRE(at.post("/v1/events", list).status == 202);
    }
    REQUIRE(at.settles());
    const auto dead = dead_letters(at.gatepost().spool());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        CAPTURE(messages[i]);
        CHECK(dead_of(dead, i) == std::set<std::size_t>{bad});
        CHECK(delivered(at.gatepost(), pixel_of(i)) == events - 1);
        // One bad event among n: ceil(log2 n) + 2 more than the first.
        CHECK(requests(at.gatepost(), pixel_of(i), "invalid") +
                  requests(at.gatepost(), pixel_of(i), "ok") <=
              1 + 3 + 2);
    }
    const auto times = at.times_arrived();
    CHECK(times.size() == messages.size() * (events - 1));
    CHECK(std::ranges::all_of(times, [](const auto& each) { return each.second == 1; }));
}

TEST_CASE("batch faults: one poisoned event among 1,000 ends alone in the dead letters") {
    stage at({.more = pixels_of(1), .relay = at_once, .tls = false});
    constexpr std::size_t events = 1000;
    std::size_t posted = 0;
    for (const std::size_t bad : {0, 333, 511, 512, 999}) {
        CAPTURE(bad);
        const auto run = "run" + std::to_string(bad) + "-";
        const auto bad_id = run + std::to_string(bad);
        at.upstream().control(R"({"code":40002,"event":")" + bad_id + "\"}");
        const auto before = requests_of(at);
        REQUIRE(at.post("/v1/events", list_of(pixel_of(0), run, events)).status == 202);
        REQUIRE(at.settles());
        posted += events;
        CHECK(requests_of(at) - before <= 1 + 12);
        CHECK(dead_letters(at.gatepost().spool()).size() == posted / events);
        CHECK_FALSE(at.times_arrived().contains(bad_id));
    }
    const auto times = at.times_arrived();
    CHECK(times.size() == posted - posted / events);
    CHECK(std::ranges::all_of(times, [](const auto& each) { return each.second == 1; }));
}

TEST_CASE("batch faults: of a partial success the failed events are dead, and nothing is resent") {
    stage at({.more = pixels_of(1), .relay = at_once, .tls = false});
    at.upstream().control(R"({"code":20001,"failed_events":[1,3],"message":"Partial"})");
    REQUIRE(at.post("/v1/events", list_of(pixel_of(0), "0-", 5)).status == 202);
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>{"0-0", "0-2", "0-4"});
    CHECK(delivered(at.gatepost(), pixel_of(0)) == 3);
    const auto dead = dead_letters(at.gatepost().spool());
    CHECK(dead_of(dead, 0) == std::set<std::size_t>{1, 3});
    for (const auto& each : dead) {
        CHECK(each.reason == "failed_event");
        CHECK(each.code == 20001);
        CHECK(each.message == "Partial");
        CHECK_FALSE(each.request_id.empty());
    }
    CHECK(requests_of(at) == 1);
}

TEST_CASE("batch faults: what is too large is halved, as often as it takes") {
    stage at({.more = pixels_of(1), .relay = at_once, .tls = false});
    at.upstream().control(R"({"status":413,"count":3})");
    REQUIRE(at.post("/v1/events", list_of(pixel_of(0), "0-", 8)).status == 202);
    REQUIRE(at.settles());
    const auto times = at.times_arrived();
    CHECK(times.size() == 8);
    CHECK(std::ranges::all_of(times, [](const auto& each) { return each.second == 1; }));
    CHECK(requests(at.gatepost(), pixel_of(0), "too_large") == 3);
    CHECK(at.dead_letters() == 0);
}
