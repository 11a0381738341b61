#include "trial.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;
using consent::rule;
using consent::state;

namespace {

std::string cookie_of(std::string_view name, std::string_view value) {
    return std::string(name) + "=" + std::string(value);
}

} // namespace

TEST_CASE("strings: a TC string decides, whichever cookie it stands in") {
    const std::string name =
        GENERATE("euconsent-v2", "eupubconsent-v2", "dm-euconsent-v2", "uniconsent-v2", "snconsent",
                 "__cmpconsent12345", "__cmpconsentx12345",
                 "real_cookie_banner-v:3_blog:1_path:da22278-tcf");
    CAPTURE(name);
    const auto yes = cookie_of(name, tcf_granted);
    const auto granted = decide(visitor("DE", yes));
    CHECK(granted.rule == rule::explicit_grant);
    CHECK(granted.format == "tcf");
    CHECK(granted.source == "cookie:" + name);
    CHECK(granted.findings.at(0).at ==
          std::chrono::sys_days(std::chrono::year(2026) / std::chrono::September / 1));
    const auto no = cookie_of(name, tcf_denied) + "; klaro={\"tiktok\":true}";
    CHECK(decide(visitor("US", no)).rule == rule::explicit_denial);
    const auto cut = cookie_of(name, tcf_granted.substr(0, 30));
    CHECK(decide(visitor("US", cut)).rule == rule::unreadable);
}

TEST_CASE("strings: a TC string inside JSON, percent-encoded, in the body and in a header") {
    const auto json = R"(GdprConsent={"version":"IAB TCF 2.0","consentString":")" +
                      std::string(tcf_granted) + "\"}";
    CHECK(decide(visitor("DE", json)).rule == rule::explicit_grant);
    CHECK(decide(visitor("DE", "GdprConsent={\"version\":1}")).rule == rule::unreadable);
    auto encoded = std::string(tcf_granted);
    encoded.replace(encoded.find('.'), 1, "%2E");
    const auto cookie = cookie_of("euconsent-v2", encoded);
    const auto verdict = decide(visitor("DE", cookie));
    CHECK(verdict.rule == rule::explicit_grant);
    CHECK(verdict.findings.at(0).tc_string == encoded);
    auto from = visitor("DE");
    from.claims = {{"tcf", tcf_granted}};
    CHECK(decide(from).source == "body:consent.tcf");
    CHECK(decide(from).findings.at(0).tc_string == tcf_granted);
    from.claims.clear();
    from.headers = {{"X-Consent-TCF", tcf_denied}};
    CHECK(decide(from).rule == rule::explicit_denial);
    CHECK(decide(from).source == "header:x-consent-tcf");
}

TEST_CASE("strings: a vendor that was never asked about is undecided, or denied by configuration") {
    const auto cookie = cookie_of("euconsent-v2", tcf_undisclosed);
    const auto verdict = decide(visitor("DE", cookie));
    CHECK(verdict.rule == rule::opt_in_default);
    CHECK(verdict.findings.at(0).detail == "vendor not disclosed");
    CHECK(consent::tcf_disclosure(verdict) == consent::disclosure::not_disclosed);
    consent::options chosen;
    chosen.tcf.vendor_not_disclosed = state::denied;
    CHECK(decide(visitor("DE", cookie), chosen).rule == rule::explicit_denial);
    const auto asked = cookie_of("euconsent-v2", tcf_denied);
    CHECK(consent::tcf_disclosure(decide(visitor("DE", asked))) == consent::disclosure::disclosed);
    CHECK(consent::tcf_disclosure(decide(visitor("DE", "euconsent-v2=C"))) ==
          consent::disclosure::unreadable);
    CHECK_FALSE(consent::tcf_disclosure(decide(visitor("DE"))));
}

TEST_CASE("strings: no such cookies") {
    const auto cookie = GENERATE("__cmpconsent=C", "real_cookie_banner=x", "__cmpconsent\xc3\xa9=C",
                                 "__cmpconsent a=C", "euconsent=BO", "addtl_consent=1~");
    CAPTURE(cookie);
    CHECK(decide(visitor("US", cookie)).findings.empty());
}

TEST_CASE("strings: an opt-out under US law drops everywhere, and what is none never grants") {
    const auto [cookie, opts_out] = GENERATE(table<std::string, bool>({
        {"usprivacy=1YYN", true},
        {"us_privacy=1nyn", true},
        {"__cmpccpausps=1YYY", true},
        {"usprivacy=1YNN", false},
        {"usprivacy=1---", false},
        {cookie_of("OTGPPConsent", gpp_opted_out), true},
        {cookie_of("__gpp", gpp_kept), false},
    }));
    CAPTURE(cookie);
    for (const auto* country : {"US", "DE", "AU", ""}) {
        CAPTURE(country);
        const auto alone = decide(visitor(country, cookie));
        const auto yes = granted_cookie + "; " + cookie;
        const auto beside_yes = decide(visitor(country, yes));
        if (opts_out) {
            CHECK(alone.rule == rule::opt_out_signal);
            CHECK(beside_yes.rule == rule::opt_out_signal);
        } else {
            CHECK(alone.rule == (std::string_view(country) == "US" ? rule::opt_out_default
                                                                   : rule::opt_in_default));
            CHECK(beside_yes.rule == rule::explicit_grant);
        }
    }
}

TEST_CASE("strings: only the GPP sections that apply are read") {
    const auto cookie = cookie_of("__gpp", gpp_opted_out);
    CHECK(decide(visitor("US", cookie)).rule == rule::opt_out_signal);
    CHECK(decide(visitor("US", cookie + "; __gpp_sid=7")).rule == rule::opt_out_signal);
    CHECK(decide(visitor("US", cookie + "; __gpp_sid=8_7")).rule == rule::opt_out_signal);
    CHECK(decide(visitor("US", cookie + "; __gpp_sid=8")).rule == rule::opt_out_default);
    CHECK(decide(visitor("US", cookie + "; __gpp_sid=-1")).rule == rule::opt_out_default);
    SECTION("when nobody says, or it cannot be read which do, all do") {
        CHECK(decide(visitor("US", cookie + "; __gpp_sid=%2C")).rule == rule::opt_out_signal);
        CHECK(decide(visitor("US", cookie + "; __gpp_sid=,")).rule == rule::opt_out_signal);
        CHECK(decide(visitor("US", cookie + "; __gpp_sid=x")).rule == rule::opt_out_signal);
        CHECK(decide(visitor("US", cookie + "; __gpp_sid=8; __gpp_sid=7")).rule ==
              rule::opt_out_signal);
    }
    SECTION("the body's own") {
        auto from = visitor("US");
        from.claims = {{"gpp", gpp_opted_out}};
        CHECK(decide(from).source == "body:consent.gpp");
        from.gpp_sid = {8};
        CHECK(decide(from).rule == rule::opt_out_default);
        from.unreadable_claims = {"gpp_sid"};
        CHECK(decide(from).rule == rule::opt_out_signal);
    }
    SECTION("a header's own") {
        auto from = visitor("US");
        from.headers = {{"x-consent-gpp", gpp_opted_out}};
        CHECK(decide(from).rule == rule::opt_out_signal);
        from.headers.emplace_back("X-Consent-GPP-SID", "8");
        CHECK(decide(from).rule == rule::opt_out_default);
        from.headers.emplace_back("x-consent-gpp-sid", "7"); // several headers are one list
        CHECK(decide(from).rule == rule::opt_out_signal);
        from.headers.resize(1);
        from.headers.emplace_back("x-consent-gpp-sid", " ");
        CHECK(decide(from).rule == rule::opt_out_signal);
    }
}

TEST_CASE("strings: Google Consent Mode grants only by a visitor's update") {
    const auto [name, value, expected] = GENERATE(table<std::string, std::string, consent::rule>({
        {"gcs", "G111", rule::opt_in_default},
        {"gcs", "G100", rule::explicit_denial},
        {"gcs", "G1--", rule::opt_in_default},
        {"gcs", "x", rule::unreadable},
        {"gcd", "11n1n1n1n5", rule::explicit_grant},
        {"gcd", "11t1t1t1t5", rule::opt_in_default},
        {"gcd", "13l3l3l3l1l1", rule::opt_in_default},
        {"gcd", "13m3m3m3m5l1", rule::explicit_denial},
    }));
    CAPTURE(name, value);
    auto body = visitor("DE");
    body.claims = {{name, value}};
    CHECK(decide(body).rule == expected);
    auto header = visitor("DE");
    const auto header_name = "X-GA-" + name;
    header.headers = {{header_name, value}};
    CHECK(decide(header).rule == expected);
    CHECK(finding_of(decide(header), "header:x-ga-" + name).format == "consent_mode");
}

TEST_CASE("strings: a time that cannot be read makes a grant without one of its own unreadable") {
    auto from = visitor("DE");
    from.claims = {{"gcd", "11r1r1r1r5"}};
    CHECK(decide(from).rule == rule::explicit_grant);
    from.unreadable_claims = {"at"};
    CHECK(decide(from).rule == rule::unreadable);
    from.claims = {{"gcd", "13m3m3m3m5l1"}};
    CHECK(decide(from).rule == rule::explicit_denial);
}

TEST_CASE("strings: Additional Consent is read for configured providers only") {
    auto from = visitor("DE", "addtl_consent=2~35.41~dv.9.21");
    CHECK(decide(from).findings.empty());
    consent::options chosen;
    chosen.ac_providers = {35};
    CHECK(decide(from, chosen).rule == rule::explicit_grant);
    chosen.ac_providers = {9};
    CHECK(decide(from, chosen).rule == rule::explicit_denial);
    chosen.ac_providers = {35, 77};
    CHECK_FALSE(decide(from, chosen).sends());
    from.cookie = {};
    from.claims = {{"ac", "1~35"}};
    chosen.ac_providers = {35};
    CHECK(decide(from, chosen).source == "body:consent.ac");
}

TEST_CASE("DNT: a denial when configured so, else nothing") {
    auto from = visitor("US", granted_cookie);
    from.headers = {{"DNT", "1"}};
    CHECK(decide(from).rule == rule::explicit_grant);
    CHECK(decide(from).findings.size() == 1);
    consent::options chosen;
    chosen.dnt = consent::dnt_meaning::deny;
    CHECK(decide(from, chosen).rule == rule::explicit_denial);
    CHECK(decide(from, chosen).source == "header:dnt");
    from.headers = {{"DNT", "0"}};
    CHECK(decide(from, chosen).rule == rule::explicit_grant);
}

TEST_CASE("App Tracking Transparency: denied and restricted are denials, authorized is no grant") {
    const auto [status, expected] = GENERATE(table<std::string, consent::rule>({
        {"DENIED", rule::explicit_denial},
        {"restricted", rule::explicit_denial},
        {"AUTHORIZED", rule::opt_out_default},
        {"NOT_DETERMINED", rule::opt_out_default},
        {"not_applicable", rule::opt_out_default},
        {"", rule::opt_out_default},
        {" ", rule::opt_out_default},
        {"DENIED\u00a0", rule::explicit_denial},
        {"\"DENIED\"", rule::explicit_denial},
    }));
    CAPTURE(status);
    auto from = visitor("US");
    from.att_status = status;
    CHECK(decide(from).rule == expected);
    CHECK((decide(from).source == "body:user.att_status") == (expected == rule::explicit_denial));
}

TEST_CASE(
    "App Tracking Transparency: another word may be a refusal, and only a grant outweighs it") {
    const auto status = GENERATE(as<std::string>(), "2", "denied_by_user", "not determined",
                                 "false", "ATTrackingManagerAuthorizationStatusDenied");
    CAPTURE(status);
    auto from = visitor("US");
    from.att_status = status;
    CHECK(decide(from).rule == rule::unreadable);
    CHECK(decide(from).source == "body:user.att_status");
    from.claims = {{"marketing", "granted"}};
    CHECK(decide(from).rule == rule::explicit_grant);
}
