#include <gatepost/core/units.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace std::chrono_literals;
using core::parse_byte_size;
using core::parse_duration;

TEST_CASE("units: sizes are read with their units, or in bytes") {
    const auto [text, bytes] =
        GENERATE(table<std::string, std::uint64_t>({{"0", 0},
                                                    {"512", 512},
                                                    {"512B", 512},
                                                    {"64KiB", 65'536},
                                                    {"4MiB", 4'194'304},
                                                    {"1GiB", 1'073'741'824}}));
    CAPTURE(text);
    REQUIRE(parse_byte_size(text));
    CHECK(parse_byte_size(text)->bytes == bytes);
}

TEST_CASE("units: durations are read with their units") {
    const auto [text, duration] =
        GENERATE(table<std::string, std::chrono::milliseconds>({{"0", 0ms},
                                                                {"0s", 0ms},
                                                                {"250ms", 250ms},
                                                                {"10s", 10s},
                                                                {"5m", 5min},
                                                                {"48h", 48h},
                                                                {"7d", 168h}}));
    CAPTURE(text);
    CHECK(parse_duration(text) == duration);
}

TEST_CASE("units: a duration without a unit is refused, but for 0") {
    CHECK_FALSE(parse_duration("10"));
    CHECK(parse_duration("0") == 0ms);
}

TEST_CASE("units: fractions, signs, spaces, other units and nothing are refused") {
    const auto text =
        GENERATE(as<std::string>(), "", " ", "s", "KiB", "1.5s", "1.5GiB", "-1s", "-1", "+1s",
                 "1 s", " 1s", "1s ", "1S", "1kib", "1KB", "1w", "1h30m", "1e3s", "0x10", "1GiB1");
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
    CHECK_FALSE(parse_byte_size(text));
}

TEST_CASE("units: what does not fit 64 bits is refused, not wrapped") {
    CHECK(parse_duration("9223372036854775807ms"));
    CHECK_FALSE(parse_duration("9223372036854775808ms"));
    CHECK_FALSE(parse_duration("106751991168d"));
    CHECK_FALSE(parse_duration("99999999999999999999s"));
    CHECK(parse_byte_size("8589934591GiB"));
    CHECK_FALSE(parse_byte_size("8589934592GiB"));
    CHECK_FALSE(parse_byte_size("18446744073709551616"));
}

TEST_CASE("units: what is printed is the shortest exact form, and reads back the same") {
    CHECK(core::format(core::kibibytes(1536)) == "1536KiB");
    CHECK(core::format(core::gibibytes(2)) == "2GiB");
    CHECK(core::format(core::byte_size{1000}) == "1000B");
    CHECK(core::format(36h) == "36h");
    CHECK(core::format(48h) == "2d");
    CHECK(core::format(90s) == "90s");
    CHECK(core::format(1500ms) == "1500ms");
    for (const std::uint64_t number : {0ULL, 1ULL, 999ULL, 1024ULL, 86'400'000ULL, 1ULL << 40}) {
        CAPTURE(number);
        CHECK(parse_byte_size(core::format(core::byte_size{number}))->bytes == number);
        const std::chrono::milliseconds duration(number);
        CHECK(parse_duration(core::format(duration)) == duration);
    }
}
