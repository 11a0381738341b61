#include "../../../src/spool/box.hpp"
#include "key_fixture.hpp"

#include <gatepost/core/text.hpp>

#include <set>

using namespace gatepost;
using namespace gatepost::test;
using spool::box_kind;
using spool::boxes;

namespace {

// Made by Node.js's crypto (hkdfSync, createCipheriv) under the first key, from the format in
// box.hpp: the record and, as a message, "bad".
constexpr std::string_view record_box =
    "017fb3f5d6a08b3cc1a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbf880e8256ad3db"
    "07f63c3ecd3f38328c04180febbce52bc6d1118c75058e89adaae1ae91c10bc6f0c7a575d48f926cae578b28"
    "2c0d4b160032f790ede405b045fa9b30178d0ecc5eef9efa7cd24cffe95a338bd59091af948412da5f5f1cef"
    "c8ea0864adb43dd95f6f0489a2de3a04c61b63dc";
constexpr std::string_view message_box =
    "017fb3f5d6a08b3cc1a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babb9ae18cb487aa4d"
    "7f0ff712830508af4b76762e";

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (; !hex.empty(); hex.remove_prefix(2)) {
        bytes += static_cast<char>(core::hex_value(hex[0]) * 16 + core::hex_value(hex[1]));
    }
    return bytes;
}

spool::row_identity row() {
    return {.duplicate_key = {1, 7},
            .received = core::wall_time(std::chrono::milliseconds(1'795'348'800'123)),
            .event_time = std::chrono::sys_seconds(std::chrono::seconds(1'795'348'790)),
            .variant = "TEST1",
            .controller = "shop"};
}

struct box_fixture {
    box_fixture() { keys.use(make_keys(first_key)); }
    std::string seal(std::string_view text) {
        return keys.seal(keys.seals_under(), box_kind::record, row(), text);
    }
    bool opens(std::string_view box, const spool::row_identity& in) {
        return keys.open(box, box_kind::record, in, content);
    }
    boxes keys;
    std::string content;
};

} // namespace

TEST_CASE_METHOD(box_fixture, "box: what another program made by the format is opened") {
    REQUIRE(opens(from_hex(record_box), row()));
    const auto held = spool::unpack(content);
    REQUIRE(held.has_value());
    CHECK(held->event == "Purchase");
    CHECK(held->event_id == "order-1");
    CHECK(core::to_hex(held->subjects) == "0100000000000000020000000000000003");
    CHECK(held->evidence == R"({"rule":"explicit-grant"})");
    CHECK(held->payload == R"({"event":"Purchase","n":1})");
    CHECK(spool::pack(*held) == content);
    REQUIRE(keys.open(from_hex(message_box), box_kind::message, row(), content));
    CHECK(content == "bad");
}

TEST_CASE_METHOD(box_fixture, "box: in another row it does not open, and somebody is told") {
    int alarms = 0;
    keys.on_damage([&] { ++alarms; });
    const auto box = from_hex(record_box);
    auto other = row();
    const int changed = GENERATE(0, 1, 2, 3, 4, 5);
    CAPTURE(changed);
    switch (changed) {
    case 0:
        other.duplicate_key.low = 8;
        break;
    case 1:
        other.received += std::chrono::milliseconds(1);
        break;
    case 2:
        other.event_time += std::chrono::seconds(1);
        break;
    case 3:
        other.variant = "TEST2";
        break;
    case 4:
        other.controller = "shoq";
        break;
    default: // a letter has moved from one to the other
        other.variant = "TEST1s";
        other.controller = "hop";
    }
    CHECK_FALSE(opens(box, other));
    CHECK(alarms == 1);
    CHECK(content.empty());
    CHECK(opens(box, row()));
    CHECK(alarms == 1);
    CHECK_FALSE(keys.open(box, box_kind::message, row(), content));
}

TEST_CASE_METHOD(box_fixture, "box: with any byte of it changed, or cut, it does not open") {
    const auto box = from_hex(message_box);
    for (std::size_t i = 0; i < box.size(); ++i) {
        CAPTURE(i);
        auto bad = box;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        CHECK_FALSE(keys.open(bad, box_kind::message, row(), content));
        CHECK(content.empty());
        CHECK_FALSE(keys.open(box.substr(0, i), box_kind::message, row(), content));
    }
    CHECK(keys.open(box, box_kind::message, row(), content));
}

TEST_CASE_METHOD(box_fixture, "box: the same content never makes the same box") {
    std::set<std::string> nonces;
    std::set<std::string> salts;
    for (int i = 0; i < 1000; ++i) {
        const auto box = seal("the same");
        REQUIRE(box.size() == spool::box_overhead + 8);
        salts.insert(box.substr(9, 16));
        nonces.insert(box.substr(25, 12));
        CHECK(box.find("the same") == std::string::npos);
    }
    CHECK(nonces.size() == 1000);
    CHECK(salts.size() == 1);
    boxes another;
    another.use(make_keys(first_key));
    const auto box = another.seal(another.seals_under(), box_kind::record, row(), "the same");
    CHECK_FALSE(salts.contains(box.substr(9, 16)));
    CHECK(opens(box, row()));
}

TEST_CASE_METHOD(box_fixture, "box: an older key opens until it is forgotten") {
    const auto box = seal("old");
    keys.use(make_keys(second_key));
    const auto newer = seal("new");
    CHECK(spool::key_of_box(newer) == keys.seals_under());
    CHECK(spool::key_of_box(newer) != spool::key_of_box(box));
    CHECK(opens(box, row()));
    keys.forget_older();
    CHECK_FALSE(opens(box, row()));
    CHECK(opens(newer, row()));
    keys.use({});
    CHECK(keys.seals_under().empty());
    CHECK(opens(newer, row()));
}

TEST_CASE_METHOD(box_fixture, "box: of the older keys those that are needed stay") {
    const auto oldest = seal("oldest");
    keys.use(make_keys(second_key));
    const auto older = seal("older");
    keys.use(make_keys(third_key));
    keys.forget_older(make_keys(second_key));
    CHECK_FALSE(opens(oldest, row()));
    CHECK(opens(older, row()));
    CHECK(opens(seal("new"), row()));
}

TEST_CASE_METHOD(box_fixture, "box: more salts than are kept at hand open in any order") {
    std::vector<std::string> made;
    for (int i = 0; i < 20; ++i) {
        boxes start;
        start.use(make_keys(first_key));
        made.push_back(start.seal(start.seals_under(), box_kind::record, row(), std::to_string(i)));
    }
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < made.size(); ++i) {
            REQUIRE(opens(made[i], row()));
            CHECK(content == std::to_string(i));
        }
    }
}

TEST_CASE("box: what is not packed is not unpacked") {
    const auto packed = spool::pack({.event = "Purchase", .event_id = "1"});
    CHECK(spool::unpack(packed)->payload.empty());
    for (std::size_t i = 0; i < packed.size(); ++i) {
        CHECK_FALSE(spool::unpack(std::string_view(packed).substr(0, i)));
    }
    auto longer = packed;
    longer[0] = '\x7f';
    CHECK_FALSE(spool::unpack(longer));
}
