#include <gatepost/core/base64.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/command.hpp>

using namespace gatepost;
using core::base64_decode;
using core::base64url_encode;

namespace {

std::string bytes_up_to(std::size_t size) {
    std::string result;
    for (std::size_t i = 0; i < size; ++i) {
        result += static_cast<char>(i * 7 + 250);
    }
    return result;
}

} // namespace

TEST_CASE("base64: the vectors of RFC 4648 section 10") {
    const auto [plain, coded] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                          {"f", "Zg=="},
                                                                          {"fo", "Zm8="},
                                                                          {"foo", "Zm9v"},
                                                                          {"foob", "Zm9vYg=="},
                                                                          {"fooba", "Zm9vYmE="},
                                                                          {"foobar", "Zm9vYmFy"}}));
    const auto unpadded = coded.substr(0, coded.find('='));
    CHECK(base64url_encode(plain) == unpadded);
    CHECK(base64_decode(coded) == plain);
    CHECK(base64_decode(unpadded) == plain);
}

TEST_CASE("base64: agrees with openssl on all bytes") {
    const auto size = GENERATE(1, 2, 3, 256, 257, 1000);
    const auto bytes = bytes_up_to(static_cast<std::size_t>(size));
    auto expected = test::output_of("openssl base64 -A", bytes);
    CHECK(base64_decode(expected) == bytes);
    std::ranges::replace(expected, '+', '-');
    std::ranges::replace(expected, '/', '_');
    CHECK(base64_decode(expected) == bytes);
    CHECK(base64url_encode(bytes) == expected.substr(0, expected.find('=')));
}

TEST_CASE("base64: other characters and impossible lengths are refused") {
    const auto text = GENERATE(as<std::string>(), "A", "AAAAA", "AA A", "AA\nA", "AA=A", "=A",
                               "AA*A", "\xc3\xa4", "AA.A", "%3D");
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
}
