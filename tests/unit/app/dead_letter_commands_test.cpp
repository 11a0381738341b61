#include "dead_letter_commands.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatepost;

namespace {

core::json::document json(const std::string& text) {
    return core::json::parse(text).value();
}

std::string letter(int id, const std::string& event, const std::string& message) {
    return R"({"id":)" + std::to_string(id) + R"(,"pixel":"C0EXAMPLE","event":")" + event +
           R"(","event_id":"order-)" + std::to_string(id) +
           R"(","reason":"invalid","code":40002,"message":")" + message +
           R"(","request_id":"R","attempts":1,"at":1795348800})";
}

} // namespace

TEST_CASE("dead letters: ids or a reason, as the route takes them") {
    CHECK(app::selection_body({.where = {}, .ids = {3, 1}, .reason = ""}) == R"({"ids":[3,1]})");
    CHECK(app::selection_body({.where = {}, .ids = {}, .reason = "expired"}) ==
          R"({"reason":"expired"})");
}

TEST_CASE("dead letters: a table whose columns stand under each other, in characters") {
    const auto two = json(R"({"dead_letters":[)" + letter(12, "Käufe", "Bad value") + "," +
                          letter(3, "Purchase", "") + "]}");
    CHECK(app::letters_page(two.root(), 100) ==
          "ID  AT                    PIXEL      EVENT     EVENT ID  REASON   CODE   ATTEMPTS  "
          "MESSAGE\n"
          "12  2026-11-22T12:00:00Z  C0EXAMPLE  Käufe     order-12  invalid  40002  1         "
          "Bad value\n"
          "3   2026-11-22T12:00:00Z  C0EXAMPLE  Purchase  order-3   invalid  40002  1         \n");
    CHECK_THAT(app::letters_page(two.root(), 2),
               Catch::EndsWith("These are the newest 2; --limit shows up to 1000.\n"));
    CHECK(app::letters_page(json(R"({"dead_letters":[]})").root(), 100) == "No dead letters.\n");
}

TEST_CASE("dead letters: what others wrote does not steer the terminal") {
    const auto one =
        json(R"({"dead_letters":[)" + letter(1, "Buy", R"(\u001b]0;title\u0007)") + "]}");
    const auto page = app::letters_page(one.root(), 100);
    CHECK(page.find('\x1b') == std::string::npos);
    CHECK_THAT(page, Catch::EndsWith("?]0;title?\n"));
}

TEST_CASE("dead letters: a replay says what was refused and why") {
    CHECK(app::replay_page(json(R"({"replayed":2,"refused":[]})").root()) ==
          "2 replayed, 0 refused\n");
    CHECK(app::replay_page(json(R"({"replayed":0,"refused":[{"id":7,"reason":"withdrawn"},
              {"id":9,"reason":"duplicate"}],"more_refused":3})")
                               .root()) ==
          "0 replayed, 5 refused\n7: withdrawn\n9: duplicate\nand 3 more\n");
}

TEST_CASE("dead letters: a removal says how many of the ids were not there") {
    const auto answer = json(R"({"deleted":2})");
    CHECK(app::removal_page(answer.root(), {.where = {}, .ids = {}, .reason = "invalid"}) ==
          "2 deleted\n");
    CHECK(app::removal_page(answer.root(), {.where = {}, .ids = {1, 2, 2}, .reason = ""}) ==
          "2 deleted\n");
    CHECK(app::removal_page(answer.root(), {.where = {}, .ids = {1, 2, 3}, .reason = ""}) ==
          "2 deleted, 1 not found\n");
}

TEST_CASE("dead letters: absurd numbers of an answer are brought into their range") {
    CHECK(app::letters_page(json(R"({"dead_letters":[{"at":-9223372036854775808}]})").root(), 5)
              .find("1970-01-01T00:00:00Z") != std::string::npos);
    CHECK(app::replay_page(
              json(R"({"more_refused":9223372036854775807,"refused":[{"id":1}]})").root()) ==
          "0 replayed, 253402300800 refused\n1: \nand 253402300799 more\n");
    CHECK(app::removal_page(json(R"({"deleted":-9223372036854775808})").root(),
                            {.where = {}, .ids = {1}, .reason = ""}) == "0 deleted, 1 not found\n");
}
