// Every metric that operators are promised is on the page, with its labels, after traffic that had
// a reason for it.

#include "rows.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

// The label names of the series of a metric, sorted, joined by commas; a histogram by its count.
std::map<std::string, std::set<std::string>> series_of(const std::string& page) {
    std::map<std::string, std::set<std::string>> found;
    for (std::string_view rest = page; !rest.empty();) {
        auto line = core::next_field(rest, '\n');
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        auto name = line.substr(0, line.find_first_of(" {"));
        std::string labels;
        if (line.find('{') != std::string_view::npos) {
            auto inside = line.substr(line.find('{') + 1);
            inside = inside.substr(0, inside.find('}'));
            while (!inside.empty()) { // no value of the test has a comma in it
                auto pair = core::next_field(inside, ',');
                labels += (labels.empty() ? "" : ",") + std::string(core::next_field(pair, '='));
            }
        }
        found[std::string(name)].insert(labels);
    }
    return found;
}

} // namespace

TEST_CASE("metrics: all that is promised is there, with its labels") {
    const std::string watched = "C0WATCHED0PIXEL00001";
    const std::string refused = "C0REFUSED0PIXEL00002";
    const std::string till = "7654321098765432102";
    const auto key = [](const std::string& id, const std::string& more) {
        return "{id: " + id + ", access_token_env: TEST_ACCESS_TOKEN" + more + "}";
    };
    stage at({.more = "pixels: [" + key(pixel_code, "") + "," + key(watched, ", mode: observe") +
                      "," + key(refused, "") + "," + key(till, ", source: offline") + "]",
              .relay = at_once});
    at.upstream().control(told_of(refused, R"("code":40105)"));
    at.upstream().control(told_of(pixel_code, R"("code":40002,"event":"poison")"));

    const std::string who = R"(,"user":{"email":"zebra@example.com","phone":"+442071838750"})";
    CHECK(at.event(event_of(pixel_code, "known", who)).outcome == "queued");
    CHECK(at.event(event_of(pixel_code, "known", who)).outcome == "duplicate");
    CHECK(at.event(event_of(pixel_code, "poison")).outcome == "queued");
    CHECK(at.event(event_of(refused, "waits")).outcome == "queued");
    CHECK(at.event(event_of(watched, "watched")).outcome == "observed");
    CHECK(at.event(event_of("CUNKNOWN", "x")).outcome == "rejected");
    CHECK(
        at.event(event_of(pixel_code, "torn",
                          R"(,"visitor":{"cookie":"gatepost_consent=v1.m:0.s:1795000000.src:x"})"))
            .outcome == "dropped");
    const auto days_ago = seconds_from_now(-std::chrono::hours(24 * 3));
    CHECK(
        at.event(event_of(till, "late",
                          R"(,"event_time":)" + days_ago + R"(,"user":{"phone":"+442071838750"})"))
            .outcome == "queued");
    REQUIRE(eventually([&] {
        return at.dead_letters() == 1 && paused(at.gatepost(), refused, "token") == 1 &&
               delivered(at.gatepost(), pixel_code) == 1 && delivered(at.gatepost(), till) == 1;
    }));

    const auto page = at.gatepost().metrics();
    const auto series = series_of(page);
    const std::vector<std::pair<std::string, std::string>> promised{
        {"events_total", "outcome,pixel"},
        {"decisions_total", "action,rule,source"},
        {"conflicts_total", "denied,granted"},
        {"identifiers_total", "kind,pixel"},
        {"ingest_seconds_count", ""},
        {"spool_events", "state"},
        {"spool_oldest_seconds", ""},
        {"spool_bytes", ""},
        {"spool_commit_seconds_count", ""},
        {"delivered_total", "pixel"},
        {"late_total", "pixel"},
        {"dead_letters_total", "pixel,reason"},
        {"upstream_requests_total", "outcome,pixel"},
        {"upstream_seconds_count", ""},
        {"upstream_batch_events_count", ""},
        {"upstream_connections", "state"},
        {"upstream_handshakes_total", ""},
        {"pixel_paused", "pixel,reason"},
        {"breaker_state", "pixel"},
        {"build_info", "commit,version"},
    };
    for (const auto& [name, labels] : promised) {
        CAPTURE(name);
        const auto found = series.find("gatepost_" + name);
        REQUIRE(found != series.end());
        CHECK(found->second == std::set<std::string>{labels});
    }

    const auto metric = [&](const std::string& name) { return at.gatepost().metric(name); };
    const auto of = [](const std::string& label, const std::string& value,
                       const std::string& pixel) {
        return "{" + label + "=\"" + value + "\",pixel=\"" + pixel + "\"}";
    };
    for (const auto* const outcome : {"queued", "duplicate", "dropped"}) {
        CAPTURE(outcome);
        CHECK(metric("gatepost_events_total" + of("outcome", outcome, pixel_code)) ==
              (std::string(outcome) == "queued" ? 2 : 1));
    }
    CHECK(metric("gatepost_events_total" + of("outcome", "observed", watched)) == 1);
    CHECK(metric("gatepost_events_total" + of("outcome", "rejected", "other")) == 1);
    CHECK(metric("gatepost_identifiers_total" + of("kind", "email", pixel_code)) == 1);
    CHECK(metric("gatepost_identifiers_total" + of("kind", "phone", pixel_code)) == 1);
    CHECK(metric("gatepost_identifiers_total" + of("kind", "phone", till)) == 1);
    CHECK(metric("gatepost_late_total{pixel=\"" + till + "\"}") == 1);
    CHECK(metric("gatepost_late_total{pixel=\"" + std::string(pixel_code) + "\"}") == 0);
    CHECK(paused(at.gatepost(), watched, "observe") == 1);
    CHECK(metric("gatepost_spool_events{state=\"waiting\"}") == 1);
    CHECK(metric("gatepost_spool_bytes") > 0);
    CHECK(metric("gatepost_upstream_handshakes_total") >= 1);
    CHECK(page.find("zebra") == std::string::npos);
    CHECK(page.find("CUNKNOWN") == std::string::npos);
}
