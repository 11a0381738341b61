#include <gatepost/consent/regime.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using consent::find_jurisdiction;
using consent::regime;

TEST_CASE("regime: the countries whose law asks for consent first are opt-in") {
    consent::regime_options options;
    options.fallback = regime::opt_out;
    // The Union's member states, then the rest of the EEA, then the others.
    for (const auto* country :
         {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
          "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS",
          "LI", "NO", "GB", "CH", "BR", "TR", "KR", "JP", "IN", "ZA", "TH", "CA"}) {
        CAPTURE(country);
        const auto found = find_jurisdiction(options, country, "");
        CHECK(found.regime == regime::opt_in);
        CHECK(found.source == "visitor");
        CHECK(found.country_known);
    }
}

TEST_CASE("regime: the United States are opt-out, with a state or without") {
    const auto region = GENERATE("", "CA", "tx", "US-NY", "?");
    const auto found = find_jurisdiction({}, "us", region);
    CHECK(found.country == "US");
    CHECK(found.regime == regime::opt_out);
    CHECK(found.source == "visitor");
}

TEST_CASE("regime: parts of the Union with codes of their own, and its names for GB and GR") {
    consent::regime_options options;
    options.fallback = regime::opt_out;
    for (const auto* country : {"AX", "EU", "GF", "GP", "MF", "MQ", "RE", "YT", "UK", "EL"}) {
        CAPTURE(country);
        CHECK(find_jurisdiction(options, country, "").regime == regime::opt_in);
    }
    CHECK(find_jurisdiction(options, "uk", "").country == "GB");
    CHECK(find_jurisdiction(options, "EL", "").country == "GR");
    CHECK_FALSE(find_jurisdiction(options, "ZZ", "").country_known);
}

TEST_CASE("regime: a region that is no code may be the strictest of its country") {
    consent::regime_options options;
    options.countries = {{"US-CA", regime::opt_in}, {"US", regime::opt_out}};
    CHECK(find_jurisdiction(options, "US", "California").regime == regime::opt_in);
    CHECK(find_jurisdiction(options, "US", "CA_LA").regime == regime::opt_in);
    CHECK(find_jurisdiction(options, "US", "TX").regime == regime::opt_out);
    CHECK(find_jurisdiction(options, "US", "").regime == regime::opt_out);
}

TEST_CASE("regime: what is unlisted, unknown or no country takes the default") {
    const auto country = GENERATE("AU", "XX", "xx", "T1", "", "D", "DEU", "D\xc3", "<>", "276");
    const auto fallback = GENERATE(regime::opt_in, regime::opt_out);
    CAPTURE(country);
    consent::regime_options options;
    options.fallback = fallback;
    const auto found = find_jurisdiction(options, country, "BE");
    CHECK(found.regime == fallback);
    CHECK(found.source == "default");
    CHECK(found.country_known == (std::string_view(country) == "AU"));
    CHECK(found.country == (found.country_known ? "AU" : ""));
    CHECK(found.region == (found.country_known ? "BE" : ""));
}

TEST_CASE(
    "regime: the site's own table comes before the built-in one, a state before its country") {
    consent::regime_options options;
    options.countries = {{"US", regime::opt_in},
                         {"US-TX", regime::opt_out},
                         {"AU", regime::opt_out},
                         {"CA-QC", regime::opt_in},
                         {"CA", regime::opt_out}};
    const auto check = [&](const char* country, const char* region, regime expected) {
        CAPTURE(country, region);
        const auto found = find_jurisdiction(options, country, region);
        CHECK(found.regime == expected);
        CHECK(found.source == "visitor");
    };
    check("US", "", regime::opt_in);
    check("US", "CA", regime::opt_in);
    check("us", "tx", regime::opt_out);
    check("US", "US-TX", regime::opt_out);
    check("AU", "", regime::opt_out);
    check("CA", "QC", regime::opt_in);
    check("CA", "ON", regime::opt_out);
}

TEST_CASE("regime: force decides, and the country is still shown") {
    consent::regime_options options;
    options.force = regime::opt_out;
    const auto found = find_jurisdiction(options, " de ", "by");
    CHECK(found.regime == regime::opt_out);
    CHECK(found.source == "force");
    CHECK(found.country == "DE");
    CHECK(found.region == "BY");
    CHECK(find_jurisdiction(options, "", "").source == "force");
}
