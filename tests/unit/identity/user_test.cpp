#include <gatepost/identity/user.hpp>

#include <catch2/catch.hpp>

#include <map>

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
    now.event.who.emails = {"alice", "\xff@x.example"};
    now.event.who.phones = {"alice", "020 7183 8750"};
    now.run();
    CHECK(now.warnings ==
          strings{"/events/0/user/email: no @; left out",
                  "/events/0/user/email: not an address whose lower case is certain; left out",
                  "/events/0/user/phone: not certain to be a phone number; left out",
                  "/events/0/user/phone: no country code and no region; left out"});
}

TEST_CASE("user: names and zip code are hashed, places are not") {
    hashing now;
    auto& given = now.event.who;
    given.first_name = " Alice";
    given.last_name = "O'Brien";
    given.zip_code = "941 07";
    given.city = "San Francisco";
    given.state = "CA";
    given.country = "US";
    const auto who = now.run();
    // printf alice | sha256sum, and so on.
    CHECK(who.first_name == "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90");
    CHECK(who.last_name == "b4cb6cb33fe4b865868de825023a1e2790dc12ac01ecc8d7c5afe8254071c8ba");
    CHECK(who.zip_code == "c884a209ebe08750a7d13db63bd02233b375bd79786cbe329ab11586cc35dead");
    CHECK(who.city == "sanfrancisco");
    CHECK(who.state == "ca");
    CHECK(who.country == "us");
    CHECK(now.warnings.empty());
}

TEST_CASE("user: what a device says of itself") {
    hashing now;
    auto& given = now.event.who;
    given.locale = "en_US";
    given.idfa = "6d92078a-8246-4ba4-ae5b-76104861e7dc";
    given.gaid = "38400000-8CF0-11BD-B23E-10B96E40000D";
    given.idfv = "6D92078a-8246-4ba4-ae5b-76104861e7dc";
    given.att_status = "denied";
    given.emails = {"alice_abc@gmail.com"};
    const auto who = now.run();
    CHECK(who.locale == "en-US");
    CHECK(who.idfa == "6D92078A-8246-4BA4-AE5B-76104861E7DC");
    CHECK(who.gaid == "38400000-8cf0-11bd-b23e-10b96e40000d");
    CHECK(who.idfv == "6D92078a-8246-4ba4-ae5b-76104861e7dc");
    CHECK(who.att_status == "DENIED");
    CHECK(who.emails == strings{alice_hash}); // TikTok does not use it then; it knows itself
    CHECK(now.warnings.empty());
}

namespace {

struct single {
    std::string_view name;
    std::string_view event::user::*given;
    std::string identity::hashed_user::*sent;
};
using from = event::user;
using to = identity::hashed_user;
const std::vector<single> hashed_singles{{"first_name", &from::first_name, &to::first_name},
                                         {"last_name", &from::last_name, &to::last_name},
                                         {"zip_code", &from::zip_code, &to::zip_code}};
const std::vector<single> kept_singles{
    {"city", &from::city, &to::city},          {"state", &from::state, &to::state},
    {"country", &from::country, &to::country}, {"locale", &from::locale, &to::locale},
    {"idfa", &from::idfa, &to::idfa},          {"gaid", &from::gaid, &to::gaid},
    {"idfv", &from::idfv, &to::idfv},          {"att_status", &from::att_status, &to::att_status}};

std::vector<single> all_singles() {
    auto all = hashed_singles;
    all.insert(all.end(), kept_singles.begin(), kept_singles.end());
    return all;
}

} // namespace

TEST_CASE("user: names and zip code may be hashed already") {
    for (const auto& field : hashed_singles) {
        CAPTURE(field.name);
        hashing now;
        now.event.who.*field.given =
            " 848A771458438FC2EC420560D769FB9B9B86851EE338EC56517BAABD79D3BB4F";
        CHECK(now.run().*field.sent == alice_hash);
        now.event.who.*field.given =
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
        CHECK((now.run().*field.sent).empty());
        CHECK(now.warnings == strings{"/events/0/user/" + std::string(field.name) +
                                      ": the hash of an empty text; left out"});
    }
}

TEST_CASE("user: a blank field of any kind goes without a word") {
    const auto blank = GENERATE(as<std::string_view>(), "", " ", "\xc2\xa0", "null", "undefined");
    for (const auto& field : all_singles()) {
        CAPTURE(field.name);
        hashing now;
        now.event.who.*field.given = blank;
        CHECK((now.run().*field.sent).empty());
        CHECK(now.warnings.empty());
    }
}

TEST_CASE("user: a field that cannot be read is left out and named, never shown") {
    const std::map<std::string_view, std::string> reasons{
        {"locale", "not a language tag"},
        {"idfa", "neither a UUID nor a hash"},
        {"gaid", "neither a UUID nor a hash"},
        {"idfv", "not a UUID"},
        {"att_status", "not one of TikTok's words"},
    };
    for (const auto& field : all_singles()) {
        CAPTURE(field.name);
        hashing now;
        now.event.who.*field.given = "?!";
        CHECK((now.run().*field.sent).empty());
        const auto found = reasons.find(field.name);
        const auto why = found != reasons.end()
                             ? found->second
                             : "no letter or digit, or a character without a certain lower case";
        CHECK(now.warnings ==
              strings{"/events/0/user/" + std::string(field.name) + ": " + why + "; left out"});
    }
}

TEST_CASE("user: the device id of those who do not permit tracking goes without a word") {
    hashing now;
    auto& given = now.event.who;
    given.idfa = given.gaid = given.idfv = "00000000-0000-0000-0000-000000000000";
    const auto who = now.run();
    CHECK(who.idfa.empty());
    CHECK(who.gaid.empty());
    CHECK(who.idfv.empty());
    CHECK(now.warnings.empty());
}

TEST_CASE("user: an erasure is about every value that is named") {
    std::vector<std::string> ids;
    for (int i = 0; i < 100; ++i) {
        ids.push_back("id" + std::to_string(i));
    }
    hashing now;
    now.event.who.external_ids.assign(ids.begin(), ids.end());
    const auto who = identity::hash_user(now.event.who, "", now.chosen, now.digest, now.warnings);
    CHECK(who.external_ids.size() == 100);
    CHECK(now.warnings.empty());
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
