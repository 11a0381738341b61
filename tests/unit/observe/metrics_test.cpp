#include <gatepost/observe/metrics.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>
#include <support/command.hpp>
#include <thread>

using namespace gatepost;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE";

// Everything has happened once.
void exercise(observe::metrics& metrics) {
    metrics.event("queued", pixel);
    metrics.decision("send", "explicit-grant", "cookiebot");
    metrics.conflict("cookiebot", "header");
    metrics.tcf_string(pixel, "not_disclosed");
    metrics.identifier(pixel, "email");
    metrics.ingest_took(3ms);
    metrics.commit_took(2s);
    metrics.spool({.waiting = 5, .leased = 4, .dead = 3, .bytes = 2000, .oldest_seconds = 1.5});
    metrics.withdrawn(pixel, 6);
    metrics.registry_keys(7);
    metrics.audit_lines_lost(8);
    metrics.delivered(pixel, 10);
    metrics.late(pixel, 2);
    metrics.dead_letters(pixel, "invalid", 3);
    metrics.upstream_request(pixel, "ok");
    metrics.upstream_took(70ms);
    metrics.upstream_batch(30);
    metrics.upstream_connections("idle", 2);
    metrics.upstream_handshake();
    metrics.breaker(pixel, 2);
    metrics.paused(pixel, "token");
    metrics.config_reload("ok");
}

} // namespace

TEST_CASE("metrics: each one of the contract is there under its name, with its labels") {
    observe::metrics metrics({pixel});
    exercise(metrics);
    const auto text = metrics.render();
    for (
        const auto* line : {
            R"(gatepost_events_total{outcome="queued",pixel="C0EXAMPLE0PIXEL0CODE"} 1)",
            R"(gatepost_decisions_total{action="send",rule="explicit-grant",source="cookiebot"} 1)",
            R"(gatepost_conflicts_total{denied="header",granted="cookiebot"} 1)",
            R"(gatepost_tcf_strings_total{pixel="C0EXAMPLE0PIXEL0CODE",vendor="not_disclosed"} 1)",
            R"(gatepost_identifiers_total{kind="email",pixel="C0EXAMPLE0PIXEL0CODE"} 1)",
            R"(gatepost_ingest_seconds_count 1)",
            R"(gatepost_ingest_seconds_bucket{le="0.0025"} 0)",
            R"(gatepost_ingest_seconds_bucket{le="0.005"} 1)",
            R"(gatepost_spool_events{state="waiting"} 5)",
            R"(gatepost_spool_events{state="leased"} 4)",
            R"(gatepost_spool_events{state="dead"} 3)",
            R"(gatepost_spool_oldest_seconds 1.5)",
            R"(gatepost_spool_bytes 2000)",
            R"(gatepost_spool_commit_seconds_sum 2)",
            R"(gatepost_withdrawn_total{pixel="C0EXAMPLE0PIXEL0CODE"} 6)",
            R"(gatepost_registry_keys 7)",
            R"(gatepost_audit_lines_lost_total 8)",
            R"(gatepost_delivered_total{pixel="C0EXAMPLE0PIXEL0CODE"} 10)",
            R"(gatepost_late_total{pixel="C0EXAMPLE0PIXEL0CODE"} 2)",
            R"(gatepost_dead_letters_total{pixel="C0EXAMPLE0PIXEL0CODE",reason="invalid"} 3)",
            R"(gatepost_upstream_requests_total{outcome="ok",pixel="C0EXAMPLE0PIXEL0CODE"} 1)",
            R"(gatepost_upstream_seconds_count 1)",
            R"(gatepost_upstream_batch_events_sum 30)",
            R"(gatepost_upstream_connections{state="idle"} 2)",
            R"(gatepost_upstream_handshakes_total 1)",
            R"(gatepost_breaker_state{pixel="C0EXAMPLE0PIXEL0CODE"} 2)",
            R"(gatepost_pixel_paused{pixel="C0EXAMPLE0PIXEL0CODE",reason="token"} 1)",
            R"(gatepost_config_reloads_total{result="ok"} 1)",
        }) {
        CHECK_THAT(text, Contains("\n" + std::string(line) + "\n"));
    }
    CHECK(std::regex_search(
        text, std::regex(R"re(\ngatepost_build_info\{commit="\w+",version="[0-9.]+"\} 1\n)re")));
}

TEST_CASE("metrics: a pixel that is not configured is labelled other") {
    observe::metrics metrics({pixel});
    const std::string made_up = "MADE\"UP\nBY AN APPLICATION";
    metrics.event("rejected", made_up);
    metrics.event("rejected", "");
    metrics.delivered(made_up, 1);
    metrics.late(made_up, 1);
    metrics.dead_letters(made_up, "invalid", 1);
    metrics.upstream_request(made_up, "ok");
    metrics.breaker(made_up, 1);
    metrics.withdrawn(made_up, 1);
    metrics.tcf_string(made_up, "disclosed");
    metrics.identifier(made_up, "email");
    metrics.paused(made_up, "token");
    const auto text = metrics.render();
    CHECK_THAT(text, Contains(R"(gatepost_events_total{outcome="rejected",pixel="other"} 2)"));
    CHECK_THAT(text, Contains(R"(gatepost_delivered_total{pixel="other"} 1)"));
    CHECK_THAT(text, !Contains("MADE"));
    // Of a breaker and a pause there is one for each pixel, and none for all the others together.
    CHECK_THAT(text, !Contains("gatepost_breaker_state{"));
    CHECK_THAT(text, !Contains("gatepost_pixel_paused{"));
}

TEST_CASE("metrics: counters add up, gauges take the last value") {
    observe::metrics metrics({pixel});
    for (int i = 0; i < 3; ++i) {
        metrics.event("queued", pixel);
        metrics.upstream_handshake();
        metrics.upstream_connections("busy", i);
        metrics.breaker(pixel, i % 2);
    }
    const auto text = metrics.render();
    CHECK_THAT(text, Contains(R"(outcome="queued",pixel="C0EXAMPLE0PIXEL0CODE"} 3)"));
    CHECK_THAT(text, Contains("gatepost_upstream_handshakes_total 3"));
    CHECK_THAT(text, Contains(R"(gatepost_upstream_connections{state="busy"} 2)"));
    CHECK_THAT(text, Contains(R"(gatepost_breaker_state{pixel="C0EXAMPLE0PIXEL0CODE"} 0)"));
}

TEST_CASE("metrics: a pixel is paused for one reason at a time, and then for none") {
    constexpr auto other = "C0OTHER0PIXEL0CODE00";
    const auto series = [](const std::string& of, const std::string& reason, int value) {
        return "gatepost_pixel_paused{pixel=\"" + of + "\",reason=\"" + reason + "\"} " +
               std::to_string(value) + "\n";
    };
    observe::metrics metrics({pixel, other});
    metrics.paused(pixel, "");
    CHECK_THAT(metrics.render(), !Contains("gatepost_pixel_paused{"));
    metrics.paused(pixel, "token");
    metrics.paused(other, "token");
    metrics.paused(pixel, "token");
    CHECK_THAT(metrics.render(), Contains(series(pixel, "token", 1)));
    metrics.paused(pixel, "permission");
    CHECK_THAT(metrics.render(), Contains(series(pixel, "token", 0)));
    CHECK_THAT(metrics.render(), Contains(series(pixel, "permission", 1)));
    metrics.paused(pixel, "");
    CHECK_THAT(metrics.render(), Contains(series(pixel, "token", 0)));
    CHECK_THAT(metrics.render(), Contains(series(pixel, "permission", 0)));
    CHECK_THAT(metrics.render(), Contains(series(other, "token", 1)));
}

TEST_CASE("metrics: identifiers are counted for each pixel and kind") {
    observe::metrics metrics({pixel});
    metrics.identifier(pixel, "email");
    metrics.identifier(pixel, "ttclid");
    metrics.identifier(pixel, "email");
    const auto text = metrics.render();
    CHECK_THAT(text, Contains(R"(_total{kind="email",pixel="C0EXAMPLE0PIXEL0CODE"} 2)"));
    CHECK_THAT(text, Contains(R"(_total{kind="ttclid",pixel="C0EXAMPLE0PIXEL0CODE"} 1)"));
}

TEST_CASE("metrics: the text is Prometheus's format, each name with help and type") {
    observe::metrics metrics({pixel});
    exercise(metrics);
    std::set<std::string> described;
    std::istringstream lines(metrics.render());
    const std::regex comment(R"(# (HELP|TYPE) (gatepost_[a-z_]+) (.+))");
    const std::regex sample(
        R"re((gatepost_[a-z_]+?)(_bucket|_sum|_count)?(\{([a-z]+="[^"]*",?)+\})? [-+.\deInf]+)re");
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        std::smatch parts;
        if (std::regex_match(line, parts, comment)) {
            described.insert(parts[2]);
            continue;
        }
        REQUIRE(std::regex_match(line, parts, sample));
        CHECK(described.contains(parts[1]));
    }
    CHECK(described.size() >= 23);
}

TEST_CASE("metrics: promtool finds nothing wrong") {
    if (std::system("command -v promtool >/dev/null") != 0) {
        WARN("promtool is not installed (Debian package prometheus)");
        return;
    }
    observe::metrics metrics({pixel});
    exercise(metrics);
    CHECK(test::output_of("promtool check metrics 2>&1 || true", metrics.render()).empty());
}

TEST_CASE("metrics: with new pixels the counts stay, and the gauges of those that are gone go") {
    constexpr auto other = "C0OTHER0PIXEL0CODE00";
    observe::metrics metrics({pixel, other});
    for (const auto* each : {pixel, other}) {
        metrics.delivered(each, 10);
        metrics.breaker(each, 2);
        metrics.paused(each, "token");
        metrics.paused(each, "permission");
    }
    metrics.configure({other, "C0NEW0"});
    metrics.delivered(pixel, 1);
    metrics.delivered("C0NEW0", 2);
    // What a pixel's last request has to say after that is not heard.
    metrics.breaker(pixel, 1);
    metrics.paused(pixel, "token");
    const auto text = metrics.render();
    CHECK_THAT(text, Contains(R"(_delivered_total{pixel="C0EXAMPLE0PIXEL0CODE"} 10)"));
    CHECK_THAT(text, Contains(R"(_delivered_total{pixel="C0OTHER0PIXEL0CODE00"} 10)"));
    CHECK_THAT(text, Contains(R"(_delivered_total{pixel="other"} 1)"));
    CHECK_THAT(text, Contains(R"(_delivered_total{pixel="C0NEW0"} 2)"));
    CHECK_THAT(text, Contains(R"(_breaker_state{pixel="C0OTHER0PIXEL0CODE00"} 2)"));
    CHECK_THAT(text, Contains(R"(_paused{pixel="C0OTHER0PIXEL0CODE00",reason="permission"} 1)"));
    CHECK_THAT(text, !Contains(R"(_breaker_state{pixel="C0EXAMPLE0PIXEL0CODE")"));
    CHECK_THAT(text, !Contains(R"(_paused{pixel="C0EXAMPLE0PIXEL0CODE")"));

    // One that is back begins anew.
    metrics.configure({pixel, other});
    metrics.paused(pixel, "");
    metrics.breaker(pixel, 0);
    metrics.delivered(pixel, 1);
    const auto again = metrics.render();
    CHECK_THAT(again, !Contains(R"(_paused{pixel="C0EXAMPLE0PIXEL0CODE")"));
    CHECK_THAT(again, Contains(R"(_breaker_state{pixel="C0EXAMPLE0PIXEL0CODE"} 0)"));
    CHECK_THAT(again, Contains(R"(_delivered_total{pixel="C0EXAMPLE0PIXEL0CODE"} 11)"));
}

TEST_CASE("metrics: pixels come and go while several threads count") {
    constexpr auto lasting = "C0OTHER0PIXEL0CODE00";
    observe::metrics metrics({lasting, pixel});
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&metrics] {
            for (int n = 0; n < 1000; ++n) {
                metrics.delivered(lasting, 1);
                metrics.delivered(pixel, 1);
                metrics.breaker(pixel, n % 3);
                metrics.paused(pixel, n % 2 == 0 ? "token" : "");
            }
        });
    }
    for (int n = 0; n < 200; ++n) {
        metrics.configure({lasting});
        CHECK_THAT(metrics.render(), !Contains("gatepost_breaker_state{pixel="));
        metrics.configure({lasting, pixel});
    }
    for (auto& thread : threads) {
        thread.join();
    }
    const auto text = metrics.render();
    CHECK_THAT(text, Contains(R"(_delivered_total{pixel="C0OTHER0PIXEL0CODE00"} 3000)"));
    std::smatch found;
    double both = 0;
    for (const auto* label : {pixel, "other"}) {
        const std::regex line("delivered_total\\{pixel=\"" + std::string(label) + "\"\\} ([0-9]+)");
        if (std::regex_search(text, found, line)) {
            both += std::stod(found[1]);
        }
    }
    CHECK(both == 3000);
}

TEST_CASE("metrics: several threads count without losing any") {
    observe::metrics metrics({pixel});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&metrics] {
            for (int n = 0; n < 1000; ++n) {
                metrics.event(n % 2 == 0 ? "queued" : "dropped", pixel);
                metrics.ingest_took(1ms);
            }
            metrics.render();
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    const auto text = metrics.render();
    CHECK_THAT(text, Contains(R"(outcome="queued",pixel="C0EXAMPLE0PIXEL0CODE"} 2000)"));
    CHECK_THAT(text, Contains("gatepost_ingest_seconds_count 4000"));
}
