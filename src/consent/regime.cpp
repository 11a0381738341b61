#include <gatepost/consent/regime.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>
#include <utility>

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

// What one source says about where the visitor is.
struct place {
    std::string country;         // "" when it names none
    std::string region;          // within that country
    bool unclear_region = false; // it names a region that is no code
};

place read_place(std::string_view country, std::string_view region) {
    place read;
    read.country = country_code(country);
    read.region = region_code(region, read.country);
    read.unclear_region = read.region.empty() && !core::trim(region).empty();
    return read;
}

// What the tables say: the site's own, then the built-in one.
std::optional<regime> look_up(const regime_options& options, const place& at) {
    if (at.country.empty()) {
        return std::nullopt;
    }
    const auto& own = options.countries;
    if (const auto state = own.find(at.country + "-" + at.region); state != own.end()) {
        return state->second;
    }
    // A region that is there but no code may be any: the strictest of the country's.
    if (at.unclear_region && std::ranges::any_of(own, [&](const auto& entry) {
            return entry.first.starts_with(at.country + "-") && entry.second == regime::opt_in;
        })) {
        return regime::opt_in;
    }
    if (const auto country = own.find(at.country); country != own.end()) {
        return country->second;
    }
    const std::string_view code = at.country;
    if (std::ranges::binary_search(opt_in_countries, code) ||
        std::ranges::binary_search(opt_in_territories, code)) {
        return regime::opt_in;
    }
    return at.country == "US" ? std::optional(regime::opt_out) : std::nullopt;
}

place read_address(const geoip* addresses, std::string_view address) {
    const auto found =
        addresses != nullptr && !address.empty() ? addresses->find(address) : std::nullopt;
    return found ? read_place(found->country, found->region) : place();
}

// The first source that says anything, and the name of that source: `XX`, `T1` or text that is no
// code is an answer too, and no other source may make a milder one of it. An application that knows
// the region alone says it of the country that the edge found.
std::pair<place, std::string_view> find_place(const regime_options& options,
                                              const whereabouts& seen) {
    if (!core::trim(seen.country).empty()) {
        return {read_place(seen.country, seen.region), "visitor"};
    }
    if (!core::trim(seen.header_country).empty()) {
        const bool own = !core::trim(seen.header_region).empty();
        return {read_place(seen.header_country, own ? seen.header_region : seen.region), "header"};
    }
    return {read_address(options.addresses.get(), seen.address), "geoip"};
}

} // namespace

jurisdiction find_jurisdiction(const regime_options& options, const whereabouts& seen) {
    auto [at, source] = find_place(options, seen);
    const auto listed = look_up(options, at);
    jurisdiction where;
    where.regime = options.force.value_or(listed.value_or(options.fallback));
    where.source = options.force ? "force" : listed ? source : "default";
    where.country = std::move(at.country);
    where.region = std::move(at.region);
    where.country_known = !where.country.empty();
    return where;
}

void tighten(jurisdiction& where, const regime_options& options, std::string_view country,
             std::string_view region) {
    if (options.force || where.regime == regime::opt_in) {
        return;
    }
    const auto hint = read_place(country, region);
    if (!hint.country.empty() &&
        look_up(options, hint).value_or(options.fallback) == regime::opt_in) {
        where.regime = regime::opt_in;
        where.source = "platform";
    }
}

} // namespace gatepost::consent
