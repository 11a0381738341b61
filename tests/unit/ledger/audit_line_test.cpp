#include "../../../src/ledger/audit_line.hpp"
#include "audit_fixture.hpp"

#include <random>
#include <support/command.hpp>

using namespace gatepost;
using namespace gatepost::test;
using ledger::format_time;

namespace {

core::wall_time milliseconds(std::int64_t count) {
    return core::wall_time(std::chrono::milliseconds(count));
}

ledger::audit_entry sample() {
    return {.outcome = "refused",
            .pixel = "PIXEL",
            .event = "Purchase",
            .event_id = "unused",
            .controller = "shop",
            .evidence = sample_evidence,
            .subjects = {},
            .received = fake_clock::start,
            .request_id = "R1",
            .code = 40002};
}

std::string line_of(const ledger::audit_entry& entry, std::string_view link = {}) {
    std::string out;
    ledger::append_line(out, entry, link, "order-1", fake_clock::start + std::chrono::seconds(1));
    REQUIRE(out.ends_with("\n"));
    out.pop_back();
    REQUIRE(out.find('\n') == std::string::npos);
    return out;
}

} // namespace

TEST_CASE("audit line: times are what date(1) says") {
    std::mt19937_64 random(20261122);
    std::vector<std::int64_t> times = {0, 951'782'400'000, 1'795'348'800'123, 4'102'444'799'999};
    while (times.size() < 40) {
        times.push_back(static_cast<std::int64_t>(random() % 4'102'444'800'000));
    }
    std::string asked, expected;
    for (const auto time : times) {
        const auto fraction = std::to_string(1000 + time % 1000).substr(1);
        asked += "@" + std::to_string(time / 1000) + "." + fraction + "\n";
        expected += format_time(milliseconds(time)) + "\n";
    }
    CHECK(output_of("date -u -f - +%Y-%m-%dT%H:%M:%S.%3NZ", asked) == expected);
}

TEST_CASE("audit line: says what was decided, when, and what became of it") {
    const auto document = audit_fixture::parse(line_of(sample(), std::string(32, 'a')));
    const auto line = document.root();
    CHECK(line.find("link").text() == std::string(32, 'a'));
    CHECK(line.find("outcome").text() == "refused");
    CHECK(line.find("at").text() == "2026-11-22T12:00:01.000Z");
    CHECK(line.find("decided").text() == "2026-11-22T12:00:00.000Z");
    CHECK(line.find("pixel").text() == "PIXEL");
    CHECK(line.find("event").text() == "Purchase");
    CHECK(line.find("event_id").text() == "order-1");
    CHECK(line.find("controller").text() == "shop");
    CHECK(line.find("request_id").text() == "R1");
    CHECK(line.find("code").integer() == 40002);
    CHECK(line.find("decision").find("action").text() == "send");
    CHECK(line.find("jurisdiction").find("regime").text() == "opt_in");
    CHECK(line.find("findings").is_array());
    CHECK(line.find("config").text() == "0123456789ab");
}

TEST_CASE("audit line: what was dropped has no link, no request and no code") {
    auto entry = sample();
    entry.outcome = "dropped";
    entry.request_id = "";
    entry.code = 0;
    const auto document = audit_fixture::parse(line_of(entry));
    CHECK_FALSE(document.root().find("link"));
    CHECK_FALSE(document.root().find("request_id"));
    CHECK_FALSE(document.root().find("code"));
    CHECK(document.root().find("decision").is_object());
}

TEST_CASE("audit line: what an application chose cannot break it") {
    auto entry = sample();
    const std::string nasty = "a\"},\n{\"at\":\"1999-01-01T00:00:00.000Z\"\\";
    entry.event = nasty;
    const auto line = line_of(entry, std::string(32, '0'));
    CHECK(audit_fixture::parse(line).root().find("event").text() == nasty);
    CHECK(ledger::time_of_line(line) == fake_clock::start + std::chrono::seconds(1));
}

TEST_CASE("audit line: evidence that is no object on one line is left out") {
    const auto shown = GENERATE(as<std::string>{}, "", "{}", "{", "[1]", "null", "{\"a\":\n1}");
    CAPTURE(shown);
    auto entry = sample();
    entry.evidence = shown;
    const auto document = audit_fixture::parse(line_of(entry));
    CHECK(document.root().size() == 9); // its own members
    CHECK(document.root().find("code").integer() == 40002);
    CHECK_FALSE(document.root().find("a"));
}

TEST_CASE("audit line: its time and link are read back") {
    const std::string hex = "00112233445566778899aabbccddeeff";
    const auto line = line_of(sample(), hex);
    CHECK(ledger::link_of_line(line) == core::key128{0x0011223344556677, 0x8899aabbccddeeff});
    CHECK(ledger::time_of_line(line) == fake_clock::start + std::chrono::seconds(1));
    CHECK_FALSE(ledger::link_of_line(line_of(sample())));
    for (const auto* text :
         {"", "{}", R"({"at":""})", R"({"at":"2026-13-01T00:00:00.000Z"})",
          R"({"at":"2026-11-22T12:00:01Z"})", R"({"at":"2026-11-22T12:00:01.000"})",
          R"({"link":"00112233"})", R"({"link":"0011223344556677889zaabbccddeeff"})"}) {
        CAPTURE(text);
        CHECK_FALSE(ledger::time_of_line(text));
        CHECK_FALSE(ledger::link_of_line(text));
    }
}
