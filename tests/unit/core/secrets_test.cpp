#include <gatepost/core/delivery.hpp>
#include <gatepost/core/ids.hpp>
#include <gatepost/core/secret_string.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <new>
#include <set>
#include <support/temporary_directory.hpp>
#include <sys/stat.h>
#include <unistd.h>

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

TEST_CASE("secrets: a short text that becomes one does not stay where it was handed over") {
    // Texts of up to 15 bytes live inside a string, and are copied when it is moved.
    std::string given = "s3cr3t";
    const secret_string kept(std::move(given));
    CHECK(kept.reveal() == "s3cr3t");
    core::upstream_header header("Access-Token", "s3cr3t");
    alignas(core::upstream_header) std::array<char, sizeof(header)> place{};
    auto* moved = new (place.data()) core::upstream_header(std::move(header));
    CHECK(moved->value.reveal() == "s3cr3t");
    CHECK(header.value.empty()); // NOLINT: that a moved-from secret is empty is the claim
    moved->~upstream_header();
    CHECK(std::string_view(place.data(), place.size()).find("s3cr3t") == std::string_view::npos);
}

TEST_CASE("secrets: a file is read as it is, up to so many bytes") {
    const test::temporary_directory directory;
    const auto file = directory.file("secret");
    const auto size = GENERATE(as<std::size_t>(), 0, 1, 15, 16, 4096, 65536);
    const std::string text(size, 's');
    std::ofstream(file, std::ios::binary) << text;
    const auto whole = core::read_secret(file);
    REQUIRE(whole.has_value());
    CHECK(whole->reveal() == text);
    CHECK(core::read_secret(file, size)->reveal() == text);
    if (size > 0) {
        const auto too_large = core::read_secret(file, size - 1);
        REQUIRE(too_large.has_error());
        CHECK(too_large.error() == boost::system::errc::file_too_large);
    }
}

TEST_CASE("secrets: what cannot be read is an error of the file system's") {
    const test::temporary_directory directory;
    CHECK(core::read_secret(directory.file("none")).error() ==
          boost::system::errc::no_such_file_or_directory);
    CHECK(core::read_secret(directory.path().string()).error() ==
          boost::system::errc::is_a_directory);
}

TEST_CASE("secrets: nobody waits for the writer of a pipe, or reads a device, unless asked to") {
    const test::temporary_directory directory;
    const auto pipe = directory.file("pipe");
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(core::read_secret(pipe).error() == boost::system::errc::not_supported);
    CHECK(core::read_secret("/dev/zero").error() == boost::system::errc::not_supported);
    // Both ends at once: what is written stays in the pipe, and reading it ends nowhere.
    const int both = open(pipe.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(both >= 0);
    REQUIRE(write(both, "s3cr3t", 6) == 6);
    CHECK(core::read_secret(pipe).error() == boost::system::errc::not_supported);
    const auto as_pipe = core::read_secret(pipe, 5, core::secret_file::pipe_as_well);
    CHECK(as_pipe.error() == boost::system::errc::file_too_large); // it was read
    close(both);
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
