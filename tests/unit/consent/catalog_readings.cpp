// What a rule reads beside marketing, and which cookies it takes.
#include "catalog/cookie_rule.hpp"
#include "catalog/rule_reader.hpp"
#include "cookie_index.hpp"
#include "cookie_jar.hpp"
#include "trial.hpp"

#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

#include <map>

using namespace gatepost;
using namespace gatepost::test;
using consent::state;

namespace {

// The built-in rule of an entry that reads a header's cookie `name`, and what it makes of it.
class rule_trial {
  public:
    rule_trial(const std::string& entry, std::string_view name,
               const std::vector<std::string>& marketing = {}) {
        static const auto catalog = consent::catalog::built_in();
        for (const auto& rule : catalog.rules().rules) {
            if (rule.name == entry && may_read(rule, name, marketing)) {
                rules_.push_back(rule);
            }
        }
        for (auto& rule : rules_) {
            rule.marketing = marketing.empty() ? rule.marketing : marketing;
            rule.each_other_cookie(
                [&](const std::string& cookie, auto& slot) { slot = index_.exact(cookie); });
        }
        slot_ = index_.exact(name);
    }

    bool is_read() const { return !rules_.empty(); }

    consent::reading read(std::string_view header) const {
        const consent::cookie_jar jar(header, index_);
        consent::reading said{.state = state::unreadable};
        for (const auto& cookie : jar.sightings()) {
            for (auto rule = rules_.begin();
                 cookie.slot == slot_ && said.state == state::unreadable && rule != rules_.end();
                 ++rule) {
                said = read_cookie(*rule, cookie.value, jar);
            }
        }
        return said;
    }

    bool is_base64() const { return rules_.front().decode == consent::decoding::base64; }
    bool is_json() const {
        return rules_.front().form.type == consent::shape::kind::json && !rules_.front().inside;
    }

  private:
    static bool may_read(const consent::cookie_rule& rule, std::string_view name,
                         const std::vector<std::string>& marketing) {
        if (rule.is_prefix) {
            return rule.takes(name);
        }
        auto cookie = rule.cookie;
        if (const auto at = cookie.find(consent::marketing_placeholder); at != std::string::npos) {
            const auto& names = marketing.empty() ? rule.marketing : marketing;
            return std::ranges::any_of(names, [&](const std::string& each) {
                auto full = cookie;
                return full.replace(at, consent::marketing_placeholder.size(), each) == name;
            });
        }
        return cookie == name;
    }

    consent::cookie_index index_;
    std::uint16_t slot_ = 0;
    std::vector<consent::cookie_rule> rules_;
};

consent::reading read(const std::string& entry, const std::string& header) {
    const auto name = header.substr(0, header.find('='));
    const rule_trial trial(entry, name);
    REQUIRE(trial.is_read());
    return trial.read(header);
}

} // namespace

TEST_CASE("catalog: an opt-out of sale is told apart from a no to marketing") {
    const auto [entry, header, said,
                opted_out] = GENERATE(table<std::string, std::string, state, bool>({
        {"shopify", "_tracking_consent=3Ms.AMPs_USCA_f_t_1SPle0", state::undecided, true},
        {"shopify", "_tracking_consent=3M.AMPs_USCA_f_t_1SPle0", state::undecided, false},
        {"shopify", "_tracking_consent=3m.AMPs_USCA_f_t_1SPle0", state::denied, false},
        {"shopify", "_tracking_consent=3MS.AMPS_USCA_f_t_1SPle0", state::granted, false},
        {"shopify", "_tracking_consent=3.AMPs_USCA_f_t_1SPle0", state::implied, false},
        {"shopify", "_tracking_consent={\"con\":{\"CMP\":{\"m\":\"1\",\"s\":\"0\"}},\"v\":\"2.1\"}",
         state::undecided, true},
        {"iubenda", R"(_iub_cs-77-uspr={"s":true,"sh":false,"adv":true})", state::undecided, true},
        {"iubenda", R"(_iub_cs-77-uspr={"s":true,"sh":true,"adv":true})", state::undecided, false},
        {"transcend",
         R"(tcm={"purposes":{"SaleOfInfo":false,"Advertising":true},)"
         R"("confirmed":true})",
         state::granted, true},
    }));
    CAPTURE(header);
    const auto found = read(entry, header);
    CHECK(consent::to_string(found.state) == consent::to_string(said));
    CHECK(found.us_opt_out == opted_out);
}

TEST_CASE("catalog: a platform's word for Global Privacy Control is read in every spelling") {
    const auto [field, seen] = GENERATE(table<std::string, bool>({
        {"isGpcEnabled=1", true},
        {"isGpcEnabled=true", true},
        {"isGpcEnabled=True", true},
        {"browserGpcFlag=1", true},
        {"browserGpcFlag=TRUE", true},
        {"isGpcEnabled=0&browserGpcFlag=0", false},
        {"isGpcEnabled=false", false},
    }));
    CAPTURE(field);
    CHECK(read("onetrust", "OptanonConsent=" + field + "&groups=C0004%3A1").gpc == seen);
}

TEST_CASE("catalog: the list of accepted vendors alone never grants") {
    const auto verdict = decide(visitor("DE", "axeptio_authorized_vendors=%2Ctiktok%2C"));
    CHECK_FALSE(verdict.sends());
    CHECK(verdict.findings.empty());
}

TEST_CASE("catalog: a choice that ran out is not renewed by the platform's other cookie") {
    const auto verdict = decide(
        visitor("DE", R"(axeptio_cookies={"$$date":"2025-01-12T14:12:22.463Z","$$duration":90,)"
                      R"("$$completed":true,"tiktok":true}; )"
                      R"(axeptio_authorized_vendors=%2Ctiktok%2C)"));
    CHECK(verdict.rule == consent::rule::grant_expired);
    CHECK_FALSE(verdict.sends());
}

TEST_CASE("catalog: platforms tell where they believe the visitor to be") {
    const auto [entry, header, country,
                region] = GENERATE(table<std::string, std::string, std::string, std::string>({
        {"onetrust", "OptanonConsent=groups=C0004%3A1&geolocation=AT%3B9", "AT", "9"},
        {"onetrust", "OptanonConsent=groups=C0004%3A1&geolocation=US%3BCA", "US", "CA"},
        {"onetrust", "OptanonConsent=groups=C0004%3A1&geolocation=%3B", "", ""},
        {"onetrust", "OptanonConsent=groups=C0004%3A1", "", ""},
        {"cookiebot", "CookieConsent={marketing:true%2Cregion:%27de%27}", "de", ""},
        {"shopify", "_tracking_consent=3M.M_USCA_f_f_1SPle0", "US", "CA"},
        {"shopify", "_tracking_consent=3M.M_DE_f_f_1SPle0", "DE", ""},
        {"shopify", "_tracking_consent=3M.M__f_f_1SPle0", "", ""},
        {"securiti", R"(__privaci_cookie_consents={"consents":{},"location":"MG#BR"})", "BR", "MG"},
        {"trustarc", "cmapi_cookie_privacy=permit 1; notice_behavior=expressed,eu", "eu", ""},
        {"trustarc", "cmapi_cookie_privacy=permit 1; notice_behavior=expressed|eu", "eu", ""},
        {"trustarc", "cmapi_cookie_privacy=permit 1; notice_behavior=implied,eu", "", ""},
        // {"country":{"code":"DE"},"status":"allow","preferences":0}
        {"pandectes",
         "_pandectes_gdpr="
         "eyJjb3VudHJ5Ijp7ImNvZGUiOiJERSJ9LCJzdGF0dXMiOiJhbGxvdyIsInByZWZlcmVuY2VzIjowfQ==",
         "DE", ""},
    }));
    CAPTURE(header);
    const auto found = read(entry, header);
    REQUIRE(found.places.size() == (country.empty() ? 0 : 1));
    if (!country.empty()) {
        CHECK(found.places.front() == std::pair(country, region));
    }
}

TEST_CASE("catalog: of copies of a region hint that disagree, every one may tighten") {
    const auto header = GENERATE(as<std::string>(),
                                 "cmapi_cookie_privacy=permit 1,3; notice_behavior=expressed,eu; "
                                 "notice_behavior=implied,us",
                                 "notice_behavior=implied,us; notice_behavior=expressed,eu; "
                                 "cmapi_cookie_privacy=permit 1,3");
    CAPTURE(header);
    const auto verdict = decide(visitor("US", header));
    CHECK(verdict.jurisdiction.regime == consent::regime::opt_in);
    CHECK(verdict.jurisdiction.source == "platform");
    CHECK_FALSE(verdict.sends());
}

TEST_CASE("catalog: a platform's own expiry is read") {
    const auto [entry, header, at,
                expires] = GENERATE(table<std::string, std::string, std::int64_t, std::int64_t>({
        // 190 days after 2026-06-12T14:12:22Z
        {"axeptio",
         R"(axeptio_cookies={"$$date":"2026-06-12T14:12:22.463Z","$$duration":190,"tiktok":true})",
         1781273542, 1797689542},
        {"civic",
         R"(CookieControl={"optionalCookies":{"marketing":"accepted"},"consentDate":1780000000123,)"
         R"("consentExpiry":90,"interactedWith":true})",
         1780000000, 1787776000},
        // Without a date nobody knows after what.
        {"civic",
         R"(CookieControl={"optionalCookies":{"marketing":"accepted"},"consentExpiry":90,)"
         R"("interactedWith":true})",
         0, 0},
        {"borlabs",
         R"(borlabs-cookie={"consents":{"marketing":["x"]},"expires":"Mon, 11 Jan 2027 08:07:14 GMT"})",
         0, 1799654834},
        {"vanilla-cookieconsent",
         R"(cc_cookie={"categories":["marketing"],"expirationTime":1767000000000})", 0, 1767000000},
    }));
    CAPTURE(header);
    const auto found = read(entry, header);
    CHECK(consent::to_string(found.state) == "granted");
    CHECK((found.at ? found.at->time_since_epoch().count() : 0) == at);
    CHECK((found.expires ? found.expires->time_since_epoch().count() : 0) == expires);
}

TEST_CASE("catalog: a number of days that is none makes a yes unreadable") {
    const auto days = GENERATE(as<std::string>(), "-1", "\"soon\"", "99999999", "1.5", "[1]");
    CAPTURE(days);
    const auto found =
        read("civic", R"(CookieControl={"optionalCookies":{"marketing":"accepted"},"consentDate":)"
                      R"(1780000000123,"interactedWith":true,"consentExpiry":)" +
                          days + "}");
    CHECK(consent::to_string(found.state) == "unreadable");
}

TEST_CASE("catalog: names beside a platform's own are not its cookies") {
    const auto [entry, name, is_read] = GENERATE(table<std::string, std::string, bool>({
        {"iubenda", "_iub_cs-50053366", true},
        {"iubenda", "_iub_cs-50053366-uspr", true},
        {"iubenda", "_iub_cs-50053366-granular", false},
        {"iubenda", "_iub_cs-s50053366", false},
        {"iubenda", "_iub_cs-", false},
        {"iubenda", "_iub_cs--uspr", false},
        {"real-cookie-banner", "real_cookie_banner-v:3_blog:1_path:da22278-gcm", true},
        {"real-cookie-banner", "real_cookie_banner-v:3_blog:1_path:da22278", false},
        {"real-cookie-banner-groups", "real_cookie_banner-v:3_blog:1_path:da22278", true},
        {"real-cookie-banner-groups", "real_cookie_banner-v:3_blog:1_path:da22278-lang:de", true},
        {"real-cookie-banner-groups", "real_cookie_banner-v:3_blog:1_path:da22278-gcm", false},
        {"real-cookie-banner-groups", "real_cookie_banner-v:3_blog:1_path:da22278-tcf", false},
        {"drupal-eu-cookie-compliance", "cookie-agreed-en", true},
        {"drupal-eu-cookie-compliance", "cookie-agreed-version", false},
    }));
    CAPTURE(name);
    CHECK(rule_trial(entry, name).is_read() == is_read);
}

TEST_CASE("catalog: a cookie of JSON that was cut off never grants") {
    std::size_t tried = 0;
    for (const auto& sample :
         YAML::LoadFile(GATEPOST_SOURCE_DIR "/tests/data/consent/recorded_cookies.yaml")) {
        const auto header = sample["cookie"].as<std::string>();
        if (sample["state"].as<std::string>() != "granted" ||
            header.find(';') != std::string::npos) {
            continue;
        }
        const auto names = sample["marketing"] ? sample["marketing"].as<std::vector<std::string>>()
                                               : std::vector<std::string>();
        const auto value_at = header.find('=') + 1;
        const rule_trial trial(sample["entry"].as<std::string>(), header.substr(0, value_at - 1),
                               names);
        REQUIRE(trial.is_read());
        if (!trial.is_json()) {
            continue;
        }
        // The end of base64 may be padding, which may be missing.
        const auto last = header.size() - (trial.is_base64() ? 8 : 1);
        for (auto size = value_at + 1; size <= last; ++size, ++tried) {
            CAPTURE(header, size);
            REQUIRE(trial.read(header.substr(0, size)).state != state::granted);
        }
    }
    CHECK(tried > 5'000);
}
