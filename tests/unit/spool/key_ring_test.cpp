#include "key_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using spool::key_ring;

TEST_CASE("key ring: keys stand a line each, the newest first") {
    const auto keys = make_keys("# made on Monday\n\n" + second_key + "\r\n  " + first_key + "  ");
    CHECK(keys.size() == 2);
    // What sha256sum says of "gatepost spool key name" and the 32 bytes, its first 16 digits.
    const auto* older = keys.find("\x7f\xb3\xf5\xd6\xa0\x8b\x3c\xc1");
    REQUIRE(older != nullptr);
    CHECK(older->bytes.reveal().size() == 32);
    CHECK(older->bytes.reveal().back() == 0x1f);
    CHECK(spool::shown(older->name) == "7fb3f5d6a08b3cc1");
    CHECK(keys.find("12345678") == nullptr);
}

TEST_CASE("key ring: without any key nothing is found and nothing is newest") {
    const key_ring none;
    CHECK(none.empty());
    CHECK(none.newest() == nullptr);
    CHECK(none.find("12345678") == nullptr);
    CHECK(none == key_ring());
}

TEST_CASE("key ring: what is not right is said in words that hold nothing of the file") {
    std::string many;
    for (char digit = 'a'; digit <= 'f'; ++digit) {
        many += std::string(64, digit) + "\n";
    }
    for (char digit = '0'; digit <= '9'; ++digit) {
        many += std::string(64, digit) + "\n";
    }
    CHECK(key_ring::parse(many)->size() == 16);
    struct row {
        std::string text;
        std::string_view error;
    };
    const row rows[] = {
        {"", "there is no key in it"},
        {"# nothing\n\n", "there is no key in it"},
        {first_key + "0", "a line is no key of 64 hex digits"},
        {first_key.substr(1), "a line is no key of 64 hex digits"},
        {first_key.substr(1) + "g", "a line is no key of 64 hex digits"},
        {first_key + " " + second_key, "a line is no key of 64 hex digits"},
        {first_key + "\n" + second_key + "\n" + first_key, "the same key stands there twice"},
        {many + first_key, "there are more than 16 keys"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(key_ring::parse(row.text).error() == row.error);
    }
}

TEST_CASE("key ring: rings are the same when their keys are, in the same order") {
    const auto both = make_keys(first_key + "\n" + second_key);
    CHECK(both == make_keys(first_key + "\n#\n" + second_key + "\n"));
    CHECK_FALSE(both == make_keys(second_key + "\n" + first_key));
    CHECK_FALSE(both == make_keys(first_key));
    CHECK_FALSE(both == key_ring());
}

TEST_CASE("key ring: followed by another it opens what that opens, and stays the newest") {
    const auto newer = make_keys(second_key);
    const auto both = newer.followed_by(make_keys(first_key + "\n" + second_key));
    CHECK(both == make_keys(second_key + "\n" + first_key));
    CHECK(newer.size() == 1);
    CHECK(key_ring().followed_by(newer) == newer);
    CHECK(newer.followed_by({}) == newer);
}
