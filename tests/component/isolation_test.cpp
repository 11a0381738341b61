// One pixel's trouble never delays another.

#include "way_out.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto healthy = "C0HEALTHY0PIXEL0CODE";
// A hanging request holds its connection for so long; a healthy pixel must not notice.
constexpr auto hang_time = 20s;

std::vector<std::string> hanging(std::size_t count) {
    std::vector<std::string> pixels;
    for (std::size_t i = 1; i <= count; ++i) {
        pixels.push_back("C0HANGING0PIXEL000" + std::to_string(10 + i));
    }
    return pixels;
}

// How long a lone event of the healthy pixel takes from its commit until it is taken.
std::chrono::milliseconds latency(way_out& test, std::size_t n) {
    const auto begun = std::chrono::steady_clock::now();
    test.post(n, n, healthy);
    REQUIRE(eventually([&] { return test.server.taken().contains("e" + std::to_string(n)); },
                       hang_time / 2));
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 begun);
}

} // namespace

TEST_CASE("isolation: pixels that hang from the beginning do not delay another, however many") {
    const auto [pixels, connections] =
        GENERATE(table<std::size_t, std::size_t>({{1, 1}, {3, 1}, {1, 4}, {4, 4}, {9, 4}}));
    CAPTURE(pixels, connections);
    const auto troubled = hanging(pixels);
    way_out_options chosen{.pixels = troubled, .request_timeout = hang_time};
    chosen.pixels.push_back(healthy);
    chosen.relay.connections = connections;
    way_out test(chosen);
    std::size_t n = 0;
    for (const auto& one : troubled) {
        test.server.hang(one);
        for (int batch = 0; batch < 3; ++batch) { // more than one batch each
            test.post(n + 1, n + 1000, one);
            n += 1000;
        }
    }
    test.start();
    // Every one of them hangs in at least one request.
    REQUIRE(eventually([&] {
        return std::ranges::all_of(troubled,
                                   [&](const auto& one) { return test.server.requests(one) > 0; });
    }));
    for (int i = 0; i < 5; ++i) {
        // 100 ms of patience and the linger, and what a busy machine adds.
        CHECK(latency(test, ++n) < 2s);
    }
    CHECK(test.server.taken().size() == 5);
    CHECK(test.server.connections() <= connections + chosen.pixels.size());
}

TEST_CASE("isolation: pixels known to fail leave the shared connections alone") {
    const auto troubled = hanging(6);
    constexpr auto one_hang = 1500ms;
    way_out_options chosen{.pixels = troubled, .request_timeout = one_hang};
    chosen.pixels.push_back(healthy);
    chosen.relay.connections = 2;
    chosen.relay.breaker.failures = 1000; // what fails is tried again and again
    way_out test(chosen);
    std::size_t n = 0;
    for (const auto& one : troubled) {
        test.server.hang(one);
        test.post(n + 1, n + 10, one);
        n += 10;
    }
    test.start();
    REQUIRE(eventually([&] {
        return std::ranges::all_of(troubled,
                                   [&](const auto& one) { return test.server.requests(one) > 1; });
    }));
    // It waits its turn for none of them: in line with six of them it would, for several hangs.
    const auto begun = std::chrono::steady_clock::now();
    test.post(n + 1, n + 1000, healthy);
    test.post(n + 1001, n + 2000, healthy);
    REQUIRE(eventually([&] { return test.server.taken().size() == 2000; }));
    CHECK(std::chrono::steady_clock::now() - begun < one_hang);
    CHECK(test.server.requests(healthy) == 2);
    test.server.release();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.taken().size() == 2060);
}

TEST_CASE("isolation: a pixel that is alone never uses more connections than it may") {
    const std::size_t connections = GENERATE(1, 2);
    way_out_options chosen{.request_timeout = 200ms};
    chosen.relay.connections = connections;
    way_out test(chosen);
    test.server.hang(pixel);
    for (std::size_t i = 0; i < 5; ++i) {
        test.post(i * 1000 + 1, i * 1000 + 1000);
    }
    test.start();
    REQUIRE(eventually([&] { return test.server.requests() >= connections; }));
    CHECK(test.server.connections() == connections);
    test.server.release();
    REQUIRE(eventually([&] { return test.idle(); }));
}
