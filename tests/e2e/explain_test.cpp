// `gatepost explain`, the real program.

#include "json_line.hpp"
#include "signals.hpp"
#include "stage.hpp"

#include <gatepost/core/text.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <support/command.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using std::chrono::seconds;

namespace {

using strings = std::vector<std::string>;

const std::string german = R"("visitor":{"country":"DE"})";

strings lines_of(const std::string& text) {
    strings lines;
    for (std::string_view rest = text; !rest.empty();) {
        lines.emplace_back(core::next_field(rest, '\n'));
    }
    return lines;
}

} // namespace

TEST_CASE("explain: 20,000 lines, an explanation for each, in their order") {
    constexpr std::size_t count = 20'000;
    struct kind {
        std::string members;
        const char* rule;
    };
    const std::vector<kind> kinds{
        {R"("consent":{"tcf":")" + tc_all + "\"}," + german, "explicit-grant"},
        {R"("consent":{"tcf":")" + tc_no_purpose_4 + "\"}," + german, "explicit-denial"},
        {R"("visitor":{"country":"DE","cookie":)" + quoted(klaro) + "}", "explicit-grant"},
        {R"("visitor":{"country":"US","headers":{"Sec-GPC":"1"}})", "opt-out-signal"},
        {german, "opt-in-default"},
        {R"("consent":{"gpp":")" + gpp_child + "\"}", "known-minor"},
        {R"("visitor":{"country":"US"})", "opt-out-default"},
    };
    const temporary_directory directory;
    std::ofstream(directory.file("gatepost.yaml"))
        << "pixels: [{id: " << pixel_code << ", access_token_env: NONE}]\n"
        << "consent: {max_age: 3650d}\n";
    std::string input;
    for (std::size_t i = 0; i < count; ++i) {
        input += event_with("line-" + std::to_string(i), kinds[i % kinds.size()].members) + "\n";
    }
    const auto begun = std::chrono::steady_clock::now();
    const auto lines = lines_of(output_of(program_under_test() + " explain --stdin --config " +
                                              directory.file("gatepost.yaml"),
                                          input));
    CHECK(std::chrono::steady_clock::now() - begun < seconds(30));
    REQUIRE(lines.size() == count);
    std::size_t right = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto line = core::json::parse(lines[i]).value();
        right += line.root().find("event_id").text() == "line-" + std::to_string(i) &&
                 line.root().find("decision").find("rule").text() == kinds[i % kinds.size()].rule;
    }
    CHECK(right == count);
}

TEST_CASE("explain: says which finding won and why, and goes on after a line that is wrong") {
    const auto explain = [](const std::string& arguments, const std::string& input) {
        return lines_of(output_of(program_under_test() + " explain " + arguments, input));
    };
    const auto shown = parsed(
        explain("--country DE --tcf " + tc_no_purpose_4 + " --cookie '" + klaro + "'", "").at(0));
    CHECK(shown.root().find("decision").find("source").text() == "body:consent.tcf");
    CHECK(text(shown, "why") == "a source says denied");
    REQUIRE(shown.root().find("findings").size() == 2);
    CHECK(shown.root().find("findings").at(0).find("format").text() == "tcf");
    CHECK(shown.root().find("findings").at(0).find("state").text() == "denied");
    CHECK_FALSE(shown.root().find("findings").at(0).find("detail").text().empty());
    CHECK(shown.root().find("findings").at(1).find("state").text() == "granted");
    CHECK_FALSE(shown.root().find("payload"));

    const auto lines =
        explain("--stdin", event_with("a", R"("consent":{"marketing":"granted"},)" + german) +
                               "\n{\"event\":\n\n" + event_with("b", german) + "\n");
    REQUIRE(lines.size() == 3);
    CHECK(text(parsed(lines[0]), "event_id") == "a");
    CHECK(parsed(lines[0]).root().find("payload").find("event_source_id").text() ==
          "C0EXAMPLE0PIXEL0CODE");
    CHECK(parsed(lines[1]).root().find("error").find("code").text() == "invalid_json");
    CHECK(text(parsed(lines[2]), "event_id") == "b");
}
