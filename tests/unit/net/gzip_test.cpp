#include <gatepost/net/gzip.hpp>

#include <catch2/catch.hpp>

#include <support/command.hpp>

using namespace gatepost;
using namespace std::string_view_literals;
using net::gunzip;

namespace {

std::string gzip(const std::string& plain) {
    return test::output_of("gzip -cn9", plain);
}

std::string refusal(std::string_view packed, std::size_t limit = 1'000'000) {
    const auto result = gunzip(packed, limit);
    REQUIRE(result.has_error());
    return result.error().code;
}

} // namespace

TEST_CASE("gzip: what gzip packed comes back, small and large") {
    std::string large;
    for (int i = 0; i < 20'000; ++i) {
        large += std::to_string(i * 7919);
    }
    for (const auto& plain : {std::string(), std::string("x"), std::string(16'384, 'a'),
                              std::string(16'385, 'b'), large}) {
        CAPTURE(plain.size());
        const auto result = gunzip(gzip(plain), plain.size());
        REQUIRE_FALSE(result.has_error());
        CHECK(*result == plain);
    }
}

TEST_CASE("gzip: one byte over the limit is too large") {
    const auto size = GENERATE(as<std::size_t>(), 1, 16'384, 16'385, 100'000);
    const auto packed = gzip(std::string(size, 'a'));
    CHECK_FALSE(gunzip(packed, size).has_error());
    CHECK(refusal(packed, size - 1) == "too_large");
}

TEST_CASE("gzip: a bomb is given up at the limit") {
    // 64 MiB in some 65 KB.
    const auto bomb = gzip(std::string(std::size_t{64} << 20, '\0'));
    REQUIRE(bomb.size() < 100'000);
    CHECK(refusal(bomb) == "too_large");
    CHECK(refusal(bomb, 0) == "too_large");
}

TEST_CASE("gzip: cut off anywhere, it is refused") {
    const auto packed = gzip("a text that is long enough to be worth packing, packing, packing");
    for (std::size_t size = 0; size < packed.size(); ++size) {
        CAPTURE(size);
        CHECK(refusal(packed.substr(0, size)) == "invalid_gzip");
    }
}

TEST_CASE("gzip: what follows its end is refused") {
    CHECK(refusal(gzip("x") + "y") == "invalid_gzip");
    CHECK(refusal(gzip("x") + std::string(1, '\0')) == "invalid_gzip");
}

TEST_CASE("gzip: other formats and damaged ones are refused") {
    CHECK(refusal("{\"event\":\"Purchase\"}") == "invalid_gzip");
    CHECK(refusal("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62"sv) == "invalid_gzip"); // zlib (RFC 1950)
    auto damaged = gzip("a checksum stands at the end");
    damaged[damaged.size() - 6] ^= 1;
    CHECK(refusal(damaged) == "invalid_gzip");
}
