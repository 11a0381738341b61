#include "formats/gpp.hpp"
#include "tc_text.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace gatepost;
using namespace gatepost::test;
using consent::state;

namespace {

using section_ids = std::vector<std::int64_t>;

consent::gpp_reading read(std::string_view text) {
    return consent::read_gpp(text, std::nullopt, {});
}
consent::gpp_reading read(std::string_view text, const section_ids& ids) {
    return consent::read_gpp(text, std::span(ids), {});
}

state us_of(std::string_view text) {
    const auto said = read(text);
    REQUIRE(said.us);
    return said.us->state;
}

// The header of a string with these sections: Fibonacci coding of each offset.
std::string header(const std::vector<unsigned>& ids) {
    const std::vector<unsigned> weights{1, 2, 3, 5, 8, 13, 21, 34, 55, 89};
    auto result = bits(3, 6) + bits(1, 6) + bits(ids.size(), 12);
    unsigned before = 0;
    for (const auto id : ids) {
        auto left = id - before;
        before = id;
        std::string code;
        for (auto weight = weights.rbegin(); weight != weights.rend(); ++weight) {
            const bool used = left >= *weight;
            left -= used ? *weight : 0;
            code.insert(0, used ? "1" : code.empty() ? "" : "0");
        }
        result += "0" + code + "1";
    }
    return base64url(result, fill::bytes);
}

// Encoded with @iabgpp/cmpapi 3.2.0: TCF with everything granted to vendor 986 as of 2026-10-01, US
// Privacy and California, neither opted out of.
constexpr std::string_view three_sections =
    "DBADNZg~CQraFkAQraFkAAAAAAENAAFgAP___0P__wAAHtQAQHtAe1ABAe0AAAAA.IHtQAQHtAAAA.YAAAAAAAAAAA~1-"
    "N-~BAgAAABA.QA";

constexpr auto california_yes = "BAoAAABA";
constexpr auto california_no = "BAYAAABA";
constexpr auto california_silent = "BAAAAABA";

} // namespace

TEST_CASE("gpp: recorded strings") {
    const auto [text, us, gpc] = GENERATE(table<std::string_view, state, bool>({
        {"DBABLA~BVQqAAAACgA.QA", state::implied, false},
        {"DBABLA~BVQVAAAAAAGA.YA", state::denied, true},
        {"DBABBg~BUoAAAKA.QA", state::implied, false},
        {"DBABBg~BUUAAAGA.YA", state::denied, true},
        {"DBABLA~BAAAAAAAAgA.QA", state::undecided, false},
    }));
    CAPTURE(text);
    const auto said = read(text);
    CHECK(said.us->state == us);
    CHECK(said.gpc == gpc);
    CHECK_FALSE(said.known_child);
}

TEST_CASE("gpp: a TC string, US Privacy and a state in one string") {
    const auto said = read(three_sections);
    CHECK(said.tcf->state == state::granted);
    CHECK(said.tcf->at->time_since_epoch().count() == 1'790'812'800);
    CHECK(said.us->state == state::implied);
    CHECK_FALSE(said.gpc);
    CHECK_FALSE(said.known_child);
}

TEST_CASE("gpp: only the sections that apply are read") {
    CHECK_FALSE(read(three_sections, {6}).tcf);
    CHECK(read(three_sections, {6}).us->state == state::implied);
    CHECK(read(three_sections, {2}).tcf->state == state::granted);
    CHECK_FALSE(read(three_sections, {2}).us);
    for (const section_ids& none : {section_ids{}, {-1}, {0}, {7}, {-1, 0, 99}}) {
        const auto said = read(three_sections, none);
        CHECK_FALSE(said.tcf);
        CHECK(said.us->state == state::undecided);
    }
    const auto opted_out = std::string("DBABBg~") + california_no + ".YA";
    CHECK(read(opted_out, {8}).us->state == state::denied);
    CHECK(read(opted_out, {7}).us->state == state::undecided);
    CHECK_FALSE(read(opted_out, {7}).gpc);
}

TEST_CASE("gpp: of several US sections an opt-out counts, then what cannot be read, then any no") {
    const auto two = [](std::string_view us_privacy, std::string_view california) {
        return us_of(header({6, 8}) + "~" + std::string(us_privacy) + "~" +
                     std::string(california));
    };
    CHECK(two("1YNN", california_yes) == state::implied);
    CHECK(two("1YNN", california_no) == state::denied);
    CHECK(two("1YYN", california_yes) == state::denied);
    CHECK(two("1YYN", "BA") == state::denied);
    CHECK(two("1YN", california_no) == state::denied);
    CHECK(two("1YNN", "BA") == state::unreadable);
    CHECK(two("1YN", california_silent) == state::unreadable);
    CHECK(two("1---", california_yes) == state::implied);
    CHECK(two("1YNN", california_silent) == state::implied);
    CHECK(two("1---", california_silent) == state::undecided);
}

TEST_CASE("gpp: US Privacy is the plain string, any case") {
    CHECK(us_of("DBABTA~1YYN") == state::denied);
    CHECK(us_of("DBABTA~1nnn") == state::implied);
    CHECK(us_of("DBABTA~1---") == state::undecided);
    CHECK(us_of("DBABTA~{\"uspString\":\"1YNN\"}") == state::unreadable);
    CHECK(us_of("DBABTA~1YNN.QA") == state::unreadable);
}

TEST_CASE("gpp: the value 3, which does not exist, is an opt-out and a child") {
    CHECK(us_of("DBABBg~" + base64url(bits(1, 6) + "000000" + "1100" + std::string(30, '0'),
                                      fill::bytes)) == state::denied);
    const auto child =
        read("DBABBg~" + base64url(bits(1, 6) + "000000" + "1010" + std::string(18, '0') + "0011" +
                                       std::string(8, '0'),
                                   fill::bytes));
    CHECK(child.us->state == state::implied);
    CHECK(child.known_child);
}

TEST_CASE("gpp: the national section of version 1 has two lengths, and the longer is version 2's") {
    CHECK(us_of("DBABLA~BVQqAAAACg") == state::implied); // ten characters, not filled up
    CHECK(us_of("DBABLA~BVQqAAAACgA") == state::implied);
    CHECK(us_of("DBABLA~BVQqAAAAAACA") == state::implied);
    CHECK(us_of("DBABLA~BVQqAAAAC") == state::unreadable);
    CHECK(us_of("DBABLA~BVQqAAAACgAA") == state::implied);   // PersonalDataConsents 2 in the longer
    CHECK(us_of("DBABLA~CAAqAAAAAAB") == state::unreadable); // version 2, cut off
    CHECK(us_of("DBABLA~DAAqAAAAAABA") == state::unreadable); // version 3
    CHECK(us_of("DBABLA~AAAqAAAAAABA") == state::unreadable); // version 0
    CHECK(us_of("DBABBg~CAoAAABA") == state::unreadable);     // California has no version 2
}

TEST_CASE("gpp: the GPC segment counts in every section, also beside a core that is cut off") {
    CHECK(read("DBABBg~BAoAAABA.YA").gpc);
    CHECK_FALSE(read("DBABBg~BAoAAABA.QA").gpc);
    CHECK(read("DBABRg~BAoAABA.YA").gpc); // Virginia, which defines none
    CHECK(read("DBABBg~BA.YA").gpc);
    CHECK(us_of("DBABBg~BA.YA") == state::unreadable);
    CHECK_FALSE(read("DBABUYA~BQCg.VVU").gpc); // Indiana's segment has no type
}

TEST_CASE("gpp: segments after a US core: the unknown are passed over, once each and never empty") {
    CHECK(us_of("DBABBg~BAoAAABA.gA") == state::implied);
    CHECK(us_of("DBABBg~BAoAAABA.gA.YA") == state::implied);
    for (const std::string wrong :
         {"BAoAAABA.", "BAoAAABA..QA", "BAoAAABA.QA.YA", "BAoAAABA.gA.gA", "BAoAAABA.Q",
          "BAoAAABA.QB", "BAoAAABA.QAAAAAAA", "BAoAAABA.Q+", ".BAoAAABA", "", "BAoAAAB",
          "BAoAAABAAAAA", "BAoAAABB", "BAoAAAB="}) {
        CAPTURE(wrong);
        CHECK(us_of("DBABBg~" + wrong) == state::unreadable);
    }
    CHECK(us_of("DBABUYA~BQCg.VV") == state::unreadable);
    CHECK(us_of("DBABUYA~BQCg.VVU.VVU") == state::unreadable);
}

TEST_CASE("gpp: a section of another law is unreadable where it applies") {
    for (const unsigned id : {1U, 3U, 4U, 5U, 28U, 60U, 140U}) {
        CAPTURE(id);
        const auto text = header({id}) + "~BAoAAABA";
        CHECK(us_of(text) == state::unreadable);
        CHECK(read(text, {8}).us->state == state::undecided);
    }
}

TEST_CASE("gpp: sections stand in the header's order, single ids and groups") {
    // 5 and 6 as one group, from the IAB's specification; the library knows it as DBABjw.
    CHECK(us_of("DBABjw~BPXuQIAPXuQIAAfKABENB-CgAAAAAAAAAAAAAAAA~1YYN") == state::denied);
    const section_ids us_privacy{6};
    CHECK(read("DBABjw~x~1YNN", us_privacy).us->state == state::implied);
    CHECK(us_of(header({6, 7, 8, 27}) + "~1YNN~BVQqAAAACgA.QA~BAoAAABA~BQCg") == state::implied);
}

TEST_CASE("gpp: a header that is wrong makes the whole string unreadable") {
    for (const auto& text :
         {std::string(), std::string("~"), std::string("DBABLA"), std::string("DBABLA~"),
          std::string("DBAA~BVQqAAAACgA"), std::string("DBABLA~BVQqAAAACgA~1YNN"),
          std::string("DBACNYA~1YNN"), std::string("DCABLA~BVQqAAAACgA"),
          std::string("CBABLA~BVQqAAAACgA"), std::string("DBABL~BVQqAAAACgA"),
          std::string("DBABLB~BVQqAAAACgA"), std::string("DBABLAAAAA~BVQqAAAACgA"),
          std::string("DB"), std::string("DBAB~1YNN"), std::string("DBP_~1YNN"),
          // A group of 60,000, and an offset that does not end.
          base64url(bits(3, 6) + bits(1, 6) + bits(1, 12) + "1" + "011" +
                    "0000000000000000000000011") +
              "~1YNN",
          base64url(bits(3, 6) + bits(1, 6) + bits(1, 12) + "0" + std::string(1000, '0') + "11") +
              "~1YNN"}) {
        CAPTURE(text);
        const auto said = read(text);
        CHECK(said.us->state == state::unreadable);
        CHECK_FALSE(said.tcf);
        CHECK_FALSE(said.gpc);
        CHECK_FALSE(said.known_child);
    }
    CHECK(us_of("DBAA") == state::undecided); // whole, with no sections
}

TEST_CASE(
    "gpp: a string that is cut off anywhere never grants and never says that nobody opted out") {
    for (std::size_t length = 0; length < three_sections.size(); ++length) {
        const auto cut = three_sections.substr(0, length);
        CAPTURE(cut);
        const auto said = read(cut);
        CHECK(said.us->state == (cut.ends_with("~BAgAAABA") ? state::implied : state::unreadable));
        CHECK((said.tcf && said.tcf->state == state::granted) ==
              (length > three_sections.rfind('~')));
    }
    // The TC string last: a part of it grants nothing.
    const std::string alone =
        "DBABMA~CQraFkAQraFkAAAAAAENAAFgAP___0P__wAAHtQAQHtAe1ABAe0AAAAA.IHtQAQHtAAAA";
    CHECK(read(alone).tcf->state == state::granted);
    for (std::size_t length = 0; length < alone.size(); ++length) {
        const auto said = read(alone.substr(0, length));
        CAPTURE(length);
        CHECK_FALSE((said.tcf && said.tcf->state == state::granted));
    }
}

TEST_CASE("gpp: flipped bits and random text never make trouble and never grant in US sections") {
    std::mt19937 random(11);
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    const auto is_us_state = [](const consent::gpp_reading& said) {
        return (!said.us || said.us->state != state::granted) &&
               (!said.us || said.us->us_opt_out == (said.us->state == state::denied));
    };
    for (std::size_t i = 0; i < three_sections.size(); ++i) {
        for (unsigned bit = 0; bit < 6; ++bit) {
            auto flipped = std::string(three_sections);
            flipped[i] = alphabet[(alphabet.find(flipped[i]) ^ (1U << bit)) % alphabet.size()];
            CAPTURE(flipped);
            CHECK(is_us_state(read(flipped)));
        }
    }
    for (int i = 0; i < 20'000; ++i) {
        std::string text = "DBA";
        for (auto left = random() % 60; left > 0; --left) {
            text += alphabet[random() % alphabet.size()];
        }
        CAPTURE(text);
        CHECK(is_us_state(read(text)));
    }
}
