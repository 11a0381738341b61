#include <gatepost/core/iso8601.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using core::parse_iso8601;

TEST_CASE("iso8601: a date, a time of day and an offset make one second") {
    // The seconds are those of `date -u -d ... +%s`.
    const auto [text, expected] = GENERATE(table<std::string, std::int64_t>({
        {"2026-11-22T18:00:00Z", 1795370400},
        {"2026-11-22t18:00:00z", 1795370400},
        {"2026-11-22 18:00:00Z", 1795370400},
        {"2026-11-22T18:00:00", 1795370400},
        {"2026-11-22 18:00:00", 1795370400},
        {"2026-11-22T18:00:00+00:00", 1795370400},
        {"2026-11-22T18:00:00+01:00", 1795366800},
        {"2026-11-22T18:00:00+0100", 1795366800},
        {"2024-02-29T23:59:59-05:30", 1709270999},
        {"2020-09-17T19:49:27Z", 1600372167}, // the official SDK's example
        {"2026-11-22", 1795305600},
        {"2000-03-01T00:00:00Z", 951868800},
        {"1970-01-01T00:00:00Z", 0},
        {"9999-12-31T23:59:59Z", 253402300799},
    }));
    CAPTURE(text);
    const auto time = parse_iso8601(text);
    REQUIRE(time);
    CHECK(time->time_since_epoch().count() == expected);
}

TEST_CASE("iso8601: fractions of a second are cut off, never rounded") {
    const auto text = GENERATE(as<std::string>(), "2026-11-22T18:00:00.1Z",
                               "2026-11-22T18:00:00.999Z", "2026-11-22T18:00:00.999999999Z",
                               "2026-11-22T18:00:00.999", "2026-11-22T19:00:00.5+01:00");
    CAPTURE(text);
    REQUIRE(parse_iso8601(text));
    CHECK(parse_iso8601(text)->time_since_epoch().count() == 1795370400);
}

TEST_CASE("iso8601: a leap second is the second after it, as in Unix time") {
    CHECK(parse_iso8601("2016-12-31T23:59:60Z") == parse_iso8601("2017-01-01T00:00:00Z"));
}

TEST_CASE("iso8601: days and hours that no calendar has are refused") {
    const auto text =
        GENERATE(as<std::string>(), "2026-00-22", "2026-13-22", "2026-11-00", "2026-11-31",
                 "2026-02-29", "1900-02-29", "2026-11-22T24:00:00Z", "2026-11-22T18:60:00Z",
                 "2026-11-22T18:00:61Z", "2026-11-22T18:00:00+15:00", "2026-11-22T18:00:00+01:60");
    CAPTURE(text);
    CHECK_FALSE(parse_iso8601(text));
}

TEST_CASE("iso8601: times before 1970 and after 9999 are refused, by the instant they name") {
    const auto text =
        GENERATE(as<std::string>(), "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
                 "0000-01-01", "9999-12-31T23:59:59-00:01", "10000-01-01");
    CAPTURE(text);
    CHECK_FALSE(parse_iso8601(text));
    CHECK(parse_iso8601("1969-12-31T23:59:59-00:01"));
}

TEST_CASE("iso8601: everything else is refused") {
    const auto text =
        GENERATE(as<std::string>(), "", " ", "2026", "2026-11", "2026-11-22T", "2026-11-22T18",
                 "2026-11-22T18:00", "2026-11-22T18:00Z", "20261122T180000Z", "2026-1-2",
                 "26-11-22", "-2026-11-22", "+2026-11-22", "2026-11-2a", "2026/11/22", "22.11.2026",
                 "2026-11-22Z", "2026-11-22  18:00:00", "2026-11-22_18:00:00",
                 "2026-11-22T18:00:00.", "2026-11-22T18:00:00.Z", "2026-11-22T18:00:00,5Z",
                 "2026-11-22T18:00:00+1", "2026-11-22T18:00:00+01", "2026-11-22T18:00:00+01:0",
                 "2026-11-22T18:00:00+01:000", "2026-11-22T18:00:00 +01:00",
                 "2026-11-22T18:00:00ZZ", "2026-11-22T18:00:00UTC", " 2026-11-22", "2026-11-22 ",
                 "2026-11-22T-1:00:00Z", "2026-11-22T+1:00:00Z", "1795370400", "now");
    CAPTURE(text);
    CHECK_FALSE(parse_iso8601(text));
}

TEST_CASE("iso8601: no prefix of a full time reads as another second of the day") {
    const std::string full = "2026-11-22T18:34:56.789+01:00";
    const auto midnight = parse_iso8601("2026-11-22");
    for (std::size_t length = 0; length < full.size(); ++length) {
        CAPTURE(length);
        const auto read = parse_iso8601(full.substr(0, length));
        // The date, the time without its offset, and the same with one to three digits of a second.
        const bool whole = length == 10 || length == 19 || (length >= 21 && length <= 23);
        CHECK(read.has_value() == whole);
        CHECK((!read || read == midnight || read == parse_iso8601("2026-11-22T18:34:56Z")));
    }
}

TEST_CASE("iso8601: what is written is in UTC, and reads back the same") {
    const auto [seconds, text] = GENERATE(table<std::int64_t, std::string>({
        {0, "1970-01-01T00:00:00Z"},
        {951868800, "2000-03-01T00:00:00Z"},
        {1709270999, "2024-03-01T05:29:59Z"},
        {1795370400, "2026-11-22T18:00:00Z"},
        {253402300799, "9999-12-31T23:59:59Z"},
    }));
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    CHECK(core::to_iso8601(time) == text);
    CHECK(parse_iso8601(text) == time);
}
