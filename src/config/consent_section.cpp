#include "sections.hpp"
#include "suggestion.hpp"

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

// "US" or "US-CA"
bool is_country(std::string_view text, bool with_region) {
    const bool region = with_region && text.size() > 3 && text[2] == '-';
    return (text.size() == 2 || region) && std::ranges::all_of(text.substr(0, 2), core::is_alpha);
}

void read_regime(section& consent, consent::regime_options& into) {
    auto regime = consent.inside("regime");
    regime.later("country_header", "\"\"");
    regime.later("region_header", "\"\"");
    regime.later("geoip_file", "\"\"");
    regime.parsed("default", into.fallback, &parse_regime, "opt_in or opt_out");
    regime.each_entry("countries", [&](const std::string& country, const YAML::Node& value) {
        const auto chosen = value.IsScalar() ? parse_regime(value.Scalar()) : std::nullopt;
        if (!is_country(country, true) || !chosen) {
            regime.found().push_back(
                problem_at(value, regime.path_of("countries"),
                           "expected entries such as US: opt_in or CA-QC: opt_in"));
        } else {
            into.countries[core::upper(country)] = *chosen;
        }
    });
    std::string force;
    regime.text("force", force);
    if (!force.empty()) {
        into.force = parse_regime(force);
        if (!into.force) {
            regime.wrong("force", "expected opt_in, opt_out or nothing");
        }
    }
}

void read_ages(section& consent, consent::options& into) {
    consent.seconds("max_age", into.max_age);
    into.max_age_by_country = {{"FR", std::chrono::hours(24 * 183)}};
    if (consent.has("max_age_by_country")) {
        into.max_age_by_country.clear();
    }
    consent.each_entry(
        "max_age_by_country", [&](const std::string& country, const YAML::Node& value) {
            const auto age = value.IsScalar() ? core::parse_duration(value.Scalar()) : std::nullopt;
            if (!is_country(country, false) || !age) {
                consent.found().push_back(problem_at(value, consent.path_of("max_age_by_country"),
                                                     "expected entries such as FR: 183d"));
            } else {
                into.max_age_by_country[core::upper(country)] =
                    std::chrono::floor<std::chrono::seconds>(*age);
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

void read_ignored(section& consent, config& into) {
    consent.texts("ignore", into.consent.ignore);
    auto known = into.catalog.entry_names();
    for (const auto format : consent::gate::formats()) {
        known.emplace_back(format);
    }
    for (const auto& name : into.consent.ignore) {
        if (std::ranges::find(known, name) == known.end()) {
            const auto near = nearest(name, known);
            consent.wrong("ignore", "no signal has such a name" +
                                        (near.empty() ? "" : "; did you mean " + near + "?"));
        }
    }
}

} // namespace

void read_consent(section& file, config& into) {
    auto consent = file.inside("consent");
    {
        auto tcf = consent.inside("tcf");
        tcf.later("vendor", "986");
        tcf.later("consent", "[1, 3, 4]");
        tcf.later("legitimate_interest", "[7]");
        tcf.later("flexible", "[]");
        tcf.later("vendor_not_disclosed", "undecided");
    }
    read_regime(consent, into.consent.regime);
    consent.choice("us_opt_out", into.consent.us_opt_out_limited,
                   {{"drop", false}, {"limited", true}});
    consent.choice("gpc", into.consent.gpc,
                   {{"opt_out_regimes", consent::gpc_scope::opt_out_regimes},
                    {"everywhere", consent::gpc_scope::everywhere}});
    consent.later("dnt", "ignore");
    consent.inside("ac").later("provider_ids", "[]");
    read_ages(consent, into.consent);
    if (consent.has("cookies")) {
        for (const auto& error : into.catalog.add_first(consent.node("cookies"))) {
            consent.found().push_back(
                {error.line, error.column, consent.path_of("cookies"), error.message});
        }
    }
    read_names(consent, into.catalog);
    read_ignored(consent, into);
    consent.text("header", into.consent.header);
}

} // namespace gatepost::config
