#include "captured.hpp"
#include "commands.hpp"

#include <gatepost/app/cli.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace gatepost;

namespace {

test::ran hash(const std::string& kind, const std::string& value, const std::string& input = "") {
    return test::captured([&] { return app::hash(kind, value, ""); }, input);
}

// Digests by sha256sum.
const std::string alice = "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90";
const std::string zip = "c884a209ebe08750a7d13db63bd02233b375bd79786cbe329ab11586cc35dead";
const std::string address = "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f";

} // namespace

TEST_CASE("hash: prints the normalised value, a tab and its digest") {
    const auto [kind, value, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"email", " ALICE_abc@gmail.com ", "alice_abc@gmail.com\t" + address + "\n"},
        {"first_name", "Alice", "alice\t" + alice + "\n"},
        {"last_name", "'Alice'", "alice\t" + alice + "\n"},
        {"zip_code", "94-107", "94107\t" + zip + "\n"},
        // TikTok gets these as they are.
        {"city", "San Francisco", "sanfrancisco\t\n"},
        {"country", "US", "us\t\n"},
        {"gaid", "38400000-8CF0-11BD-B23E-10B96E40000D",
         "38400000-8cf0-11bd-b23e-10b96e40000d\t\n"},
    }));
    CAPTURE(kind);
    const auto now = hash(kind, value);
    CHECK(now.code == app::done);
    CHECK(now.out == expected);
}

TEST_CASE("hash: a hash already is printed twice") {
    const auto now = hash("first_name", "\xc2\xa0" + alice + " ");
    CHECK(now.code == app::done);
    CHECK(now.out == alice + "\t" + alice + "\n");
}

TEST_CASE("hash: what would be left out fails and is not repeated") {
    const auto [kind, value] = GENERATE(table<std::string, std::string>({
        {"email", "alice"},
        {"last_name", "--"},
        {"city", "\xff"},
        {"idfa", "00000000-0000-0000-0000-000000000000"},
        {"zip_code", "undefined"},
    }));
    CAPTURE(kind);
    const auto now = hash(kind, value);
    CHECK(now.code == app::failed);
    CHECK(now.out.empty());
    CHECK(now.err == "gatepost: " + kind + ": this value would be left out\n");
}

TEST_CASE("hash: a phone number says why it is left out") {
    const auto now = hash("phone", "1231231234");
    CHECK(now.code == app::failed);
    CHECK(now.err == "gatepost: phone: no country code and no region\n");
}

TEST_CASE("hash: - reads the value from standard input, for nobody to see in the list of "
          "processes") {
    const auto now = hash("email", "-", "alice_abc@gmail.com\n");
    CHECK(now.code == app::done);
    CHECK(now.out == "alice_abc@gmail.com\t" + address + "\n");
    CHECK(hash("first_name", "-", "Alice").out == "alice\t" + alice + "\n");
}

TEST_CASE("hash: each line of standard input is a value, and one that is left out fails") {
    const auto now = hash("email", "-", "alice_abc@gmail.com\nnobody\n alice_abc@gmail.com\n");
    CHECK(now.code == app::failed);
    const std::string line = "alice_abc@gmail.com\t" + address + "\n";
    CHECK(now.out == line + line);
    CHECK(now.err == "gatepost: email: this value would be left out\n");
}

TEST_CASE("hash: standard input without a line holds no value") {
    const auto now = hash("email", "-", "");
    CHECK(now.code == app::failed);
    CHECK(now.err == "gatepost: standard input holds no value\n");
}
