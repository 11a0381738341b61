#include <gatepost/consent/regime.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using consent::find_jurisdiction;
using consent::jurisdiction;
using consent::regime;
using consent::regime_options;
using consent::tighten;
using consent::whereabouts;

namespace {

// Where the application says the visitor is.
jurisdiction at(const regime_options& options, std::string_view country,
                std::string_view region = "") {
    return find_jurisdiction(options, {.country = country, .region = region});
}

// A database of one address.
class one_address final : public consent::geoip {
  public:
    one_address(std::string address, place where)
        : address_(std::move(address)), where_(std::move(where)) {}
    std::optional<place> find(std::string_view address) const override {
        return address == address_ ? std::optional(where_) : std::nullopt;
    }

  private:
    std::string address_;
    place where_;
};

constexpr std::string_view visitor_address = "203.0.113.9";

regime_options with_addresses(std::string country, std::string region = "") {
    regime_options options;
    options.addresses = std::make_shared<one_address>(
        std::string(visitor_address), consent::geoip::place{std::move(country), std::move(region)});
    return options;
}

} // namespace

TEST_CASE("regime: the countries whose law asks for consent first are opt-in") {
    regime_options options;
    options.fallback = regime::opt_out;
    // The Union's member states, then the rest of the EEA, then the others.
    for (const auto* country :
         {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
          "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS",
          "LI", "NO", "GB", "CH", "BR", "TR", "KR", "JP", "IN", "ZA", "TH", "CA"}) {
        CAPTURE(country);
        const auto found = at(options, country);
        CHECK(found.regime == regime::opt_in);
        CHECK(found.source == "visitor");
        CHECK(found.country_known);
    }
}

TEST_CASE("regime: the United States are opt-out, with a state or without") {
    const auto region = GENERATE("", "CA", "tx", "US-NY", "?");
    const auto found = at({}, "us", region);
    CHECK(found.country == "US");
    CHECK(found.regime == regime::opt_out);
    CHECK(found.source == "visitor");
}

TEST_CASE("regime: parts of the Union with codes of their own, and its names for GB and GR") {
    regime_options options;
    options.fallback = regime::opt_out;
    for (const auto* country : {"AX", "EU", "GF", "GP", "MF", "MQ", "RE", "YT", "UK", "EL"}) {
        CAPTURE(country);
        CHECK(at(options, country).regime == regime::opt_in);
    }
    CHECK(at(options, "uk").country == "GB");
    CHECK(at(options, "EL").country == "GR");
    CHECK_FALSE(at(options, "ZZ").country_known);
}

TEST_CASE("regime: a region that is no code may be the strictest of its country") {
    regime_options options;
    options.countries = {{"US-CA", regime::opt_in}, {"US", regime::opt_out}};
    CHECK(at(options, "US", "California").regime == regime::opt_in);
    CHECK(at(options, "US", "CA_LA").regime == regime::opt_in);
    CHECK(at(options, "US", "TX").regime == regime::opt_out);
    CHECK(at(options, "US").regime == regime::opt_out);
}

TEST_CASE("regime: what is unlisted, unknown or no country takes the default") {
    const auto country = GENERATE("AU", "XX", "xx", "T1", "", "D", "DEU", "D\xc3", "<>", "276");
    const auto fallback = GENERATE(regime::opt_in, regime::opt_out);
    CAPTURE(country);
    regime_options options;
    options.fallback = fallback;
    const auto found = at(options, country, "BE");
    CHECK(found.regime == fallback);
    CHECK(found.source == "default");
    CHECK(found.country_known == (std::string_view(country) == "AU"));
    CHECK(found.country == (found.country_known ? "AU" : ""));
    CHECK(found.region == (found.country_known ? "BE" : ""));
}

TEST_CASE(
    "regime: the site's own table comes before the built-in one, a state before its country") {
    regime_options options;
    options.countries = {{"US", regime::opt_in},
                         {"US-TX", regime::opt_out},
                         {"AU", regime::opt_out},
                         {"CA-QC", regime::opt_in},
                         {"CA", regime::opt_out}};
    const auto check = [&](const char* country, const char* region, regime expected) {
        CAPTURE(country, region);
        const auto found = at(options, country, region);
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
    regime_options options;
    options.force = regime::opt_out;
    const auto found = at(options, " de ", "by");
    CHECK(found.regime == regime::opt_out);
    CHECK(found.source == "force");
    CHECK(found.country == "DE");
    CHECK(found.region == "BY");
    CHECK(at(options, "").source == "force");
}

TEST_CASE("regime: the first source that names a country decides: visitor, header, address") {
    const auto options = with_addresses("FR", "IDF");
    const auto check = [&](const whereabouts& seen, const char* source, const char* country,
                           const char* region) {
        const auto found = find_jurisdiction(options, seen);
        CHECK(found.source == source);
        CHECK(found.country == country);
        CHECK(found.region == region);
        CHECK(found.country_known);
    };
    check({"US", "TX", "DE", "BY", visitor_address}, "visitor", "US", "TX");
    check({"", "", "de", "by", visitor_address}, "header", "DE", "BY");
    check({"", "", "", "", visitor_address}, "geoip", "FR", "IDF");
}

TEST_CASE("regime: a source that says something decides, also when it is no country") {
    const auto options = with_addresses("US", "TX");
    const auto unknown = GENERATE("XX", "xx", "ZZ", "T1", "Germany", "DE, DE", "276");
    CAPTURE(unknown);
    for (const auto& seen : {whereabouts{unknown, "CA", "US", "", visitor_address},
                             whereabouts{"", "", unknown, "TX", visitor_address}}) {
        const auto found = find_jurisdiction(options, seen);
        CHECK(found.source == "default");
        CHECK_FALSE(found.country_known);
        CHECK(found.regime == regime::opt_in);
    }
}

TEST_CASE("regime: a region that the application says alone is one of the header's country") {
    regime_options options;
    options.countries = {{"US-CA", regime::opt_in}};
    CHECK(find_jurisdiction(options, {.region = "CA", .header_country = "US"}).regime ==
          regime::opt_in);
    CHECK(
        find_jurisdiction(options, {.region = "CA", .header_country = "US", .header_region = "TX"})
            .region == "TX");
}

TEST_CASE("regime: what the database says is read like what the others say") {
    const auto in_texas =
        find_jurisdiction(with_addresses("US", "TX"), {.address = visitor_address});
    CHECK(in_texas.regime == regime::opt_out);
    CHECK(in_texas.region == "TX");
    // MaxMind's older codes for proxies and satellites are no countries.
    const auto proxy = find_jurisdiction(with_addresses("A1"), {.address = visitor_address});
    CHECK_FALSE(proxy.country_known);
    CHECK(proxy.source == "default");
}

TEST_CASE("regime: without a database an address says nothing") {
    const auto found = find_jurisdiction({}, {.address = visitor_address});
    CHECK(found.source == "default");
    CHECK_FALSE(found.country_known);
}

TEST_CASE("regime: the site's own table holds for headers and addresses too") {
    auto options = with_addresses("US", "CA");
    options.countries = {{"US-CA", regime::opt_in}};
    CHECK(find_jurisdiction(options, {.address = visitor_address}).regime == regime::opt_in);
    const auto by_header =
        find_jurisdiction(options, {.header_country = "US", .header_region = "CA"});
    CHECK(by_header.regime == regime::opt_in);
    CHECK(by_header.source == "header");
    // A header's region that is no code may be any of the country's.
    CHECK(find_jurisdiction(options, {.header_country = "US", .header_region = "California"})
              .regime == regime::opt_in);
}

TEST_CASE("platform: a hint at an opt-in place makes an opt-out regime opt-in") {
    const auto hint = GENERATE(table<const char*, const char*>(
        {{"DE", ""}, {"de", "BY"}, {"CA", "QC"}, {"UK", ""}, {"EU", ""}, {"AU", ""}})); // by the
                                                                                        // default
    auto where = at({}, "US", "TX");
    tighten(where, {}, std::get<0>(hint), std::get<1>(hint));
    CHECK(where.regime == regime::opt_in);
    CHECK(where.source == "platform");
    CHECK(where.country == "US");
    CHECK(where.region == "TX");
    CHECK(where.country_known);
}

TEST_CASE("platform: a hint never loosens, and one that says nothing new changes nothing") {
    const auto country = GENERATE("US", "us", "XX", "T1", "", "Germany");
    const auto place = GENERATE("US", "DE", "");
    CAPTURE(country, place);
    const auto before = at({}, place);
    auto where = before;
    tighten(where, {}, country, "CA");
    CHECK(where.regime == before.regime);
    CHECK(where.source == before.source);
    CHECK(where.country == before.country);
}

TEST_CASE("platform: a hint is read by the site's own table and default") {
    regime_options options;
    options.fallback = regime::opt_out;
    options.countries = {{"US-CA", regime::opt_in}, {"DE", regime::opt_out}};
    const auto tightened = [&](const char* country, const char* region) {
        auto where = at(options, "US", "TX");
        tighten(where, options, country, region);
        return where.regime == regime::opt_in;
    };
    CHECK(tightened("US", "CA"));
    CHECK(tightened("US", "us-ca"));
    CHECK(tightened("US", "California"));
    CHECK_FALSE(tightened("US", "NY"));
    CHECK_FALSE(tightened("US", ""));
    CHECK_FALSE(tightened("DE", ""));
    CHECK_FALSE(tightened("AU", ""));
}

TEST_CASE("platform: under force a hint changes nothing") {
    regime_options options;
    options.force = regime::opt_out;
    auto where = at(options, "US");
    tighten(where, options, "DE", "");
    CHECK(where.regime == regime::opt_out);
    CHECK(where.source == "force");
}
