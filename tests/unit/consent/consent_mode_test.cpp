#include "formats/consent_mode.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatepost;
using consent::read_gcd;
using consent::read_gcs;
using consent::state;

TEST_CASE("consent mode: gcs tells of ad_storage at its third place") {
    const auto [text, expected] = GENERATE(table<std::string_view, state>({
        {"G100", state::denied},
        {"G101", state::denied},
        {"G10-", state::denied},
        {"G110", state::implied},
        {"G111", state::implied},
        {"G1--", state::undecided},
        {"G1-1", state::undecided},
    }));
    CAPTURE(text);
    CHECK(read_gcs(text).state == expected);
}

TEST_CASE("consent mode: another gcs is unreadable") {
    for (const std::string_view text :
         {"", "G", "G1", "G11", "G1111", "G211", "g111", "G121", "G1a1", "G11 ", "111"}) {
        CAPTURE(text);
        CHECK(read_gcs(text).state == state::unreadable);
    }
}

TEST_CASE("consent mode: gcd as Google's tags sent it") {
    const auto [text, expected] = GENERATE(table<std::string_view, state>({
        {"11t1t1t1t5", state::implied},
        {"13t3t3t3t5l1", state::implied},
        {"13t3t3t2t5l1", state::implied},
        {"13l3l3l3l1l1", state::undecided},
    }));
    CAPTURE(text);
    CHECK(read_gcd(text).state == expected);
}

TEST_CASE("consent mode: each letter of gcd, and the stricter of ad_storage and ad_user_data") {
    const auto text = [](char ad_storage, char ad_user_data) {
        return std::string("13") + ad_storage + "3t3" + ad_user_data + "3t5l1";
    };
    const auto rank = [](char letter) {
        const std::string_view denied = "mqu";
        const std::string_view unset = "pl";
        return denied.find(letter) != denied.npos ? state::denied
               : unset.find(letter) != unset.npos ? state::undecided
               : letter == 't'                    ? state::implied
                                                  : state::granted;
    };
    const auto order = [](state of) {
        return of == state::denied ? 3 : of == state::undecided ? 2 : of == state::implied ? 1 : 0;
    };
    for (const char first : std::string_view("mquplt rnv")) {
        for (const char second : std::string_view("mquplt rnv")) {
            CAPTURE(first, second);
            const auto said = read_gcd(text(first, second)).state;
            if (first == ' ' || second == ' ') {
                CHECK(said == state::unreadable);
            } else {
                CHECK(said ==
                      (order(rank(first)) > order(rank(second)) ? rank(first) : rank(second)));
            }
        }
    }
}

TEST_CASE("consent mode: analytics and personalization decide nothing") {
    CHECK(read_gcd("11r1m1r1m5").state == state::granted);
    CHECK(read_gcd("11m1r1r1r5").state == state::denied);
    CHECK(read_gcd("11r1r1m1r5").state == state::denied);
}

TEST_CASE("consent mode: another gcd is unreadable") {
    for (const std::string_view text :
         {"", "1", "11r1r1r", "11r1r1r1", "21r1r1r1r5", "1ar1r1r1r5", "11r1r1rrr5", "1rrrrrrrr5",
          "11R1R1R1R5", "11x1r1r1r5", "11r1r1x1r5", "G111", "11 1r1r1r5"}) {
        CAPTURE(text);
        CHECK(read_gcd(text).state == state::unreadable);
    }
}
