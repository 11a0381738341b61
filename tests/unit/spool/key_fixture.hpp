// Keys to encrypt a spool under.
#pragma once

#include <gatepost/spool/key_ring.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace gatepost::test {

// 00 01 02 ... 1f, and 64 times a digit.
inline const std::string first_key =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
inline const std::string second_key(64, '2');
inline const std::string third_key(64, '3');

inline spool::key_ring make_keys(const std::string& text) {
    auto keys = spool::key_ring::parse(text);
    REQUIRE(keys.has_value());
    return *keys;
}

} // namespace gatepost::test
