#include <gatepost/relay/backoff.hpp>

#include <catch2/catch.hpp>

#include <limits>

using namespace gatepost;
using namespace std::chrono_literals;
using relay::backoff;

namespace {

constexpr relay::retry_options options{.first = 1s, .max = 5min};
constexpr double almost_one = 1 - std::numeric_limits<double>::epsilon();

} // namespace

TEST_CASE("backoff: the bound doubles from the first wait to the greatest") {
    const auto [failed, bound] = GENERATE(table<int, std::chrono::milliseconds>({
        {1, 1s},
        {2, 2s},
        {3, 4s},
        {4, 8s},
        {9, 256s},
        {10, 5min},
        {11, 5min},
        {1000, 5min},
        {std::numeric_limits<int>::max(), 5min},
    }));
    CAPTURE(failed);
    CHECK(backoff(options, failed, 0) == 0ms);
    CHECK(backoff(options, failed, 0.5) == bound / 2);
    CHECK(backoff(options, failed, almost_one) <= bound);
    CHECK(backoff(options, failed, almost_one) >= bound - 1ms);
}

TEST_CASE("backoff: no failure yet counts as the first") {
    CHECK(backoff(options, 0, 0.5) == 500ms);
    CHECK(backoff(options, -1, 0.5) == 500ms);
}

TEST_CASE("backoff: first and greatest wait may be the same, and hours") {
    CHECK(backoff({.first = 24h, .max = 24h}, 50, 0.5) == 12h);
}

TEST_CASE("backoff: what the upstream asks for holds if it is longer, but no longer than an hour") {
    CHECK(backoff(options, 1, 0.5, std::nullopt) == 500ms);
    CHECK(backoff(options, 1, 0.5, 100ms) == 500ms);
    CHECK(backoff(options, 1, 0.5, 30s) == 30s);
    CHECK(backoff(options, 1, 0.5, 59min) == 59min);
    CHECK(backoff(options, 1, 0.5, 1h) == 1h);
    CHECK(backoff(options, 1, 0.5, std::chrono::hours(24 * 365)) == 1h);
}
