// pixels[].consent: parts of the section `consent` that are different for one pixel.

#include "loading.hpp"

#include <set>

using namespace gatepost;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using test::load;
using test::problems_of;

namespace {

const std::string places = GATEPOST_SOURCE_DIR "/tests/data/geoip/test.mmdb";

// A pixel that overrides (members of a flow mapping) beside one that does not.
std::string with_pixel(const std::string& members, const std::string& rest = "") {
    return "pixels:\n  - {id: P, access_token_env: T, consent: {" + members +
           "}}\n  - {id: Q, access_token_env: T}\n" + rest;
}

consent::options options_of(const config::config& read, const std::string& pixel = "P") {
    const auto own = read.pixel_consent.find(pixel);
    REQUIRE(own != read.pixel_consent.end());
    return own->second.options;
}

std::set<std::string> entries(const config::consent_settings& of) {
    const auto names = of.catalog.entry_names();
    return {names.begin(), names.end()};
}

} // namespace

TEST_CASE("pixel consent: only pixels that override something have a section of their own") {
    const auto members = GENERATE("", "regime: {force: opt_in}");
    const auto read = load(with_pixel(members));
    CHECK(read.pixel_consent.count("P") == (std::string_view(members).empty() ? 0 : 1));
    CHECK(read.pixel_consent.count("Q") == 0);
}

TEST_CASE("pixel consent: keys that are given replace the common ones, the others stay") {
    const auto read = load(with_pixel("gpc: everywhere, tcf: {vendor: 12}, minor_age: 16, "
                                      "regime: {country_header: CF-IPCountry}",
                                      R"(consent:
  tcf: {vendor: 11, consent: [1, 2]}
  regime: {default: opt_out, country_header: X-Country, region_header: X-Region}
  dnt: deny
  ac: {provider_ids: [7]}
  max_age: 30d
  header: X-Choice
)"));
    const auto own = options_of(read);
    CHECK(own.gpc == consent::gpc_scope::everywhere);
    CHECK(own.tcf.vendor == 12);
    CHECK(own.minor_age == 16);
    CHECK(own.regime.country_header == "CF-IPCountry");

    CHECK(own.tcf.consent == std::vector{1, 2});
    CHECK(own.regime.region_header == "X-Region");
    CHECK(own.regime.fallback == consent::regime::opt_out);
    CHECK(own.dnt == consent::dnt_meaning::deny);
    CHECK(own.ac_providers == std::vector{7});
    CHECK(own.max_age == 30 * 24h);
    CHECK(own.max_age_by_country.at("FR") == 183 * 24h);
    CHECK(own.header == "X-Choice");

    const auto& common = read.consent.options;
    CHECK(common.gpc == consent::gpc_scope::opt_out_regimes);
    CHECK(common.tcf.vendor == 11);
    CHECK(common.minor_age == 18);
    CHECK(common.regime.country_header == "X-Country");
}

TEST_CASE("pixel consent: what is switched on for all can be switched off for one") {
    const auto own = options_of(load(
        with_pixel("regime: {force: \"\", country_header: \"\", geoip_file: \"\"}, "
                   "ac: {provider_ids: []}, ignore: [], header: \"\", "
                   "max_age_by_country: {}",
                   "consent: {regime: {force: opt_out, country_header: C, geoip_file: " + places +
                       "}, ac: {provider_ids: [7]}, ignore: [klaro]}")));
    CHECK_FALSE(own.regime.force);
    CHECK(own.regime.country_header.empty());
    CHECK(own.regime.addresses == nullptr);
    CHECK(own.ac_providers.empty());
    CHECK(own.ignore.empty());
    CHECK(own.header.empty());
    CHECK(own.max_age_by_country.empty());
}

TEST_CASE("pixel consent: a pixel's countries add to the common ones") {
    const auto own =
        options_of(load(with_pixel("regime: {countries: {US-CA: opt_in, AU: opt_in}}",
                                   "consent: {regime: {countries: {AU: opt_out, US: opt_out}}}")));
    CHECK(own.regime.countries ==
          std::map<std::string, consent::regime, std::less<>>{{"AU", consent::regime::opt_in},
                                                              {"US", consent::regime::opt_out},
                                                              {"US-CA", consent::regime::opt_in}});
}

TEST_CASE("pixel consent: a GeoIP database may be the pixel's own or the common one") {
    const auto [own_part, common_part] = GENERATE_COPY(table<std::string, std::string>(
        {{"regime: {geoip_file: " + places + "}", ""},
         {"minor_age: 16", "consent: {regime: {geoip_file: " + places + "}}"}}));
    const auto own = options_of(load(with_pixel(own_part, common_part)));
    REQUIRE(own.regime.addresses != nullptr);
    const auto found = own.regime.addresses->find("198.51.100.7");
    REQUIRE(found);
    CHECK(found->country == "DE");
}

TEST_CASE("pixel consent: a pixel's own rules and names do not reach other pixels") {
    const auto read = load(with_pixel(
        R"(cookies: [{name: mine, cookie: c, shape: plain, granted: "1", denied: "0"}],
           catalog: {mine2: {marketing: [x]}, klaro: {marketing: [own]}}, ignore: [mine])",
        R"(consent:
  cookies:
    - {name: mine2, cookie: d, shape: json, lists: all, marketing: ads, granted: "1", denied: "0"}
)"));
    const auto& own = read.pixel_consent.at("P");
    CHECK(entries(own).count("mine") == 1);
    CHECK(entries(own).count("mine2") == 1);
    CHECK(entries(own).count("klaro") == 1);
    CHECK(entries(read.consent).count("mine") == 0);
    CHECK(entries(read.consent).count("mine2") == 1);
    CHECK(own.options.ignore == std::vector<std::string>{"mine"});
    CHECK(read.consent.options.ignore.empty());

    // The name is the pixel's: with the common one the same cookie is no grant.
    consent::signals from;
    from.country = "DE";
    from.cookie = "klaro={\"own\":true}";
    const auto now = core::wall_time(std::chrono::hours(24 * 365 * 55));
    CHECK(consent::gate(own.options, own.catalog).decide(from, {}, now).sends());
    CHECK_FALSE(
        consent::gate(read.consent.options, read.consent.catalog).decide(from, {}, now).sends());
}

TEST_CASE("pixel consent: what is wrong in it is reported at its place, and once") {
    const auto [pixel, rest, key, message] =
        GENERATE(table<std::string, std::string, std::string, std::string>({
            {"minorage: 16", "", "minorage", "did you mean minor_age?"},
            {"gpc: always", "", "gpc", "everywhere"},
            {"regime: {defalt: opt_in}", "", "regime.defalt", "did you mean default?"},
            {"regime: {geoip_file: /nowhere}", "", "regime.geoip_file", "No such file"},
            {"ignore: [cookibot]", "", "ignore", "cookiebot"},
            {"max_age: never", "", "max_age", "duration"},
            // Only together with the common section are these wrong.
            {"tcf: {consent: [2, 8]}", "consent: {tcf: {legitimate_interest: [8]}}", "tcf.consent",
             "purpose 8 cannot stand under"},
            {"tcf: {legitimate_interest: []}", "consent: {tcf: {consent: []}}",
             "tcf.legitimate_interest", "at least one purpose"},
            {"cookies: 7", "", "cookies", "list"},
        }));
    CAPTURE(pixel);
    const auto found = problems_of(with_pixel(pixel, rest));
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "pixels[0].consent." + key);
    CHECK(found[0].line == 2);
    CHECK(found[0].column > 1);
    CHECK_THAT(found[0].message, Contains(message));
}

TEST_CASE("pixel consent: what is wrong in the common section is not repeated for each pixel") {
    const auto found = problems_of(with_pixel(
        "tcf: {flexible: [7]}, minor_age: 16",
        "consent: {tcf: {consent: [7]}, ignore: [cookibot], catalog: {klaroo: {marketing: [x]}}}"));
    REQUIRE(found.size() == 3);
    for (const auto& each : found) {
        CHECK(each.line == 4);
    }
}

TEST_CASE("pixel consent: it is a mapping") {
    const auto value = GENERATE("7", "[regime]");
    const auto found =
        problems_of("pixels: [{id: P, access_token_env: T, consent: " + std::string(value) + "}]");
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "pixels[0].consent");
    CHECK(found[0].message == "expected a mapping of keys");
}

TEST_CASE("registry: grants are kept as long as any section lets them count") {
    CHECK(load(with_pixel("")).registry_options().grant_retention == 395 * 24h);
    const auto [pixel, rest] = GENERATE(table<std::string, std::string>({
        {"max_age: 500d", ""},
        {"max_age_by_country: {DE: 500d}", ""},
        {"", "consent: {max_age: 500d}"},
        {"max_age: 30d", "consent: {max_age_by_country: {de: 500d}}"},
    }));
    CAPTURE(pixel, rest);
    const auto chosen = load(with_pixel(pixel, rest + "\nspool: {path: /s}")).registry_options();
    CHECK(chosen.grant_retention == 500 * 24h);
    CHECK(chosen.denial_retention == 5 * 365 * 24h);
    CHECK(chosen.file == "/s/registry.db");
}
