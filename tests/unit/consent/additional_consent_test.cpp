#include "formats/additional_consent.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace gatepost;
using consent::state;

namespace {

state state_of(std::string_view text, const std::vector<int>& providers) {
    return consent::read_additional_consent(text, providers).state;
}

} // namespace

TEST_CASE("additional consent: version 1 lists who was consented to, and nobody else was") {
    CHECK(state_of("1~1.35.41", {35}) == state::granted);
    CHECK(state_of("1~1.35.41", {1, 41}) == state::granted);
    CHECK(state_of("1~1.35.41", {4}) == state::denied);
    CHECK(state_of("1~1.35.41", {1, 4}) == state::denied);
    CHECK(state_of("1~", {1}) == state::denied);
}

TEST_CASE("additional consent: version 2 also lists who was disclosed") {
    CHECK(state_of("2~1.35.41~dv.9.21.81", {35}) == state::granted);
    CHECK(state_of("2~1.35.41~dv.9.21.81", {21}) == state::denied);
    CHECK(state_of("2~1.35.41~dv.9.21.81", {7}) == state::undecided);
    CHECK(state_of("2~1.35.41~dv.9.21.81", {35, 7}) == state::undecided);
    CHECK(state_of("2~1.35.41~dv.9.21.81", {35, 7, 81}) == state::denied);
    CHECK(state_of("2~~dv.9", {9}) == state::denied);
    CHECK(state_of("2~9~dv.", {9}) == state::granted);
    CHECK(state_of("2~9~dv.9", {9}) == state::denied); // both lists: the stricter one
}

TEST_CASE("additional consent: without providers to look for nothing is said") {
    CHECK(state_of("1~1.35.41", {}) == state::undecided);
}

TEST_CASE("additional consent: anything else is unreadable") {
    for (const std::string_view text : {"",
                                        "1",
                                        "2",
                                        "~",
                                        "1~1.",
                                        "1~.1",
                                        "1~1..2",
                                        "1~a",
                                        "1~1,2",
                                        "1~-1",
                                        "1~1 ",
                                        "1~1~2",
                                        "1~99999999999999",
                                        "2~1.35",
                                        "2~1.35~",
                                        "2~1.35~dv",
                                        "2~1.35~1.2",
                                        "2~1~dv.1~",
                                        "2~1.~dv.2",
                                        "2~1~dv.2.",
                                        "2~1~dv..2",
                                        "3~1.35",
                                        "01~1",
                                        "1.35.41"}) {
        CAPTURE(text);
        CHECK(state_of(text, {1}) == state::unreadable);
    }
}
