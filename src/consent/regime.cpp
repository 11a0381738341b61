#include <gatepost/consent/regime.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::consent {
namespace {

using namespace std::string_view_literals;

// The European Union, and Iceland, Liechtenstein and Norway (EEA); then the others whose laws ask
// for consent first. Sorted.
constexpr std::array opt_in_countries{
    "AT"sv, "BE"sv, "BG"sv, "BR"sv, "CA"sv, "CH"sv, "CY"sv, "CZ"sv, "DE"sv, "DK"sv,
    "EE"sv, "ES"sv, "FI"sv, "FR"sv, "GB"sv, "GR"sv, "HR"sv, "HU"sv, "IE"sv, "IN"sv,
    "IS"sv, "IT"sv, "JP"sv, "KR"sv, "LI"sv, "LT"sv, "LU"sv, "LV"sv, "MT"sv, "NL"sv,
    "NO"sv, "PL"sv, "PT"sv, "RO"sv, "SE"sv, "SI"sv, "SK"sv, "TH"sv, "TR"sv, "ZA"sv,
};
static_assert(std::ranges::is_sorted(opt_in_countries));

// Parts of these countries, and the Union, that have codes of their own (ISO 3166-1): Aland, French
// Guiana, Guadeloupe, Saint Martin, Martinique, Reunion and Mayotte.
constexpr std::array opt_in_territories{"AX"sv, "EU"sv, "GF"sv, "GP"sv,
                                        "MF"sv, "MQ"sv, "RE"sv, "YT"sv};

// Upper case, or "" when it is no ISO 3166-1 alpha-2 code. Edges send XX for "unknown" and T1 for
// Tor; ZZ is the Unicode CLDR's "unknown". UK and EL are what the Union calls GB and GR.
std::string country_code(std::string_view text) {
    text = core::trim(text);
    const bool is_code = text.size() == 2 && std::ranges::all_of(text, core::is_alpha);
    auto code = is_code ? core::upper(text) : std::string();
    if (code == "XX" || code == "ZZ") {
        return "";
    }
    return code == "UK" ? "GB" : code == "EL" ? "GR" : code;
}

// ISO 3166-2 without the country: one to three letters or digits. The country in front is taken
// off.
std::string region_code(std::string_view text, std::string_view country) {
    auto code = core::upper(core::trim(text));
    if (code.starts_with(std::string(country) + "-")) {
        code.erase(0, country.size() + 1);
    }
    const bool is_code =
        !country.empty() && code.size() <= 3 &&
        std::ranges::all_of(code, [](char c) { return core::is_alpha(c) || core::is_digit(c); });
    return is_code ? code : "";
}

std::optional<regime> look_up(const regime_options& options, const jurisdiction& where,
                              bool unclear_region) {
    const auto& own = options.countries;
    if (const auto state = own.find(where.country + "-" + where.region); state != own.end()) {
        return state->second;
    }
    // A region that is there but no code may be any: the strictest of the country's.
    if (unclear_region && std::ranges::any_of(own, [&](const auto& entry) {
            return entry.first.starts_with(where.country + "-") && entry.second == regime::opt_in;
        })) {
        return regime::opt_in;
    }
    if (const auto country = own.find(where.country); country != own.end()) {
        return country->second;
    }
    const std::string_view code = where.country;
    if (std::ranges::binary_search(opt_in_countries, code) ||
        std::ranges::binary_search(opt_in_territories, code)) {
        return regime::opt_in;
    }
    return where.country == "US" ? std::optional(regime::opt_out) : std::nullopt;
}

} // namespace

jurisdiction find_jurisdiction(const regime_options& options, std::string_view country,
                               std::string_view region) {
    jurisdiction where;
    where.country = country_code(country);
    where.region = region_code(region, where.country);
    where.country_known = !where.country.empty();
    const bool unclear_region = where.region.empty() && !core::trim(region).empty();
    const auto found = where.country_known ? look_up(options, where, unclear_region) : std::nullopt;
    where.regime = options.force.value_or(found.value_or(options.fallback));
    where.source = options.force ? "force" : found ? "visitor" : "default";
    return where;
}

} // namespace gatepost::consent
