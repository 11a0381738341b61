#include "formats/us_privacy.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatepost;
using consent::read_us_privacy;
using consent::state;

TEST_CASE("us privacy: the third place is the opt-out of sale") {
    const auto [text, expected] = GENERATE(table<std::string_view, state>({
        {"1YNN", state::implied},
        {"1YYN", state::denied},
        {"1---", state::undecided},
        {"1NYN", state::denied},
        {"1-Y-", state::denied},
        {"1YN-", state::implied},
        {"1YNY", state::implied},
        {"1Y-Y", state::undecided},
        {"1yyn", state::denied},
        {"1ynn", state::implied},
        {R"({"uspString":"1YN-","dateCreated":"2023-01-01"})", state::implied},
        {R"({"version":1,"uspString":"1YYN"})", state::denied},
    }));
    CAPTURE(text);
    const auto said = read_us_privacy(text);
    CHECK(said.state == expected);
    CHECK(said.us_opt_out == (expected == state::denied));
}

TEST_CASE("us privacy: anything else is unreadable") {
    for (const std::string text : {"",
                                   "1",
                                   "1Y",
                                   "1YN",
                                   "1YNNN",
                                   "2YNN",
                                   "YYNN",
                                   "1YXN",
                                   "1Y N",
                                   " 1YNN",
                                   "1YNN ",
                                   "null",
                                   "{",
                                   "{}",
                                   R"({"uspString":null})",
                                   R"({"uspString":"1YN"})",
                                   R"({"uspString":["1YNN"]})",
                                   R"(["1YYN"])",
                                   R"("1YNN")",
                                   R"({"uspString":"1YNN","uspString":"1YYN"})"}) {
        CAPTURE(text);
        CHECK(read_us_privacy(text).state == state::unreadable);
        CHECK_FALSE(read_us_privacy(text).us_opt_out);
    }
    CHECK(read_us_privacy("{" + std::string(100'000, '[')).state == state::unreadable);
}
