#include <gatepost/core/ids.hpp>
#include <gatepost/core/secret_string.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <set>

using namespace gatepost;
using core::secret_string;

TEST_CASE("secrets: wiping overwrites short and long texts, beyond their size too") {
    const auto size = GENERATE(as<std::size_t>(), 5, 200);
    std::string text(size, 's');
    text.resize(size / 2);
    const char* bytes = text.data();
    core::wipe(text);
    CHECK(text.empty());
    CHECK(std::all_of(bytes, bytes + size, [](char c) { return c == 0; }));
}

TEST_CASE("secrets: a secret that goes leaves nothing in its place") {
    alignas(secret_string) std::array<char, sizeof(secret_string)> place{};
    auto* secret = new (place.data()) secret_string("s3cr3t");
    const auto holds = [&place] {
        return std::string_view(place.data(), place.size()).find("s3cr3t") !=
               std::string_view::npos;
    };
    REQUIRE(secret->reveal() == "s3cr3t");
    REQUIRE(holds()); // short texts live inside the object
    secret->~secret_string();
    CHECK_FALSE(holds());
}

TEST_CASE("secrets: moving and assigning keep the value in one place") {
    secret_string first("first");
    secret_string second(std::move(first));
    CHECK(second.reveal() == "first");
    CHECK(first.empty()); // NOLINT: that a moved-from secret is empty is the claim
    const secret_string copy = second;
    second = secret_string("other");
    CHECK(second.reveal() == "other");
    CHECK(copy.reveal() == "first");
    CHECK(secret_string().empty());
}

TEST_CASE("ids: 32 lower-case hex digits, never the same") {
    std::set<std::string> seen;
    for (int i = 0; i < 2000; ++i) {
        const auto id = core::random_id();
        REQUIRE(id.size() == 32);
        REQUIRE(id.find_first_not_of("0123456789abcdef") == std::string::npos);
        REQUIRE(seen.insert(id).second);
    }
    // Every place takes every digit.
    for (std::size_t place = 0; place < 32; ++place) {
        std::set<char> digits;
        std::ranges::transform(seen, std::inserter(digits, digits.end()),
                               [place](const std::string& id) { return id[place]; });
        CHECK(digits.size() == 16);
    }
}
