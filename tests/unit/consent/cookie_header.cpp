#include "trial.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;
using consent::rule;
using consent::state;

namespace {

constexpr auto klaro_yes = "klaro={\"tiktok\":true}";
constexpr auto klaro_no = "klaro={\"tiktok\":false}";

} // namespace

TEST_CASE("cookie header: only a semicolon ends a value") {
    const auto cookie = GENERATE(
        R"(tcm={"purposes":{"a":true},"b":"x, y"}; cc_cookie={"categories":["necessary","marketing"]})",
        R"(cc_cookie={"categories":["necessary","marketing"]};tcm={"a":"b=c"})",
        "  ;; ; =x ; lonely;cc_cookie={\"categories\":[\"ads\"]} ;",
        R"(a="quoted; cc_cookie={"categories":["ads"]}; b=")");
    CAPTURE(cookie);
    CHECK(decide(visitor("DE", cookie)).rule == rule::explicit_grant);
}

TEST_CASE("cookie header: a refusal is seen where a gateway joined the cookies with commas") {
    const std::string gpp_opt_out = "__gpp=" + std::string(gpp_opted_out);
    for (const std::string& cookie :
         {std::string("usprivacy=1YYN"), std::string("gpcsignal=true"), gpp_opt_out,
          std::string("klaro={\"tiktok\":false}"), std::string("OptanonConsent=isGpcEnabled=1"),
          "euconsent-v2=" + std::string(tcf_denied), denied_cookie}) {
        for (const std::string_view joint : {", ", ",", " ,\t"}) {
            const std::string gap(joint);
            const auto expected = decide(visitor("US", "sid=1; " + cookie)).rule;
            for (const auto& header :
                 {"sid=1" + gap + cookie, cookie + gap + "sid=1",
                  "a=1" + gap + cookie + gap + "b=2", "a=1; b=2" + gap + cookie + "; c=3"}) {
                CAPTURE(header);
                const auto verdict = decide(visitor("US", header));
                CHECK_FALSE(verdict.sends());
                CHECK(verdict.rule == expected);
            }
        }
    }
}

TEST_CASE("cookie header: what cannot be read behind a comma is no yes") {
    CHECK(decide(visitor("US", "sid=1, klaro={broken")).rule == rule::unreadable);
    CHECK(decide(visitor("US", "sid=1, unknown={broken")).rule == rule::opt_out_default);
}

TEST_CASE("cookie header: a refusal behind a comma counts against a yes elsewhere") {
    const auto header = GENERATE_COPY(
        std::string(klaro_yes) + "; sid=1, CookieConsent={marketing:false}",
        std::string(klaro_yes) + "; " + klaro_no + ", sid=1", granted_cookie + ", " + klaro_no);
    CAPTURE(header);
    CHECK(decide(visitor("DE", header)).rule == rule::explicit_denial);
}

TEST_CASE("cookie header: behind a comma no cookie says yes") {
    CHECK(decide(visitor("DE", std::string("sid=1, ") + klaro_yes)).rule == rule::opt_in_default);
    CHECK(decide(visitor("DE", "sid=1, " + granted_cookie)).rule == rule::opt_in_default);
    // Neither does it help another one to a yes, by standing where a condition looks for it.
    CHECK(decide(visitor("DE", "cmplz_marketing=allow; a=1, cmplz_banner-status=dismissed")).rule ==
          decide(visitor("DE", "cmplz_marketing=allow")).rule);
}

TEST_CASE("cookie header: a comma inside a value that can be read parts nothing") {
    const auto cookie = GENERATE(
        R"(klaro={"tiktok":true,"note":"a, b=c"})", R"(klaro={"tiktok":true,"note":"a,b=c"})",
        R"(cc_cookie={"categories":["necessary","marketing"],"data":"x, y=1"})");
    CAPTURE(cookie);
    const auto verdict = decide(visitor("DE", cookie));
    CHECK(verdict.rule == rule::explicit_grant);
    CHECK(verdict.findings.size() == 1);
}

TEST_CASE("cookie header: names are compared with case") {
    CHECK(decide(visitor("DE", "cookieconsent=0")).findings.empty());
    CHECK(decide(visitor("DE", "CookieConsent=0")).findings.size() == 1);
    CHECK(decide(visitor("DE", "Klaro={\"tiktok\":true}")).findings.empty());
}

TEST_CASE("cookie header: an empty cookie is no cookie") {
    const auto cookie = GENERATE("CookieConsent=", "CookieConsent= ; euconsent-v2=",
                                 "gatepost_consent=", "usprivacy=;__gpp=");
    CAPTURE(cookie);
    CHECK(decide(visitor("US", cookie)).findings.empty());
}

TEST_CASE("cookie header: of copies that disagree, the strictest counts, whatever their order") {
    const std::string yes = klaro_yes;
    const std::string no = klaro_no;
    const std::string other = "klaro={\"matomo\":true}";
    for (const auto& cookie : {yes + "; " + no, no + "; " + yes, yes + "; " + yes + "; " + no}) {
        CAPTURE(cookie);
        const auto verdict = decide(visitor("DE", cookie));
        CHECK(verdict.rule == rule::explicit_denial);
        CHECK(verdict.findings.size() == 1);
    }
    for (const auto& cookie : {yes + "; " + other, other + "; " + yes}) {
        CAPTURE(cookie);
        CHECK(decide(visitor("DE", cookie)).rule == rule::opt_in_default);
    }
    CHECK(decide(visitor("DE", yes + "; klaro={broken")).rule == rule::unreadable);
    CHECK(decide(visitor("DE", yes + "; " + yes)).rule == rule::explicit_grant);
}

TEST_CASE("cookie header: copies of a cookie that a condition looks at must agree for a yes") {
    const auto cookie =
        GENERATE("cmplz_marketing=allow; cmplz_banner-status=dismissed; cmplz_banner-status=show",
                 "cmplz_marketing=allow; cmplz_banner-status=show; cmplz_banner-status=dismissed");
    CHECK(decide(visitor("DE", cookie)).rule == rule::opt_in_default);
    SECTION("but one is enough for a no") {
        const auto no = decide(visitor(
            "US", "cmplz_marketing=deny; cmplz_banner-status=show; cmplz_banner-status=dismissed"));
        CHECK(no.rule == rule::explicit_denial);
    }
}

TEST_CASE("cookie header: a name that stands twice in pairs is read as its strictest value") {
    const auto cookie = GENERATE("tarteaucitron=!tiktok=true!tiktok=false",
                                 "tarteaucitron=!tiktok=false!tiktok=true");
    CHECK(decide(visitor("US", cookie)).rule == rule::explicit_denial);
}

TEST_CASE("cookie header: the earliest of several times counts") {
    const auto verdict = decide(visitor(
        "DE", "OptanonAlertBoxClosed=2026-10-01T00:00:00Z; OptanonConsent=groups=C0004%3A1; "
              "OptanonAlertBoxClosed=2020-01-01T00%3A00%3A00%2B01%3A00"));
    CHECK(verdict.rule == rule::grant_expired);
    CHECK(verdict.findings.at(0).at->time_since_epoch().count() == 1577833200);
}

TEST_CASE("cookie header: hostile values are unreadable, not trouble") {
    const std::string deep = "klaro=" + std::string(200, '[') + std::string(200, ']');
    const std::string wide = "klaro={\"tiktok\":true" + std::string(20'000, ' ');
    const std::string nul = std::string("klaro={\"tiktok\":true,\"a\":\"") + '\0' + "\"}";
    const std::string latin = "klaro={\"tiktok\":true,\"a\":\"\xe9\"}";
    for (const auto& cookie :
         {deep, wide, nul, latin, std::string("klaro={\"tiktok\":false,\"tiktok\":true}"),
          std::string("klaro={\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}"),
          std::string("klaro={\"tiktok\":[true]}"), std::string("klaro=true"),
          std::string("klaro=%"), std::string("CookieConsent={'"),
          std::string("CookieConsent={marketing:true"), std::string("OptanonConsent=x"),
          std::string("cc_cookie={\"categories\":\"marketing\"}")}) {
        CAPTURE(cookie.substr(0, 60));
        const auto verdict = decide(visitor("DE", cookie));
        REQUIRE(verdict.findings.size() == 1);
        CHECK(verdict.findings.at(0).state == consent::state::unreadable);
        CHECK(verdict.rule == rule::unreadable);
    }
}

TEST_CASE("cookie header: more copies than any browser sends are unreadable") {
    std::string cookie;
    for (int i = 0; i < 2'000; ++i) {
        cookie += std::string(klaro_yes) + ";";
    }
    CHECK(decide(visitor("DE", cookie)).rule == rule::unreadable);
    CHECK(decide(visitor("DE", cookie)).findings.size() == 1);
    CHECK(decide(visitor("DE", std::string(klaro_no) + ";" + cookie)).rule ==
          rule::explicit_denial);
}

TEST_CASE("cookie header: a list in the form of an object says yes with true or something inside") {
    const auto state_of = [](const std::string& member) {
        const auto verdict =
            decide(visitor("DE", R"(cc_cookie={"categories":{"necessary":true)" + member + "}}"));
        REQUIRE(verdict.findings.size() == 1);
        return verdict.findings.front().state;
    };
    CHECK(state_of(R"(,"marketing":true)") == state::granted);
    CHECK(state_of(R"(,"marketing":["tiktok"])") == state::granted);
    for (const std::string no : {"", R"(,"marketing":false)", R"(,"marketing":null)",
                                 R"(,"marketing":[])", R"(,"marketing":{})"}) {
        CAPTURE(no);
        CHECK(state_of(no) == state::denied);
    }
    for (const std::string odd : {R"(,"marketing":0)", R"(,"marketing":1)",
                                  R"(,"marketing":"false")", R"(,"marketing":{"enabled":false})"}) {
        CAPTURE(odd);
        CHECK(state_of(odd) == state::unreadable);
    }
}
