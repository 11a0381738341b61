#include "formats/tcf.hpp"
#include "tc_text.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace gatepost;
using namespace gatepost::test;
using consent::read_tcf;
using consent::state;

namespace {

// Encoded with @iabtechlabtcf/core 1.5.21, segment by segment, as of 2026-10-01 but for one.
constexpr auto granted = "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYgHtQAwAOALzAe0B7UAIBeYD2gAAAA."
                         "IHtQAwAOALzAe0AA.eAAAAAAAAaAA"; // vendors 28, 755 and 986
constexpr auto granted_of_a_thousand =
    "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYgH0Nttttttttttttttttttttttttttttttttttttttttttttttttttttt"
    "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
    "tttttttttttttttttttttA-gqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
    "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
    "qqqqqqoAAAAA.IH0QAYAAgfQA";
constexpr auto granted_in_2025 =
    "CQSYR8AQSYR8AEsACBENCSFgAP_gAEPgAAYgHtQAwAOALzAe0B7UAEB7QAAA"; // 2025-06-02, one segment
constexpr auto highest_vendor = "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYn__wAgHtP____-AEA9p__4AAA."
                                "P__wAgHtP__A"; // 986 and 65535
constexpr auto refused_all = "CQraFkAQraFkAEsACBENCSFgAAAAAAAAAAYgAAAAAAAA.IHtQAwAOALzAe0AA";
constexpr auto without_the_vendor = "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYgF5wAgAOALzA9qAEAvMB7QAAA."
                                    "IHtQAwAOALzAe0AA"; // in the legitimate interests only
constexpr auto without_purpose_4 =
    "CQraFkAQraFkAEsACBENCSFgAO8AAEPgAAYgHtQAQHtAe1ABAe0AAAAA.IHtQAQHtAAAA";
constexpr auto without_interest =
    "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYgHtQAQHtAXnABAXmAAAAA.IHtQAgF5gPaA";
constexpr auto not_disclosed =
    "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYgF5wAgAOALzAvOACAvMAA.IF5wAgAOALzA";
constexpr auto restricted =
    "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYgHtQAQHtAe1ABAe0ACIABAK8Ae0AA.IHtQAQHtAAAA";

state state_of(std::string_view text, const consent::tcf_options& wanted = {}) {
    return read_tcf(text, wanted).state;
}

bool is_one_of_the_five(state value) {
    return value == state::granted || value == state::denied || value == state::implied ||
           value == state::undecided || value == state::unreadable;
}

} // namespace

TEST_CASE("tcf: strings of the IAB's own encoder mean what they say") {
    CHECK(state_of(granted) == state::granted);
    CHECK(state_of(granted_of_a_thousand) == state::granted);
    CHECK(state_of(granted_in_2025) == state::granted);
    CHECK(state_of(highest_vendor) == state::granted);
    CHECK(state_of(highest_vendor, {.vendor = 65535}) == state::granted);
    CHECK(state_of(highest_vendor, {.vendor = 987}) == state::undecided);
    CHECK(state_of(refused_all) == state::denied);
    CHECK(state_of(without_the_vendor) == state::denied);
    CHECK(state_of(without_purpose_4) == state::denied);
    CHECK(state_of(without_interest) == state::denied);
    CHECK(state_of(restricted) == state::denied);
    CHECK(state_of(restricted, {.consent = {1, 3}}) == state::granted);
    CHECK(state_of(without_purpose_4, {.consent = {1, 2, 3}}) == state::granted);
    CHECK(state_of(without_interest, {.legitimate_interest = {}}) == state::granted);
}

TEST_CASE("tcf: the visitor chose when the string was last updated") {
    const auto said = read_tcf(tc_text{.last_updated = 1'790'899'200}.text(), {});
    CHECK(said.at->time_since_epoch().count() == 1'790'899'200);
    CHECK(read_tcf(refused_all, {}).at->time_since_epoch().count() == 1'790'812'800);
}

TEST_CASE("tcf: a vendor that was not disclosed was not asked") {
    const auto said = read_tcf(not_disclosed, {});
    CHECK(said.state == state::undecided);
    CHECK(said.detail == consent::vendor_not_disclosed);
    CHECK(state_of(not_disclosed, {.vendor_not_disclosed = state::denied}) == state::denied);
    // Not even where its bits are set.
    CHECK(state_of(tc_text{.disclosed = vendor_field(985, {985})}.text()) == state::undecided);
}

TEST_CASE("tcf: a purpose needs its own bit and the vendor's, on the same basis") {
    tc_text text;
    SECTION("consent of the purpose") {
        text.purpose_consents = {1, 3};
    }
    SECTION("consent of the vendor") {
        text.consents = vendor_ranges(985, {{1, 985}});
    }
    SECTION("legitimate interest of the purpose") {
        text.purpose_interests = {2, 8, 9};
    }
    SECTION("legitimate interest of the vendor") {
        text.interests = vendor_field(986, {985});
    }
    SECTION("purpose 1 that was not disclosed") {
        text.purpose_one_treatment = true;
    }
    CHECK(state_of(text.text()) == state::denied);
}

TEST_CASE("tcf: purpose 1 that was not disclosed matters to nobody who does not need it") {
    CHECK(state_of(tc_text{.purpose_one_treatment = true}.text(), {.consent = {3, 4}}) ==
          state::granted);
}

TEST_CASE("tcf: legitimate interest is no basis for purposes 1 and 3 to 6") {
    const auto text = tc_text{.purpose_interests = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}.text();
    for (int purpose = 1; purpose <= 11; ++purpose) {
        CAPTURE(purpose);
        const bool never = purpose == 1 || (purpose >= 3 && purpose <= 6);
        CHECK(state_of(text, {.consent = {}, .legitimate_interest = {purpose}}) ==
              (never ? state::denied : state::granted));
    }
}

TEST_CASE("tcf: publisher restrictions forbid a purpose or switch its basis") {
    struct row {
        std::string_view what;
        std::vector<restriction> restrictions;
        std::vector<int> flexible;
        state expected;
    };
    const auto on = [](unsigned purpose, unsigned type) {
        return restriction{purpose, type, {{980, 990}}};
    };
    const auto rows = std::vector<row>{
        {"not allowed", {on(3, 0)}, {}, state::denied},
        {"not allowed, also where flexible", {on(3, 0)}, {3}, state::denied},
        {"not allowed for an interest", {on(7, 0)}, {}, state::denied},
        {"consent required where consent is asked", {on(3, 1)}, {}, state::granted},
        {"interest required where consent is asked", {on(3, 2)}, {}, state::denied},
        {"purpose 3 cannot switch to interest", {on(3, 2)}, {3}, state::denied},
        {"consent required where interest is claimed", {on(7, 1)}, {}, state::denied},
        {"purpose 7 switches to consent", {on(7, 1)}, {7}, state::granted},
        {"interest required where interest is claimed", {on(7, 2)}, {}, state::granted},
        {"requirements that contradict each other", {on(7, 1), on(7, 2)}, {7}, state::denied},
        {"a type that does not exist", {on(4, 3)}, {}, state::denied},
        {"a purpose nobody needs", {on(10, 0)}, {}, state::granted},
        {"other vendors", {{3, 0, {{1, 985}, {987, 65535}}}}, {}, state::granted},
        {"no vendor at all", {{3, 0, {}}}, {}, state::granted},
        {"two places for one purpose", {{3, 0, {{5, 5}}}, on(3, 0)}, {}, state::denied},
    };
    for (const auto& [what, restrictions, flexible, expected] : rows) {
        CAPTURE(what);
        CHECK(state_of(tc_text{.restrictions = restrictions}.text(), {.flexible = flexible}) ==
              expected);
    }
}

TEST_CASE("tcf: a switched basis needs the bits of the other one") {
    const restriction to_consent{7, 1, {{986, 986}}};
    CHECK(state_of(tc_text{.purpose_consents = {1, 3, 4}, .restrictions = {to_consent}}.text(),
                   {.flexible = {7}}) == state::denied);
    const restriction to_interest{2, 2, {{986, 986}}};
    const consent::tcf_options by_consent{
        .consent = {2}, .legitimate_interest = {}, .flexible = {2}};
    CHECK(state_of(tc_text{.purpose_consents = {}, .restrictions = {to_interest}}.text(),
                   by_consent) == state::granted);
    CHECK(state_of(tc_text{.purpose_interests = {7}, .restrictions = {to_interest}}.text(),
                   by_consent) == state::denied);
}

TEST_CASE("tcf: strings that the policies no longer accept are unreadable") {
    const auto why = [](const tc_text& text) {
        const auto said = read_tcf(text.text(), {});
        return said.state == state::unreadable ? std::string(said.detail) : "readable";
    };
    CHECK(why({.version = 1}) == "not version 2");
    CHECK(why({.version = 3}) == "not version 2");
    CHECK(why({.service_specific = false}) == "not service-specific");
    const auto october_2023 = day_2023_09_30 + one_day;
    CHECK(why({.created = october_2023, .policy_version = 3}) == "policy version of the past");
    CHECK(why({.created = october_2023 - 1, .policy_version = 3}) == "readable");
    CHECK(why({.created = october_2023, .policy_version = 4}) == "readable");
    CHECK(why({.created = day_2026_03_01, .disclosed = std::nullopt}) == "no disclosed vendors");
    CHECK(why({.created = day_2026_03_01 - 1, .disclosed = std::nullopt}) == "readable");
    CHECK(why({.created = day_2026_03_01}) == "readable");
}

TEST_CASE("tcf: segments after the core come in any order, each kind once") {
    const tc_text text;
    const auto core = base64url(text.core());
    const auto disclosed = base64url("001" + *text.disclosed);
    const auto allowed = base64url("010" + vendor_ranges(0, {}));
    const auto publisher = base64url("011" + std::string(48, '1') + bits(2, 6) + "1010");
    const std::string unknown = "n_-_"; // begins with 100
    CHECK(state_of(core + "." + publisher + "." + disclosed) == state::granted);
    CHECK(state_of(core + "." + allowed + "." + disclosed + "." + publisher) == state::granted);
    CHECK(state_of(core + "." + unknown + "." + disclosed) == state::granted);
    for (const auto& wrong :
         {core + "." + disclosed + "." + disclosed, core + "." + disclosed + "." + core,
          core + "." + disclosed + "." + unknown + "." + unknown, disclosed + "." + core,
          core + "." + disclosed + ".", core + ".." + disclosed, "." + core + "." + disclosed,
          core + "." + disclosed + "." + base64url("011" + std::string(48, '1') + bits(9, 6)),
          core + "." + disclosed + "." + base64url("010" + vendor_ranges(5, {{6, 6}}))}) {
        CAPTURE(wrong);
        CHECK(state_of(wrong) == state::unreadable);
    }
}

TEST_CASE("tcf: impossible vendor lists are unreadable") {
    const auto list = GENERATE(vendor_ranges(986, {{986, 1}}), vendor_ranges(986, {{0, 986}}),
                               vendor_ranges(986, {{0, 0}, {986, 986}}),
                               vendor_ranges(985, {{986, 986}}), vendor_ranges(986, {{1, 987}}));
    CHECK(state_of(tc_text{.consents = list}.text()) == state::unreadable);
    CHECK(state_of(tc_text{.interests = list}.text()) == state::unreadable);
    CHECK(state_of(tc_text{.disclosed = list}.text()) == state::unreadable);
}

TEST_CASE("tcf: ranges may overlap and come in any order") {
    const auto list = vendor_ranges(2000, {{1500, 2000}, {900, 1000}, {986, 986}, {950, 1600}});
    CHECK(state_of(tc_text{.consents = list, .interests = list}.text()) == state::granted);
}

TEST_CASE("tcf: a string is padded to bytes or to groups of four characters, with zeros") {
    const tc_text text;
    CHECK(state_of(text.text(fill::quads)) == state::granted);
    CHECK(state_of(text.text(fill::bytes)) == state::granted);
    const auto core = base64url(text.core());
    const auto disclosed = base64url("001" + *text.disclosed);
    CHECK(state_of(core + "." + disclosed + "A") == state::unreadable);
    CHECK(state_of(core + "." + disclosed + "AAAA") == state::unreadable);
    CHECK(state_of(core + "AAAA." + disclosed) == state::unreadable);
    CHECK(state_of(core.substr(0, core.size() - 1) + "B." + disclosed) == state::unreadable);
}

TEST_CASE("tcf: the text is base64url; padding with = is tolerated") {
    const auto text = tc_text{.created = day_2023_09_30, .disclosed = std::nullopt};
    auto one = text;
    one.consents = vendor_field(986 + 8, {986}); // 8 bits more: the last group has two characters
    const auto bytes = one.text(fill::bytes);
    REQUIRE(bytes.size() % 4 != 0);
    CHECK(state_of(bytes) == state::granted);
    CHECK(state_of(bytes + std::string(4 - bytes.size() % 4, '=')) == state::granted);
    CHECK(state_of(bytes + "===") == state::unreadable);
    for (const char wrong : {'+', '/', ' ', '%', '\0', '\xe9', '='}) {
        CAPTURE(wrong);
        auto damaged = std::string(granted);
        damaged[40] = wrong;
        CHECK(state_of(damaged) == state::unreadable);
    }
    CHECK(state_of("") == state::unreadable);
    CHECK(state_of("=") == state::unreadable);
    CHECK(state_of(".") == state::unreadable);
}

TEST_CASE("tcf: a string that is cut off anywhere never grants") {
    const auto text = std::string(GENERATE(granted, granted_of_a_thousand));
    // A lost publisher segment cannot be told from one that never was there.
    const auto first = text.find('.');
    const auto last = text.rfind('.');
    for (std::size_t length = 0; length < text.size(); ++length) {
        if (length == last && last != first) {
            continue;
        }
        CAPTURE(length);
        CHECK(state_of(text.substr(0, length)) == state::unreadable);
    }
}

TEST_CASE("tcf: one segment that lost nothing but padding is the other padding's whole string") {
    const tc_text text{.created = day_2023_09_30, .disclosed = std::nullopt};
    const auto quads = text.text(fill::quads);
    const auto bytes = text.text(fill::bytes);
    REQUIRE(bytes.size() < quads.size());
    for (std::size_t length = 0; length <= quads.size(); ++length) {
        CAPTURE(length);
        const bool whole = length == quads.size() || length == bytes.size();
        CHECK((state_of(quads.substr(0, length)) == state::granted) == whole);
    }
}

TEST_CASE("tcf: a flipped bit never makes trouble, and in what is needed never grants") {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const std::string text : {granted, refused_all, restricted, highest_vendor}) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (unsigned bit = 0; bit < 6 && text[i] != '.'; ++bit) {
                auto flipped = text;
                flipped[i] = alphabet[alphabet.find(text[i]) ^ (1U << bit)];
                CAPTURE(flipped);
                CHECK(is_one_of_the_five(state_of(flipped)));
            }
        }
    }
    const tc_text whole;
    for (const std::size_t needed : {152U, 154U, 155U, 182U}) { // purposes 1, 3, 4 and 7
        auto core = whole.core();
        core[needed] = '0';
        CHECK(state_of(base64url(core) + "." + base64url("001" + *whole.disclosed)) ==
              state::denied);
    }
}

TEST_CASE("tcf: random text never makes trouble") {
    std::mt19937 random(7);
    const std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012345678"
        "9-_..=%";
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 == 0 ? "C" : "CQraFkAQraFkAEsACBENCSFgAP_gAEPgAAYg";
        for (auto left = random() % 120; left > 0; --left) {
            text += alphabet[random() % alphabet.size()];
        }
        CAPTURE(text);
        CHECK(is_one_of_the_five(state_of(text)));
    }
}

TEST_CASE("tcf: as many and as wide ranges as a string can hold are read once") {
    const std::vector<id_range> most(4095, {1, 65535});
    const auto list = vendor_ranges(65535, most);
    tc_text text{.consents = list, .interests = list, .disclosed = list};
    for (int i = 0; i < 20; ++i) {
        text.restrictions.push_back({24, 0, most});
    }
    CHECK(state_of(text.text()) == state::granted);
    // Counts that promise more than follows end with the string.
    CHECK(state_of(base64url(tc_text{.consents = bits(65535, 16) + "1" + bits(4095, 12)}.core())) ==
          state::unreadable);
    CHECK(state_of(base64url(tc_text{}.core()) + ".P_____") == state::unreadable);
}
