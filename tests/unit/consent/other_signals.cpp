#include "trial.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;
using consent::rule;
using consent::state;

namespace {

consent::decision with_header(std::string_view name, std::string_view value,
                              std::string_view country = "DE") {
    auto from = visitor(country);
    from.headers = {{name, value}};
    return decide(from);
}

consent::decision with_claim(std::string_view name, std::string_view value,
                             std::string_view country = "DE") {
    auto from = visitor(country);
    from.claims = {{name, value}};
    return decide(from);
}

} // namespace

TEST_CASE("header: granted and denied are verdicts in any case, everything else is unreadable") {
    const auto [value, rule] = GENERATE(table<std::string, consent::rule>({
        {"granted", rule::explicit_grant},
        {" Granted\t", rule::explicit_grant},
        {"DENIED", rule::explicit_denial},
        {"", rule::unreadable},
        {"true", rule::unreadable},
        {"granted, denied", rule::explicit_denial},
        {"granted, granted", rule::explicit_grant},
        {"granted, perhaps", rule::unreadable},
        {"grantedx", rule::unreadable},
    }));
    CAPTURE(value);
    const auto verdict = with_header("x-CONSENT-marketing", value);
    CHECK(verdict.rule == rule);
    CHECK(verdict.source == "header:x-consent-marketing");
    CHECK(verdict.format == "header");
    CHECK(consent::gate::is_verdict(value) == (rule != rule::unreadable));
}

TEST_CASE("header: its name is configured, and an empty name reads none") {
    auto from = visitor("DE");
    from.headers = {{"X-My-Consent", "granted"}, {"X-Consent-Marketing", "denied"}};
    consent::options chosen;
    chosen.header = "X-My-Consent";
    CHECK(decide(from, chosen).source == "header:x-my-consent");
    CHECK(decide(from, chosen).rule == rule::explicit_grant);
    chosen.header = "";
    from.headers.emplace_back("", "granted");
    CHECK(decide(from, chosen).findings.empty());
}

TEST_CASE("header: sent twice with two answers, the no counts") {
    auto from = visitor("DE");
    from.headers = {{"X-Consent-Marketing", "denied"}, {"X-Consent-Marketing", "granted"}};
    CHECK(decide(from).rule == rule::explicit_denial);
}

TEST_CASE("gpc: only the value 1 of Sec-GPC is a signal") {
    const auto value = GENERATE("0", "true", "", "11", "1;x");
    CAPTURE(value);
    CHECK(with_header("Sec-GPC", value, "US").findings.empty());
    const auto verdict = with_header("sec-gpc", " 1 ", "US");
    CHECK(verdict.rule == rule::opt_out_signal);
    CHECK(verdict.source == "header:sec-gpc");
    CHECK(verdict.format == "gpc");
}

TEST_CASE("gpc: platforms and scripts repeat it in cookies") {
    const auto [cookie, source] = GENERATE(table<std::string, std::string>({
        {"gpcsignal=true", "cookie:gpcsignal"},
        {"gpcsignal=false; gpcsignal=true", "cookie:gpcsignal"},
        {"gpcishonored=true", "cookie:gpcishonored"},
        {"OptanonConsent=isGpcEnabled=1&groups=C0004%3A1&interactionCount=1",
         "cookie:OptanonConsent"},
        {"OptanonConsent=isGpcEnabled=0&browserGpcFlag=1&groups=C0004%3A1",
         "cookie:OptanonConsent"},
    }));
    CAPTURE(cookie);
    const auto verdict = decide(visitor("US", cookie));
    CHECK(verdict.rule == rule::opt_out_signal);
    CHECK(verdict.source == source);
    CHECK(verdict.format == "gpc");
    CHECK(decide(visitor("US", "gpcsignal=false; gpcishonored=0")).findings.empty());
}

TEST_CASE("relay cookie: one form, and anything else is unreadable") {
    const auto [value, expected] = GENERATE(table<std::string, state>({
        {"v1.m:1.s:1790000000.src:usercentrics", state::granted},
        {"v1.m:0.s:1790000000.src:termly", state::denied},
        {"v1.m:i.s:1790000000.src:my-cmp", state::implied},
        {"v1.m%3A1.s%3A1790000000.src%3Ausercentrics", state::granted},
        {"v2.m:1.s:1790000000.src:x", state::unreadable},
        {"v1.m:2.s:1790000000.src:x", state::unreadable},
        {"v1.m:.s:1790000000.src:x", state::unreadable},
        {"v1.m:1.s:.src:x", state::unreadable},
        {"v1.m:1.s:-5.src:x", state::unreadable},
        {"v1.m:1.s:-0.src:x", state::unreadable},
        {"v1.m:1.s:99999999999999999999.src:x", state::unreadable},
        {"v1.m:1.s:1790000000", state::unreadable},
        {"v1.m:1.s:1790000000.src:", state::unreadable},
        {"v1.m:1.s:1790000000.src:a b", state::unreadable},
        {"v1.m:1.a:0.s:1790000000.src:x", state::unreadable},
        {" granted", state::unreadable},
    }));
    CAPTURE(value);
    const auto cookie = "gatepost_consent=" + value;
    const auto verdict = decide(visitor("DE", cookie));
    REQUIRE(verdict.findings.size() == 1);
    const auto& found = verdict.findings.front();
    CHECK(found.state == expected);
    CHECK(found.source == "cookie:gatepost_consent");
    CHECK(found.format == "relay");
    CHECK((found.at ? found.at->time_since_epoch().count() : 0) ==
          (expected == state::unreadable ? 0 : 1790000000));
}

TEST_CASE("body: consent.marketing is a verdict with the time of consent.at") {
    auto from = visitor("DE");
    from.claims = {{"marketing", "granted"}};
    from.claimed_at = std::chrono::sys_seconds(std::chrono::seconds(1795340000));
    const auto verdict = decide(from);
    CHECK(verdict.rule == rule::explicit_grant);
    CHECK(verdict.source == "body:consent.marketing");
    CHECK(verdict.findings.at(0).at == from.claimed_at);
    CHECK(with_claim("marketing", "denied").rule == rule::explicit_denial);
    CHECK(with_claim("marketing", "yes").rule == rule::unreadable);
    CHECK(with_claim("marketing", "").rule == rule::unreadable);
}

TEST_CASE("body: a field that is no text is unreadable") {
    auto from = visitor("US");
    const auto name = GENERATE("marketing", "tcf", "gpp", "us_privacy", "gcs");
    CAPTURE(name);
    from.claims = {{name, ""}};
    from.unreadable_claims = {name};
    const auto verdict = decide(from);
    CHECK(verdict.rule == rule::unreadable);
    CHECK(verdict.source == "body:consent." + std::string(name));
    CHECK(verdict.findings.size() == 1);
}

TEST_CASE("minor: a known minor is dropped before anything else is asked") {
    auto from = visitor("US", granted_cookie);
    SECTION("said so") {
        from.minor = true;
        CHECK(decide(from).source == "body:visitor.minor");
    }
    SECTION("by age") {
        from.age = GENERATE(17, 0, -1);
        CHECK(decide(from).source == "body:visitor.age");
    }
    CHECK(decide(from).rule == rule::known_minor);
    CHECK(decide(from).action == consent::action::drop);
}

TEST_CASE("minor: the age is configured, and that age is old enough") {
    auto from = visitor("US", granted_cookie);
    from.age = 16;
    CHECK(decide(from).rule == rule::known_minor);
    consent::options chosen;
    chosen.minor_age = 16;
    CHECK(decide(from, chosen).rule == rule::explicit_grant);
}

TEST_CASE("ignore: formats and entries that are named there are not read") {
    const auto [word, cookie] = GENERATE(table<std::string, std::string>({
        {"klaro", "klaro={\"tiktok\":false}"},
        {"relay", denied_cookie},
        {"tcf", "euconsent-v2=C; __cmpconsent1=C"},
        {"gpp", "__gpp=D; OTGPPConsent=" + std::string(gpp_opted_out)},
        {"us_privacy", "usprivacy=1YYN"},
        {"gpc", "gpcsignal=true"},
    }));
    CAPTURE(word);
    consent::options chosen;
    CHECK_FALSE(decide(visitor("US", cookie), chosen).sends());
    chosen.ignore = {word};
    CHECK(decide(visitor("US", cookie), chosen).findings.empty());
    const auto known = consent::gate::formats();
    CHECK((word == "klaro" || std::ranges::find(known, word) != known.end()));
}

TEST_CASE("ignore: headers, body fields and a platform's GPC flag") {
    auto from = visitor("US", "OptanonConsent=isGpcEnabled=1&interactionCount=1&groups=C0004%3A1");
    from.headers = {
        {"Sec-GPC", "1"}, {"X-Consent-Marketing", "denied"}, {"x-ga-gcs", "G100"}, {"dnt", "1"}};
    from.claims = {{"marketing", "denied"}, {"ac", "1~"}};
    from.att_status = "DENIED";
    consent::options chosen;
    chosen.dnt = consent::dnt_meaning::deny;
    chosen.ac_providers = {35};
    CHECK(decide(from, chosen).findings.size() == 9);
    chosen.ignore = {"gpc", "header", "body", "consent_mode", "ac", "att", "dnt"};
    const auto verdict = decide(from, chosen);
    CHECK(verdict.findings.size() == 1);
    CHECK(verdict.rule == rule::explicit_grant);
}
