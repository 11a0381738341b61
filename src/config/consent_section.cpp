#include "sections.hpp"

#include <gatepost/config/suggestion.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <limits>

namespace gatepost::config {
namespace {

std::optional<consent::regime> parse_regime(std::string_view text) {
    if (text == "opt_in") {
        return consent::regime::opt_in;
    }
    return text == "opt_out" ? std::optional(consent::regime::opt_out) : std::nullopt;
}

// "us" as US or, where regions may be told apart, "us-ca" as US-CA. The Union's UK and EL are GB
// and GR, as they are where the regime is looked up.
std::optional<std::string> country_key(std::string_view text, bool with_region) {
    auto code = core::upper(core::next_field(text, '-'));
    const auto region = core::upper(text);
    const bool is_code = code.size() == 2 && std::ranges::all_of(code, core::is_alpha);
    const bool is_region =
        with_region && region.size() <= 3 &&
        std::ranges::all_of(region, [](char c) { return core::is_alpha(c) || core::is_digit(c); });
    if (!is_code || !(region.empty() || is_region)) {
        return std::nullopt;
    }
    code = code == "UK" ? "GB" : code == "EL" ? "GR" : code;
    return region.empty() ? code : code + "-" + region;
}

// A header's name (a token, RFC 9110, 5.6.2) or nothing.
std::optional<std::string> parse_header_name(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const bool is_token = std::ranges::all_of(text, [&](char c) {
        return core::is_alpha(c) || core::is_digit(c) || marks.find(c) != std::string_view::npos;
    });
    return is_token ? std::optional(std::string(text)) : std::nullopt;
}

bool holds(const std::vector<int>& purposes, int purpose) {
    return std::ranges::find(purposes, purpose) != purposes.end();
}

// IAB TCF Policies from 2.2 on, Appendix A: consent is the only lawful basis of these.
bool needs_consent(int purpose) {
    return purpose == 1 || (purpose >= 3 && purpose <= 6);
}

void check_purposes(section& tcf, const consent::tcf_options& given) {
    if (given.consent.empty() && given.legitimate_interest.empty()) {
        // Every string would grant.
        tcf.wrong(tcf.has("consent") ? "consent" : "legitimate_interest",
                  "at least one purpose is needed under consent or legitimate_interest");
    }
    for (const int purpose : given.legitimate_interest) {
        const auto name = "purpose " + std::to_string(purpose);
        if (needs_consent(purpose)) {
            tcf.wrong("legitimate_interest",
                      name + " is for consent alone (TCF 2.2: 1 and 3 to 6 are)");
        } else if (holds(given.consent, purpose)) {
            tcf.wrong(tcf.has("legitimate_interest") ? "legitimate_interest" : "consent",
                      name + " cannot stand under consent and legitimate_interest");
        }
    }
    if (tcf.has("flexible") && std::ranges::any_of(given.flexible, [&](int purpose) {
            return !holds(given.consent, purpose) && !holds(given.legitimate_interest, purpose);
        })) {
        tcf.wrong("flexible", "only purposes of consent or legitimate_interest can be flexible");
    }
}

void read_tcf(section& consent, consent::tcf_options& into) {
    auto tcf = consent.inside("tcf");
    const auto problems_before = tcf.found().size();
    constexpr int most_vendors = 65'535; // 16 bits in a TC string, as there are 24 for purposes
    constexpr int most_purposes = 24;
    auto read = into;
    tcf.number("vendor", read.vendor, 1, most_vendors);
    tcf.numbers("consent", read.consent, 1, most_purposes);
    tcf.numbers("legitimate_interest", read.legitimate_interest, 1, most_purposes);
    tcf.numbers("flexible", read.flexible, 1, most_purposes);
    tcf.choice("vendor_not_disclosed", read.vendor_not_disclosed,
               {{"undecided", consent::state::undecided}, {"denied", consent::state::denied}});
    if (tcf.found().size() == problems_before) {
        check_purposes(tcf, read);
    }
    if (tcf.found().size() == problems_before) {
        into = std::move(read);
    }
}

void read_place_headers(section& regime, consent::regime_options& into) {
    regime.parsed("country_header", into.country_header, &parse_header_name, "a header's name");
    regime.parsed("region_header", into.region_header, &parse_header_name, "a header's name");
    if (regime.has("region_header") && !into.region_header.empty() && into.country_header.empty()) {
        regime.wrong("region_header", "a region counts only beside a country: give country_header");
    }
}

void read_geoip(section& regime, consent::regime_options& into) {
    if (!regime.has("geoip_file")) {
        return;
    }
    std::string file;
    regime.text("geoip_file", file);
    into.addresses.reset();
    if (file.empty()) {
        return;
    }
    auto opened = consent::geoip::open(file);
    if (opened.has_error()) {
        regime.wrong("geoip_file", "cannot be used: " + opened.error());
    } else {
        into.addresses = std::move(*opened);
    }
}

void read_regime(section& consent, consent::regime_options& into) {
    auto regime = consent.inside("regime");
    read_place_headers(regime, into);
    read_geoip(regime, into);
    regime.parsed("default", into.fallback, &parse_regime, "opt_in or opt_out");
    regime.each_entry("countries", [&](const std::string& country, const YAML::Node& value) {
        const auto key = country_key(country, true);
        const auto chosen = value.IsScalar() ? parse_regime(value.Scalar()) : std::nullopt;
        if (!key || !chosen) {
            regime.found().push_back(
                problem_at(value, regime.path_of("countries"),
                           "expected entries such as US: opt_in or CA-QC: opt_in"));
        } else {
            into.countries[*key] = *chosen;
        }
    });
    std::string force;
    regime.text("force", force);
    if (regime.has("force")) {
        into.force.reset();
    }
    if (!force.empty()) {
        into.force = parse_regime(force);
        if (!into.force) {
            regime.wrong("force", "expected opt_in, opt_out or nothing");
        }
    }
}

void read_ages(section& consent, consent::options& into) {
    consent.seconds("max_age", into.max_age);
    if (consent.has("max_age_by_country")) {
        into.max_age_by_country.clear();
    }
    consent.each_entry(
        "max_age_by_country", [&](const std::string& country, const YAML::Node& value) {
            const auto key = country_key(country, false);
            const auto age = value.IsScalar() ? core::parse_duration(value.Scalar()) : std::nullopt;
            if (!key || !age || *age < std::chrono::seconds(1) || *age > longest_duration) {
                consent.found().push_back(problem_at(value, consent.path_of("max_age_by_country"),
                                                     "expected entries such as FR: 183d"));
            } else {
                into.max_age_by_country[*key] = std::chrono::floor<std::chrono::seconds>(*age);
            }
        });
    consent.number("minor_age", into.minor_age, 0, std::numeric_limits<std::uint8_t>::max());
}

// Names that a site gave its categories, for entries of the catalog.
void read_names(section& consent, consent::catalog& into) {
    consent::marketing_names names;
    consent.each_entry("catalog", [&](const std::string& entry, const YAML::Node& value) {
        section given(value, consent.path_of("catalog") + "." + entry, consent.found());
        const auto problems_before = consent.found().size();
        std::vector<std::string> marketing;
        given.texts("marketing", marketing);
        if (!marketing.empty()) {
            names[entry] = std::move(marketing);
        } else if (consent.found().size() == problems_before) {
            given.wrong("marketing", "expected a list of names");
        }
    });
    for (const auto& error : into.rename(names)) {
        consent.wrong("catalog", error.message);
    }
}

void read_ignored(section& consent, consent_settings& into) {
    if (!consent.has("ignore")) {
        return;
    }
    consent.texts("ignore", into.options.ignore);
    auto known = into.catalog.entry_names();
    for (const auto format : consent::gate::formats()) {
        known.emplace_back(format);
    }
    for (const auto& name : into.options.ignore) {
        if (std::ranges::find(known, name) == known.end()) {
            const auto near = nearest(name, known);
            consent.wrong("ignore", "no signal has such a name" +
                                        (near.empty() ? "" : "; did you mean " + near + "?"));
        }
    }
}

void read_objections(section& consent, consent::options& into) {
    consent.choice("us_opt_out", into.us_opt_out_limited, {{"drop", false}, {"limited", true}});
    consent.choice("gpc", into.gpc,
                   {{"opt_out_regimes", consent::gpc_scope::opt_out_regimes},
                    {"everywhere", consent::gpc_scope::everywhere}});
    consent.choice(
        "dnt", into.dnt,
        {{"ignore", consent::dnt_meaning::ignore}, {"deny", consent::dnt_meaning::deny}});
}

} // namespace

void read_consent(section& parent, consent_settings& into) {
    auto consent = parent.inside("consent");
    auto& options = into.options;
    read_tcf(consent, options.tcf);
    read_regime(consent, options.regime);
    read_objections(consent, options);
    consent.inside("ac").numbers("provider_ids", options.ac_providers, 1, 1'000'000);
    read_ages(consent, options);
    if (consent.has("cookies")) {
        for (const auto& error : into.catalog.add_first(consent.node("cookies"))) {
            consent.found().push_back(
                {error.line, error.column, consent.path_of("cookies"), error.message});
        }
    }
    read_names(consent, into.catalog);
    read_ignored(consent, into);
    consent.parsed("header", options.header, &parse_header_name, "a header's name");
}

} // namespace gatepost::config
