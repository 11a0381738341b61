#include "trial.hpp"

#include <gatepost/consent/permitted.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;
using consent::action;
using consent::rule;
using std::chrono::hours;

namespace {

const std::string klaro_yes = "klaro={\"tiktok\":true}";
const std::string klaro_no = "klaro={\"tiktok\":false}";
const std::string undecided = "tarteaucitron=!tiktok=wait";
const std::string implied = "CookieConsent=-1";
const std::string unreadable = "cc_cookie=x";
const std::string gpc = "gpcsignal=true";
const std::string expired =
    "gatepost_consent=v1.m:1.s:" + unix_text(-hours(24 * 396)) + ".src:page";

} // namespace

TEST_CASE("decision: the first rule of the table that applies decides") {
    struct row {
        std::string cookie;
        std::string country;
        consent::rule rule;
        consent::action action;
        std::string source;
    };
    const auto each = GENERATE(values<row>({
        {"", "DE", rule::opt_in_default, action::drop, "none"},
        {"", "US", rule::opt_out_default, action::send, "none"},
        {"", "", rule::opt_in_default, action::drop, "none"},
        {"", "XX", rule::opt_in_default, action::drop, "none"},
        {klaro_yes, "DE", rule::explicit_grant, action::send, "cookie:klaro"},
        {klaro_yes, "US", rule::explicit_grant, action::send, "cookie:klaro"},
        {klaro_yes, "", rule::explicit_grant, action::send, "cookie:klaro"},
        {klaro_no, "DE", rule::explicit_denial, action::drop, "cookie:klaro"},
        {klaro_no, "US", rule::explicit_denial, action::drop, "cookie:klaro"},
        {klaro_yes + ";" + denied_cookie, "US", rule::explicit_denial, action::drop,
         "cookie:gatepost_consent"},
        {klaro_no + ";" + granted_cookie, "DE", rule::explicit_denial, action::drop,
         "cookie:klaro"},
        {implied, "DE", rule::opt_in_default, action::drop, "none"},
        {implied, "US", rule::opt_out_default, action::send, "none"},
        {undecided, "DE", rule::opt_in_default, action::drop, "none"},
        {undecided, "US", rule::opt_out_default, action::send, "none"},
        {unreadable, "DE", rule::unreadable, action::drop, "cookie:cc_cookie"},
        {unreadable, "US", rule::unreadable, action::drop, "cookie:cc_cookie"},
        {unreadable + ";" + klaro_yes, "DE", rule::explicit_grant, action::send, "cookie:klaro"},
        {unreadable + ";" + klaro_no, "DE", rule::explicit_denial, action::drop, "cookie:klaro"},
        {expired, "DE", rule::grant_expired, action::drop, "cookie:gatepost_consent"},
        {expired, "US", rule::opt_out_default, action::send, "none"},
        {expired + ";" + klaro_yes, "DE", rule::explicit_grant, action::send, "cookie:klaro"},
        {expired + ";" + unreadable, "DE", rule::unreadable, action::drop, "cookie:cc_cookie"},
        {gpc, "US", rule::opt_out_signal, action::drop, "cookie:gpcsignal"},
        {gpc, "", rule::opt_out_signal, action::drop, "cookie:gpcsignal"},
        {gpc, "DE", rule::opt_out_signal, action::drop, "cookie:gpcsignal"},
        {gpc + ";" + klaro_yes, "US", rule::opt_out_signal, action::drop, "cookie:gpcsignal"},
        {gpc + ";" + klaro_yes, "", rule::opt_out_signal, action::drop, "cookie:gpcsignal"},
        {gpc + ";" + klaro_yes, "DE", rule::explicit_grant, action::send, "cookie:klaro"},
        {gpc + ";" + klaro_no, "US", rule::explicit_denial, action::drop, "cookie:klaro"},
        {gpc + ";" + expired, "DE", rule::opt_out_signal, action::drop, "cookie:gpcsignal"},
        {gpc + ";" + unreadable, "DE", rule::opt_out_signal, action::drop, "cookie:gpcsignal"},
    }));
    CAPTURE(each.cookie, each.country);
    const auto verdict = decide(visitor(each.country, each.cookie));
    CHECK(consent::to_string(verdict.rule) == consent::to_string(each.rule));
    CHECK(verdict.action == each.action);
    CHECK(verdict.source == each.source);
    CHECK((verdict.format == "none") == (each.source == "none"));
    CHECK(verdict.sends() == (each.action == action::send));
}

TEST_CASE("decision: gpc everywhere drops beside a grant in an opt-in regime too") {
    consent::options chosen;
    chosen.gpc = consent::gpc_scope::everywhere;
    CHECK(decide(visitor("DE", gpc + ";" + klaro_yes), chosen).rule == rule::opt_out_signal);
}

TEST_CASE("decision: us_opt_out limited sends with limited data use, in the United States only") {
    consent::options chosen;
    chosen.us_opt_out_limited = true;
    CHECK(decide(visitor("US", gpc), chosen).action == action::send_limited);
    CHECK(decide(visitor("US", gpc), chosen).rule == rule::opt_out_signal);
    CHECK(decide(visitor("US", gpc + ";" + klaro_no), chosen).action == action::drop);
    CHECK(decide(visitor("", gpc), chosen).action == action::drop);
    CHECK(decide(visitor("DE", gpc), chosen).action == action::drop);
    SECTION("not where another country opts out") {
        chosen.regime.countries["AU"] = consent::regime::opt_out;
        CHECK(decide(visitor("AU", gpc), chosen).action == action::drop);
    }
    SECTION("not where the United States opt in") {
        chosen.regime.countries["US"] = consent::regime::opt_in;
        CHECK(decide(visitor("US", gpc), chosen).action == action::drop);
    }
    SECTION("not where a signal cannot be read: without the opt-out nothing would be sent either") {
        CHECK(decide(visitor("US", gpc + ";" + unreadable), chosen).action == action::drop);
        CHECK(decide(visitor("US", gpc + ";" + unreadable + ";" + klaro_yes), chosen).action ==
              action::send_limited);
    }
    SECTION("for an opt-out of sale as well") {
        CHECK(decide(visitor("US", "usprivacy=1YYN"), chosen).action == action::send_limited);
        CHECK(decide(visitor("US", "usprivacy=1YNN"), chosen).action == action::send);
    }
}

TEST_CASE("time: a grant may be a day ahead of the clock and no more") {
    const auto [ahead, expected] = GENERATE(table<hours, consent::rule>({
        {hours(23), rule::explicit_grant},
        {hours(24), rule::explicit_grant},
        {hours(25), rule::opt_in_default},
    }));
    const auto cookie = "gatepost_consent=v1.m:1.s:" + unix_text(ahead) + ".src:page";
    const auto verdict = decide(visitor("DE", cookie));
    CHECK(verdict.rule == expected);
    CHECK((verdict.findings.at(0).detail == "time in the future") ==
          (expected == rule::opt_in_default));
}

TEST_CASE("time: a grant lasts max_age, or what its country sets, and a denial for ever") {
    const auto aged = [](char mark, int days) {
        return std::string("gatepost_consent=v1.m:") + mark + ".s:" + unix_text(-hours(24 * days)) +
               ".src:page";
    };
    consent::options chosen;
    chosen.max_age_by_country = {{"FR", hours(24 * 183)}};
    CHECK(decide(visitor("DE", aged('1', 395)), chosen).rule == rule::explicit_grant);
    CHECK(decide(visitor("DE", aged('1', 396)), chosen).rule == rule::grant_expired);
    CHECK(decide(visitor("FR", aged('1', 183)), chosen).rule == rule::explicit_grant);
    CHECK(decide(visitor("FR", aged('1', 184)), chosen).rule == rule::grant_expired);
    CHECK(decide(visitor("FR", aged('0', 4000)), chosen).rule == rule::explicit_denial);
    CHECK(decide(visitor("DE", klaro_yes), chosen).rule == rule::explicit_grant);
    SECTION("the country counts when the regime is forced, too") {
        chosen.regime.force = consent::regime::opt_in;
        CHECK(decide(visitor("FR", aged('1', 184)), chosen).rule == rule::grant_expired);
    }
}

TEST_CASE("time: a grant ends with the platform's own expiry") {
    const auto cookie = [](std::chrono::seconds from_now) {
        return R"(cc_cookie={"categories":["marketing"],"expirationTime":)" + unix_text(from_now) +
               "000}";
    };
    CHECK(decide(visitor("DE", cookie(hours(1)))).rule == rule::explicit_grant);
    const auto over = decide(visitor("DE", cookie(-hours(1))));
    CHECK(over.rule == rule::grant_expired);
    CHECK(over.findings.at(0).detail == "past the platform's own expiry");
    CHECK(decide(visitor("US", cookie(-hours(1)))).rule == rule::opt_out_default);
}

TEST_CASE("time: extreme times from an application are judged, not trouble") {
    auto from = visitor("DE");
    from.claims = {{"marketing", "granted"}};
    from.cookie = klaro_yes;
    from.claimed_at = std::chrono::sys_seconds::min();
    CHECK(decide(from).source == "cookie:klaro");
    from.claimed_at = std::chrono::sys_seconds::max();
    CHECK(decide(from).source == "cookie:klaro");
    CHECK(finding_of(decide(from), "body:consent.marketing").state == consent::state::undecided);
}

TEST_CASE("time: one that cannot be read makes a yes unreadable and leaves a no") {
    const auto time =
        GENERATE("\"soon\"", "{}", "\"2025-13-01T00:00:00Z\"", "\"2025-02-30T00:00:00Z\"",
                 "\"2025-01-01\"", "\"2025-01-01T00:00:00+\"", "\"2025-01-01T25:00:00Z\"", "12.5");
    CAPTURE(time);
    const auto cookie = [&](const char* category) {
        return std::string(R"(cc_cookie={"categories":[")") + category +
               R"("],"consentTimestamp":)" + time + "}";
    };
    CHECK(decide(visitor("DE", cookie("marketing"))).rule == rule::unreadable);
    CHECK(decide(visitor("DE", cookie("necessary"))).rule == rule::explicit_denial);
}

TEST_CASE("source: named in the order of origins, and the newest of one origin first") {
    const auto both = klaro_yes + "; " + granted_cookie;
    auto from = visitor("DE", both);
    from.headers = {{"X-Consent-Marketing", "granted"}};
    from.claims = {{"marketing", "granted"}};
    auto verdict = decide(from);
    CHECK(verdict.source == "cookie:klaro");
    std::vector<std::string> order;
    for (const auto& found : verdict.findings) {
        order.push_back(found.source);
    }
    CHECK(order == std::vector<std::string>{"cookie:klaro", "cookie:gatepost_consent",
                                            "body:consent.marketing",
                                            "header:x-consent-marketing"});
    SECTION("newest first, no time last") {
        from.cookie =
            R"(klaro={"tiktok":true};cc_cookie={"categories":["ads"],"consentTimestamp":"2026-01-01T00:00:00Z"};)"
            "CookieConsent={marketing:true%2Cmethod:'explicit'%2Cutc:1790000000000}";
        verdict = decide(from);
        CHECK(verdict.source == "cookie:CookieConsent");
        CHECK(verdict.format == "cookiebot");
        CHECK(verdict.findings.at(1).source == "cookie:cc_cookie");
        CHECK(verdict.findings.at(2).source == "cookie:klaro");
    }
}

TEST_CASE("list: the carrying request can deny for all, but never grant") {
    const auto gate = make_gate();
    const auto quiet = visitor("US");
    const auto known_yes = visitor("DE", klaro_yes);
    SECTION("its denial and its GPC count") {
        const auto no = visitor("", klaro_no);
        CHECK(gate.decide(known_yes, {.request = &no, .known = {}}, now).rule ==
              rule::explicit_denial);
        auto signal = visitor("");
        signal.headers = {{"Sec-GPC", "1"}};
        CHECK(gate.decide(quiet, {.request = &signal, .known = {}}, now).rule ==
              rule::opt_out_signal);
        CHECK(gate.decide(known_yes, {.request = &signal, .known = {}}, now).rule ==
              rule::explicit_grant);
    }
    SECTION("its grant, its defaults and what cannot be read do not") {
        for (const auto& cookie : {klaro_yes, implied, undecided, unreadable, granted_cookie}) {
            CAPTURE(cookie);
            const auto other = visitor("US", cookie);
            const auto verdict = gate.decide(visitor("DE"), {.request = &other, .known = {}}, now);
            CHECK(verdict.rule == rule::opt_in_default);
            CHECK(verdict.findings.empty());
            CHECK(verdict.jurisdiction.country == "DE");
        }
    }
    SECTION("its opt-outs under US law count for all") {
        const auto opted_out = visitor("", "usprivacy=1YYN");
        CHECK(gate.decide(known_yes, {.request = &opted_out, .known = {}}, now).rule ==
              rule::opt_out_signal);
    }
    SECTION("a minor that its strings know counts for all") {
        // OneTrust's usca with KnownChildSensitiveDataConsents set.
        const auto young = visitor("", "OTGPPConsent=DBABBg~BVoAACBA.QA");
        CHECK(decide(young).rule == rule::known_minor);
        CHECK(gate.decide(known_yes, {.request = &young, .known = {}}, now).rule ==
              rule::known_minor);
    }
}

TEST_CASE("registry: a withdrawal drops until a later grant that has a time lifts it") {
    const auto gate = make_gate();
    const auto withdrawn = [](std::chrono::seconds from_now) {
        consent::beside more;
        more.known.push_back({.from = consent::origin::registry,
                              .source = "registry",
                              .format = "registry",
                              .state = consent::state::denied,
                              .at = now_seconds + from_now,
                              .detail = "withdrawn"});
        return more;
    };
    const auto chosen_at = [](std::chrono::seconds from_now) {
        return "gatepost_consent=v1.m:1.s:" + unix_text(from_now) + ".src:page";
    };
    const auto newer = chosen_at(-hours(1));
    const auto same = chosen_at(-hours(2));
    const auto older = chosen_at(-hours(3));
    CHECK(gate.decide(visitor("DE", newer), withdrawn(-hours(2)), now).rule ==
          rule::explicit_grant);
    CHECK(gate.decide(visitor("DE", same), withdrawn(-hours(2)), now).rule == rule::withdrawn);
    CHECK(gate.decide(visitor("DE", older), withdrawn(-hours(2)), now).rule == rule::withdrawn);
    CHECK(gate.decide(visitor("DE", klaro_yes), withdrawn(-hours(2)), now).rule == rule::withdrawn);
    CHECK(gate.decide(visitor("US"), withdrawn(-hours(2)), now).rule == rule::withdrawn);
    SECTION("a grant that is expired or from the future lifts nothing") {
        const auto old_grant = chosen_at(-hours(24 * 396));
        CHECK(gate.decide(visitor("DE", old_grant), withdrawn(-hours(24 * 400)), now).rule ==
              rule::withdrawn);
        const auto future = chosen_at(hours(25));
        CHECK(gate.decide(visitor("DE", future), withdrawn(-hours(2)), now).rule ==
              rule::withdrawn);
    }
    SECTION("nor one whose time is ahead of our clock, by however little") {
        const auto ahead = chosen_at(std::chrono::seconds(1));
        CHECK(gate.decide(visitor("DE", ahead), withdrawn(-hours(2)), now).rule == rule::withdrawn);
        CHECK_FALSE(gate.decide(visitor("DE", ahead), {}, now).granted_at);
        CHECK(gate.decide(visitor("DE", ahead), {}, now).rule == rule::explicit_grant);
    }
    SECTION("what is lifted is shown as such") {
        const auto verdict = gate.decide(visitor("DE", newer), withdrawn(-hours(2)), now);
        CHECK(finding_of(verdict, "registry").state == consent::state::undecided);
        CHECK(finding_of(verdict, "registry").detail == "lifted by a later grant");
        CHECK(verdict.granted_at == now_seconds - hours(1));
    }
    SECTION("a later grant does not help a minor, or beside another denial") {
        auto young = visitor("DE", newer);
        young.minor = true;
        CHECK(gate.decide(young, withdrawn(-hours(2)), now).rule == rule::known_minor);
        const auto both = newer + ";" + klaro_no;
        CHECK(gate.decide(visitor("DE", both), withdrawn(-hours(2)), now).rule ==
              rule::explicit_denial);
    }
}

TEST_CASE("registry: its GPC is judged like any other, and its grant is a grant") {
    const auto gate = make_gate();
    consent::beside signal;
    signal.known.push_back({.from = consent::origin::registry,
                            .source = "registry",
                            .format = "gpc",
                            .state = consent::state::denied,
                            .meaning = consent::objection::gpc,
                            .at = now_seconds});
    CHECK(gate.decide(visitor("US", klaro_yes), signal, now).rule == rule::opt_out_signal);
    CHECK(gate.decide(visitor("US", klaro_yes), signal, now).source == "registry");
    CHECK(gate.decide(visitor("DE", klaro_yes), signal, now).rule == rule::explicit_grant);
    consent::beside grant;
    grant.known.push_back({.from = consent::origin::registry,
                           .source = "registry",
                           .format = "registry",
                           .state = consent::state::granted,
                           .at = now_seconds});
    CHECK(gate.decide(visitor("DE"), grant, now).rule == rule::explicit_grant);
    CHECK(gate.decide(visitor("DE"), grant, now).source == "registry");
}

TEST_CASE("conflicts: each pair of formats that disagree is named once") {
    const auto cookies = klaro_yes + ";" + denied_cookie + ";" + gpc;
    auto from = visitor("US", cookies);
    from.headers = {{"X-Consent-Marketing", "granted"}, {"Sec-GPC", "1"}};
    const auto verdict = decide(from);
    const auto pairs = consent::conflicts(verdict);
    const std::vector<consent::conflict> expected{
        {"klaro", "relay"}, {"klaro", "gpc"}, {"header", "relay"}, {"header", "gpc"}};
    CHECK(std::ranges::is_permutation(pairs, expected));
    const auto agreed = decide(visitor("DE", klaro_yes));
    CHECK(consent::conflicts(agreed).empty());
    auto minor = visitor("DE", klaro_yes);
    minor.minor = true;
    const auto young = decide(minor);
    CHECK(consent::conflicts(young).empty());
}

TEST_CASE("answer: decision, findings and jurisdiction are written as the contract says") {
    auto from = visitor("us", "cc_cookie=x; gatepost_consent=v1.m:1.s:1790000000.src:page");
    from.region = "ca";
    const auto verdict = decide(from);
    core::json::writer summary;
    summary.begin_object();
    consent::write_summary(summary, verdict);
    summary.end_object();
    CHECK(summary.view() ==
          R"({"action":"send","rule":"explicit-grant","source":"cookie:gatepost_consent",)"
          R"("regime":"opt_out","country":"US"})");
    core::json::writer findings;
    consent::write_findings(findings, verdict);
    CHECK(findings.view() ==
          R"([{"source":"cookie:cc_cookie","format":"vanilla-cookieconsent","state":"unreadable",)"
          R"("detail":"not decodable"},{"source":"cookie:gatepost_consent","format":"relay",)"
          R"("state":"granted","at":1790000000}])");
    core::json::writer where;
    consent::write_jurisdiction(where, verdict.jurisdiction);
    CHECK(where.view() ==
          R"({"country":"US","region":"CA","regime":"opt_out","source":"visitor"})");
    core::json::writer nowhere;
    consent::write_jurisdiction(nowhere, decide(visitor("")).jurisdiction);
    CHECK(nowhere.view() == R"({"regime":"opt_in","source":"default"})");
}

TEST_CASE("permitted: only a decision that sends makes one") {
    CHECK_FALSE(consent::admit(decide(visitor("DE")), 1));
    const auto sent = consent::admit(decide(visitor("DE", klaro_yes)), 7);
    REQUIRE(sent);
    CHECK(**sent == 7);
    CHECK_FALSE(sent->limited());
    consent::options chosen;
    chosen.us_opt_out_limited = true;
    CHECK(consent::admit(decide(visitor("US", gpc), chosen), 7)->limited());
}
