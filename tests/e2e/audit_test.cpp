// The proof of what was sent and why, with the real program and its files.

#include "json_line.hpp"
#include "signals.hpp"
#include "stage.hpp"
#include "traffic.hpp"

#include <gatepost/core/text.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <support/command.hpp>
#include <support/eventually.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using Catch::Matchers::Contains;
using std::chrono::seconds;

namespace {

using strings = std::vector<std::string>;

const std::string german = R"("visitor":{"country":"DE"})";
const std::string granted = R"("consent":{"marketing":"granted"},)" + german;
const std::string denied = R"("consent":{"marketing":"denied"},)" + german;

strings lines_of(const std::string& text) {
    strings lines;
    for (std::string_view rest = text; !rest.empty();) {
        lines.emplace_back(core::next_field(rest, '\n'));
    }
    return lines;
}

// `gatepost decisions export`: what it prints.
strings exported(stage& play, const std::string& since) {
    return lines_of(output_of(program_under_test() + " decisions export --config " +
                                  play.gatepost().config_file() + " --since " + since + " 2> " +
                                  play.directory().file("warning"),
                              ""));
}

// The lines of the trail once there are so many of them.
strings trail(stage& play, std::size_t count) {
    strings lines;
    eventually([&] {
        lines = exported(play, "0");
        return lines.size() >= count;
    });
    REQUIRE(lines.size() == count);
    return lines;
}

} // namespace

TEST_CASE("audit: after the delivery a line proves each event, and none the drops") {
    stage play({.more = "consent: {max_age: 3650d}\n"});
    const auto visitor = R"("user":{"email":"alice@example.com"},"visitor":{"country":"DE",)"
                         R"("headers":{"sec-gpc":"1"},"cookie":)" +
                         quoted(klaro + "; euconsent-v2=" + tc_all) + "}";
    REQUIRE(play.event(event_with("proven", visitor)).outcome == "queued");
    REQUIRE(play.event(event_with("refused", denied)).outcome == "dropped");
    REQUIRE(play.settles());
    const auto line = parsed(trail(play, 1).front());
    CHECK(text(line, "outcome") == "delivered");
    CHECK(text(line, "event_id") == "proven");
    CHECK(text(line, "event") == "Purchase");
    CHECK(text(line, "pixel") == pixel_code);
    CHECK(text(line, "controller") == "default");
    CHECK(text(line, "link").size() == 32);
    CHECK(text(line, "decided") <= text(line, "at"));
    // As sha256sum has it.
    CHECK(text(line, "config") ==
          sha256_hex(read_file(play.gatepost().config_file())).substr(0, 12));

    const auto decision = line.root().find("decision");
    CHECK(decision.find("action").text() == "send");
    CHECK(decision.find("rule").text() == "explicit-grant");
    CHECK(decision.find("source").text() == "cookie:euconsent-v2");
    CHECK(line.root().find("jurisdiction").find("country").text() == "DE");
    CHECK(line.root().find("jurisdiction").find("regime").text() == "opt_in");
    CHECK(line.root().find("jurisdiction").find("source").text() == "visitor");
    const auto findings = line.root().find("findings");
    REQUIRE(findings.size() == 3);
    CHECK(findings.at(0).find("source").text() == "cookie:euconsent-v2");
    CHECK(findings.at(0).find("tc_sha256").text() == sha256_hex(tc_all));
    constexpr std::int64_t first_of_october_2026 = 1'790'812'800;
    CHECK(findings.at(0).find("at").integer() == first_of_october_2026);
    CHECK(line.root().find("granted_at").integer() == first_of_october_2026);
    CHECK(findings.at(0).find("age").integer().has_value());
    CHECK(findings.at(1).find("source").text() == "cookie:klaro");
    CHECK(findings.at(1).find("state").text() == "granted");
    CHECK(findings.at(2).find("source").text() == "header:sec-gpc");
    CHECK(findings.at(2).find("state").text() == "denied");

    // The upstream's own answer, as the status shows it.
    const auto status = parsed(http_get(play.gatepost().admin(), "/v1/status").body);
    const auto last = status.root().find("pixels").at(0).find("last_answer");
    CHECK_FALSE(last.find("request_id").text().empty());
    CHECK(text(line, "request_id") == last.find("request_id").text());
    CHECK(line.root().find("code").integer() == 0);
}

TEST_CASE("audit: what operators are shown a page at a time is what is exported") {
    stage play;
    const auto begun = std::stoll(seconds_from_now(seconds(0)));
    for (const auto* const id : {"e1", "e2", "e3", "e4", "e5"}) {
        REQUIRE(play.event(event_with(id, granted)).outcome == "queued");
        REQUIRE(play.settles()); // one after the other
    }
    const auto lines = trail(play, 5);
    CHECK_THAT(read_file(play.directory().file("warning")), Contains("pseudonymous personal data"));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CHECK(text(parsed(lines[i]), "event_id") == "e" + std::to_string(i + 1));
    }
    const auto page = [&](const std::string& query) {
        return http_get(play.gatepost().admin(), "/v1/decisions" + query);
    };
    const auto joined = [&](std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) {
            all += (i == 0 ? "" : ",") + lines[i];
        }
        return R"({"decisions":[)" + all + "]}";
    };
    CHECK(page("").body == joined(5));
    CHECK(page("?limit=2").body == joined(2));
    CHECK(page("?since=" + std::to_string(begun)).body == joined(5));
    CHECK(page("?since=" + std::to_string(begun + 3600)).body == joined(0));
    CHECK(exported(play, std::to_string(begun + 3600)).empty());
    CHECK(exported(play, "2020-01-01T00:00:00Z") == lines);
    for (const auto* const wrong : {"?limit=0", "?limit=many", "?since=yesterday"}) {
        CHECK(page(wrong).status == 422);
    }
    child_process nonsense({program_under_test(), "decisions", "export", "--config",
                            play.gatepost().config_file(), "--since", "yesterday"},
                           play.directory().file("nonsense.log"));
    CHECK(nonsense.wait() == 64);
}

TEST_CASE("audit: an erasure unlinks the visitor's lines and lets them stand") {
    stage play;
    const std::string alice = R"("user":{"email":"alice@example.com"})";
    const std::string bob = R"("user":{"email":"bob@example.com"})";
    for (const auto* const id : {"alices-1", "alices-2"}) {
        REQUIRE(play.event(event_with(id, alice + "," + granted)).outcome == "queued");
    }
    REQUIRE(play.event(event_with("bobs", bob + "," + granted)).outcome == "queued");
    REQUIRE(play.settles());
    const auto before = trail(play, 3);
    const auto audit_of = [&](const std::string& who) {
        return play.ask("/v1/subject", "{" + who + "}").root().find("audit").size();
    };
    CHECK(audit_of(alice) == 2);
    CHECK(audit_of(bob) == 1);

    play.ask("/v1/erasure", "{" + alice + "}");
    CHECK(audit_of(alice) == 0);
    CHECK(audit_of(bob) == 1);
    const auto after = trail(play, 4);
    CHECK(strings(after.begin(), after.begin() + 3) == before);
    const auto erased = parsed(after.back());
    CHECK(text(erased, "outcome") == "erased");
    CHECK(erased.root().find("links").integer() == 2);
    CHECK_FALSE(erased.root().find("link"));
    CHECK_FALSE(erased.root().find("event_id"));
    play.kill_and_start();
    CHECK(audit_of(alice) == 0);
    CHECK(audit_of(bob) == 1);
}

TEST_CASE("audit: nothing that a visitor or an application sent is left on the disk") {
    stage play({.more = "consent: {max_age: 3650d}\naudit: {record: all}\n"});
    const std::string cookies = klaro + "; euconsent-v2=" + tc_all +
                                "; session=planted-session-7; _ttp=planted-ttp-7; " + onetrust_yes;
    const auto planted = [&](const std::string& id, const std::string& more) {
        return event_with(
            id, R"("user":{"email":"planted@example.com","phone":"+4920718280182",)"
                R"("external_id":"planted-customer"},"page":{"url":)"
                R"("https://shop.example/?q=planted-query"},"properties":{"description":)"
                R"("planted-description"},"visitor":{"country":"DE","ip":"198.51.100.77",)"
                R"("user_agent":"planted-agent","cookie":)" +
                    quoted(cookies) + "}" + more);
    };
    const auto sent = play.event(planted("sent", ""));
    REQUIRE(sent.outcome == "queued");
    REQUIRE_FALSE(sent.token.empty());
    REQUIRE(play.settles()); // or else the refusal would take it back
    REQUIRE(play.event(planted("dropped", R"(,"consent":{"marketing":"denied"})")).outcome ==
            "dropped");
    REQUIRE(
        play.event(planted("by-token", R"(,"consent":{"token":")" + sent.token + "\"}")).outcome ==
        "queued");
    REQUIRE(play.settles());
    trail(play, 3);
    play.ask("/v1/consent", R"({"marketing":"denied","user":{"email":"planted@example.com"},)"
                            R"("visitor":{"cookie":"_ttp=planted-ttp-7"}})");
    REQUIRE(play.files_with(R"("outcome":"delivered")").size() == 1);
    const strings never{"planted@",
                        "20718280182",
                        "planted-customer",
                        "planted-session",
                        "P_gAEPgAAYgHtQAQHtAe1",
                        "google-analytics",
                        "OptanonAlertBoxClosed",
                        sent.token,
                        access_token};
    for (const auto& secret : never) {
        CAPTURE(secret);
        CHECK(play.files_with(secret) == strings());
        CHECK(read_file(play.gatepost().log_file()).find(secret) == std::string::npos);
    }
    // What TikTok gets had to wait there; nothing does any more.
    REQUIRE(play.stop() == 0);
    for (const auto* const passing : {"198.51.100.77", "planted-agent", "planted-query",
                                      "planted-description", "planted-ttp"}) {
        CAPTURE(passing);
        CHECK(play.files_with(passing) == strings());
    }
    CHECK(play.files_with(sha256_hex("planted@example.com")) == strings());
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(play.gatepost().spool())) {
        CAPTURE(file.path().filename().string());
        CHECK((file.status().permissions() & std::filesystem::perms(0077)) ==
              std::filesystem::perms::none);
    }
}

TEST_CASE("audit: `all` has the drops too, and `none` makes no trail") {
    stage all({.more = "audit: {record: all, tc_string: full, event_id: hash}\n"});
    REQUIRE(all.event(event_with("no", denied)).outcome == "dropped");
    const auto drop = parsed(trail(all, 1).front());
    CHECK(text(drop, "outcome") == "dropped");
    CHECK(text(drop, "event_id").starts_with("hmac:"));
    CHECK(text(drop, "event_id").size() == 5 + 32);
    CHECK(drop.root().find("decision").find("rule").text() == "explicit-denial");
    CHECK(drop.root().find("findings").at(0).find("source").text() == "body:consent.marketing");
    CHECK_FALSE(drop.root().find("request_id"));
    CHECK_FALSE(drop.root().find("code"));
    REQUIRE(
        all.event(event_with("tcf", R"("consent":{"tcf":")" + tc_no_purpose_4 + "\"}")).outcome ==
        "dropped");
    const auto kept = parsed(trail(all, 2).back());
    CHECK(kept.root().find("findings").at(0).find("tc_string").text() == tc_no_purpose_4);

    stage none({.more = "audit: {record: none}\n"});
    REQUIRE(none.event(event_with("yes", granted)).outcome == "queued");
    REQUIRE(none.settles());
    CHECK(none.has_arrived("yes"));
    CHECK_FALSE(std::filesystem::exists(none.gatepost().spool() / "audit"));
    CHECK(http_get(none.gatepost().admin(), "/v1/decisions").body == R"({"decisions":[]})");
    child_process exporting({program_under_test(), "decisions", "export", "--config",
                             none.gatepost().config_file(), "--since", "0"},
                            none.directory().file("export.log"));
    CHECK(exporting.wait() == 1);
    CHECK_THAT(read_file(none.directory().file("export.log")), Contains("audit.path"));
}
