#include <gatepost/identity/hash.hpp>

#include <catch2/catch.hpp>

#include <support/command.hpp>

using namespace gatepost;
using identity::hasher;

TEST_CASE("hash: the empty text and the standard's own examples") {
    // FIPS 180-2, appendix B.
    hasher digest;
    CHECK(digest.hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(digest.hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(digest.hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("hash: agrees with sha256sum on values of every length") {
    hasher digest;
    std::string value;
    for (int i = 0; i < 40; ++i) {
        value += static_cast<char>('!' + i * 7 % 90);
        value += i % 5 == 0 ? "\xc3\xbc" : "@";
        CAPTURE(value);
        CHECK(digest.hex(value) == test::output_of("sha256sum", value).substr(0, 64));
    }
}

TEST_CASE("hash: a moved hasher goes on") {
    hasher first;
    const auto expected = first.hex("x");
    hasher second = std::move(first);
    CHECK(second.hex("x") == expected);
}

TEST_CASE("hash: a key is the first sixteen bytes, most significant first") {
    identity::digest256 digest{};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        digest[i] = static_cast<unsigned char>(i + 1);
    }
    CHECK(identity::truncate(digest) == core::key128{0x0102030405060708, 0x090a0b0c0d0e0f10});
}

TEST_CASE("hash: 64 hex digits of any case are a hash already") {
    const std::string digits = "0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdefABCD";
    CHECK(identity::is_sha256_hex(digits));
    CHECK_FALSE(identity::is_sha256_hex(digits.substr(1)));
    CHECK_FALSE(identity::is_sha256_hex(digits + "0"));
    CHECK_FALSE(identity::is_sha256_hex(digits.substr(1) + "g"));
    CHECK_FALSE(identity::is_sha256_hex(digits.substr(1) + " "));
    CHECK_FALSE(identity::is_sha256_hex(""));
}
