#include <gatepost/identity/user.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using strings = std::vector<std::string>;

namespace {

// The vectors of docs/tiktok.md, recomputed with sha256sum.
const std::string alice_hash = "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f";
const std::string us_phone_hash =
    "9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd";
const std::string gb_phone_hash =
    "e631c2534428c6c9b48c2167604a8983046085e43a2c00ed748733c544c0bb4d";
const std::string user_hash = "80fba0ae1c48e3978e43e4efc365e14e12ea0c830ba8ba5b9a2dafc7e3f2ab8b";
// printf guest | sha256sum
const std::string guest_hash = "84983c60f7daadc1cb8698621f802c0d9f9a3c3c295c810748fb048115c186ec";
// printf Guest | sha256sum
const std::string capital_guest_hash =
    "5ed8944a85a9763fd315852f448cb7de36c5e928e13b3be427f98f7dc455f141";

struct hashing {
    event::inbound event;
    identity::options chosen;
    identity::hasher digest;
    strings warnings;

    identity::hashed_user run() {
        warnings.clear();
        return identity::hash_user(event, chosen, digest, warnings);
    }
    std::vector<core::subject_key> keys(const std::string& secret = "secret",
                                        const event::click_ids& clicks = {}) {
        const identity::instance_key key{core::secret_string(secret)};
        return identity::subject_keys(run(), clicks, identity::placeholder_set(chosen, digest),
                                      key);
    }
};

} // namespace

TEST_CASE("user: TikTok's own vectors") {
    hashing now;
    now.event.who.emails = {" ALICE_abc@gmail.com "};
    now.event.who.phones = {"(+1)2133734253", "+44 20 7183 8750"};
    now.event.who.external_ids = {" user_123 "};
    const auto who = now.run();
    CHECK(who.emails == strings{alice_hash});
    CHECK(who.phones == strings{us_phone_hash, gb_phone_hash});
    CHECK(who.external_ids == strings{user_hash});
    CHECK(now.warnings.empty());
}

TEST_CASE("user: a national number without a region is left out and said so") {
    hashing now;
    now.event.index = 3;
    now.event.who.phones = {"  1231231234  "};
    CHECK(now.run().phones.empty());
    CHECK(now.warnings == strings{"/events/3/user/phone: no country code and no region; left out"});
}

TEST_CASE("user: outside a list of events the warnings begin at the root") {
    hashing now;
    now.event.index = 3;
    now.event.who.phones = {"1231231234"};
    now.event.who.emails = {"nobody"};
    identity::hash_user(now.event.who, "", now.chosen, now.digest, now.warnings);
    CHECK(now.warnings == strings{"/user/email: no @; left out",
                                  "/user/phone: no country code and no region; left out"});
}

TEST_CASE("user: the event's region goes before the configured one") {
    hashing now;
    now.event.who.phones = {"(213) 373-4253"};
    now.chosen.default_region = "US";
    CHECK(now.run().phones == strings{us_phone_hash});
    now.event.who.phone_region = "GB";
    now.event.who.phones = {"020 7183 8750", "(213) 373-4253"};
    CHECK(now.run().phones == strings{gb_phone_hash});
    CHECK(now.warnings ==
          strings{"/events/0/user/phone: not certain to be a phone number; left out"});
}

TEST_CASE("user: 64 hex digits are a hash already and pass on once, in lower case") {
    hashing now;
    const auto upper = " 848A771458438FC2EC420560D769FB9B9B86851EE338EC56517BAABD79D3BB4F ";
    now.event.who.emails = {upper, "alice_abc@gmail.com"};
    now.event.who.phones = {upper};
    now.event.who.external_ids = {upper};
    const auto who = now.run();
    CHECK(who.emails == strings{alice_hash});
    CHECK(who.phones == strings{alice_hash});
    CHECK(who.external_ids == strings{alice_hash});
    CHECK(now.warnings.empty());
}

TEST_CASE("user: what is blank goes without a word and is never hashed") {
    const auto blank = GENERATE("", " \t", "null", "undefined", "NULL");
    hashing now;
    now.event.who.emails = {blank};
    now.event.who.phones = {blank};
    now.event.who.external_ids = {blank};
    const auto who = now.run();
    CHECK(who.emails.empty());
    CHECK(who.phones.empty());
    CHECK(who.external_ids.empty());
    CHECK(now.warnings.empty());
}

TEST_CASE("user: the hash of an empty text is nobody") {
    hashing now;
    now.event.who.emails = {"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"};
    CHECK(now.run().emails.empty());
    CHECK(now.warnings.size() == 1);
}

TEST_CASE("user: several identifiers keep their order and stand once") {
    hashing now;
    now.event.who.emails = {"b@x.example", "ALICE_abc@gmail.com", "B@x.example"};
    const auto who = now.run();
    REQUIRE(who.emails.size() == 2);
    CHECK(who.emails[1] == alice_hash);
}

TEST_CASE("user: warnings name the place, never the value") {
    hashing now;
    now.event.who.emails = {"alice", "\xe4\xb8\xad@x.example"};
    now.event.who.phones = {"alice", "020 7183 8750"};
    now.event.who.phone_region = "CN";
    now.run();
    CHECK(now.warnings ==
          strings{"/events/0/user/email: no @; left out",
                  "/events/0/user/email: not an address whose lower case is certain; left out",
                  "/events/0/user/phone: not certain to be a phone number; left out",
                  "/events/0/user/phone: no country code, and national numbers of the region are "
                  "not available yet; left out"});
}

TEST_CASE("subject keys: keyed hashes of kind and value, cut to 128 bits") {
    hashing now;
    now.event.who.emails = {"ALICE_abc@gmail.com"};
    now.event.who.phones = {"+12133734253"};
    now.event.who.external_ids = {"user_123"};
    event::click_ids clicks;
    clicks.ttp = "the-ttp";
    clicks.ttclid = "the-ttclid";
    const auto keys = now.keys("secret", clicks);
    using kind = core::subject_key::kind;
    // printf 'email:848a…' | openssl dgst -sha256 -mac HMAC -macopt key:secret, and so on.
    CHECK(keys == std::vector<core::subject_key>{
                      {kind::email, {0x33b7116fdca88c8e, 0xc1da707009eeae8a}},
                      {kind::phone, {0xbd4aff0e2d40652c, 0xa3a3fa6d78537195}},
                      {kind::external_id, {0x6db84a254d625c88, 0xac6cae49862871bd}},
                      {kind::ttp, {0x197cd6d7663caec8, 0x98714c2e59d11674}},
                      {kind::ttclid, {0xbf3f5907c36c7abe, 0x9f602a8947155b1f}}});
}

TEST_CASE("subject keys: another instance knows nobody by them") {
    hashing now;
    now.event.who.emails = {"ALICE_abc@gmail.com"};
    CHECK(now.keys() == now.keys());
    CHECK(now.keys() != now.keys("another"));
}

TEST_CASE("subject keys: the same value in another kind is another key") {
    hashing now;
    now.event.who.emails = {alice_hash};
    now.event.who.phones = {alice_hash};
    const auto keys = now.keys();
    REQUIRE(keys.size() == 2);
    CHECK_FALSE(keys[0].digest == keys[1].digest);
}

TEST_CASE("subject keys: placeholders are sent on but nobody is known by them") {
    hashing now;
    now.event.who.external_ids = {GENERATE_COPY(as<std::string_view>(), "0", "guest", " Guest ",
                                                "ANONYMOUS", "test", guest_hash,
                                                capital_guest_hash)};
    CHECK(now.run().external_ids.size() == 1);
    CHECK(now.keys().empty());
    now.chosen.placeholders = {};
    CHECK(now.keys().size() == 1);
}

TEST_CASE("subject keys: blank click ids are no keys") {
    hashing now;
    event::click_ids blank;
    blank.ttp = "undefined";
    blank.ttclid = " ";
    CHECK(now.keys("secret", blank).empty());
}

TEST_CASE("subject keys: every copy of a click id is one") {
    hashing now;
    event::click_ids copies;
    copies.ttp = "a";
    copies.other_ttps = {"b", "c"};
    copies.other_ttclids = {"d"};
    CHECK(now.keys("secret", copies).size() == 4);
}
