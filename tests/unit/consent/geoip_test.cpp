// Countries of addresses. tests/data/geoip/make.pl makes the databases with MaxMind's own writer.

#include <gatepost/consent/geoip.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using Catch::Matchers::Contains;
using consent::geoip;

namespace {

const std::string data = GATEPOST_SOURCE_DIR "/tests/data/geoip/";

std::shared_ptr<const geoip> open_places() {
    const auto opened = geoip::open(data + "test.mmdb");
    REQUIRE(opened.has_value());
    return *opened;
}

std::string bytes_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

std::string refusal(const std::string& file) {
    const auto opened = geoip::open(file);
    REQUIRE(opened.has_error());
    return opened.error();
}

} // namespace

TEST_CASE("geoip: the country and the larger region of an address are found") {
    const auto [address, country, region] = GENERATE(table<std::string, std::string, std::string>({
        {"203.0.113.0", "US", "CA"},
        {"203.0.113.255", "US", "CA"},
        {"198.51.100.7", "DE", ""},
        {"192.0.2.1", "GB", "ENG"},
        {"2001:db8::1", "FR", ""},
        {"2001:DB8:7fff:ffff:ffff:ffff:ffff:ffff", "FR", ""},
        {"2001:db8:8000::", "US", "TX"},
        {" 203.0.113.9 ", "US", "CA"},
    }));
    CAPTURE(address);
    const auto found = open_places()->find(address);
    REQUIRE(found);
    CHECK(found->country == country);
    CHECK(found->region == region);
}

TEST_CASE("geoip: an IPv4 address that is mapped into IPv6 is looked up as what it is") {
    const auto address = GENERATE("::ffff:203.0.113.9", "::FFFF:cb00:7109");
    const auto found = open_places()->find(address);
    REQUIRE(found);
    CHECK(found->country == "US");
    CHECK(found->region == "CA");
}

TEST_CASE("geoip: where the database does not know the country there is none") {
    const auto address =
        GENERATE(as<std::string>(), "203.0.114.1", "127.0.0.1", "2001:db9::1", "::",
                 "192.0.2.129",  // only where its owner is registered
                 "192.0.2.200"); // a country without a code
    CAPTURE(address);
    CHECK_FALSE(open_places()->find(address));
}

TEST_CASE("geoip: what is no address is in no country") {
    const auto address = GENERATE(
        as<std::string>(), "", " ", "unknown", "203.0.113", "203.0.113.9.1", "203.0.113.256",
        "203.0.113.9:443", "[2001:db8::1]", "2001:db8::1%eth0", "2001:db8::1/32", "3405803785",
        "0xcb.0.0x71.9", "203.0.113.9, 198.51.100.7", "localhost");
    CAPTURE(address);
    CHECK_FALSE(open_places()->find(address));
}

TEST_CASE("geoip: a file that is no database is refused with the reason") {
    const test::temporary_directory directory;
    CHECK(refusal(directory.file("missing")) == "No such file or directory");
    CHECK_FALSE(refusal(directory.path().string()).empty());
    std::ofstream(directory.file("empty")).flush();
    CHECK_FALSE(refusal(directory.file("empty")).empty());
    std::ofstream(directory.file("text")) << std::string(10'000, 'x');
    CHECK_THAT(refusal(directory.file("text")), Contains("metadata"));
}

TEST_CASE("geoip: a database that holds no countries is refused") {
    CHECK_THAT(refusal(data + "other.mmdb"), Contains("country.iso_code"));
}

TEST_CASE("geoip: a database that was cut off or damaged never ends the program") {
    const test::temporary_directory directory;
    const auto whole = bytes_of(data + "test.mmdb");
    const auto file = directory.file("damaged.mmdb");
    const auto try_out = [&](const std::string& bytes) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
        const auto opened = geoip::open(file);
        if (opened.has_error()) {
            CHECK_FALSE(opened.error().empty());
            return;
        }
        for (const auto* address : {"203.0.113.9", "198.51.100.7", "192.0.2.1", "2001:db8::1"}) {
            const auto found = (*opened)->find(address);
            CHECK((!found || !found->country.empty()));
        }
    };
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        try_out(whole.substr(0, length));
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ 0xff);
        try_out(flipped);
    }
}

TEST_CASE("geoip: a file that is overwritten or cut off in its place changes nothing") {
    const test::temporary_directory directory;
    const auto file = directory.file("places.mmdb");
    std::filesystem::copy_file(data + "test.mmdb", file);
    const auto opened = geoip::open(file);
    REQUIRE(opened.has_value());
    std::ofstream(file, std::ios::trunc) << "something else";
    const auto found = (*opened)->find("198.51.100.7");
    REQUIRE(found);
    CHECK(found->country == "DE");
}
