#include "readers.hpp"
#include "strings.hpp"

#include <gatepost/core/text.hpp>

#include <array>
#include <string>

namespace gatepost::consent {
namespace {

struct string_header {
    std::string_view name;
    std::string_view source;
    string_format format;
};
// Google's tags send x-ga-*; an application may hand on the IAB's strings in the others.
constexpr std::array string_headers{
    string_header{"x-consent-tcf", "header:x-consent-tcf", string_format::tcf},
    string_header{"x-consent-gpp", "header:x-consent-gpp", string_format::gpp},
    string_header{"x-consent-us-privacy", "header:x-consent-us-privacy", string_format::us_privacy},
    string_header{"x-ga-gcs", "header:x-ga-gcs", string_format::gcs},
    string_header{"x-ga-gcd", "header:x-ga-gcd", string_format::gcd},
};

// Frameworks join the values of a repeated header with commas.
bool says_one(std::string_view list) {
    while (!list.empty()) {
        if (core::trim(core::next_field(list, ',')) == "1") {
            return true;
        }
    }
    return false;
}

// Several headers of that name are one list (RFC 9110 section 5.3). What cannot be read leaves it
// open which sections apply: all do.
std::optional<section_list> sections_of(const std::vector<field>& headers) {
    std::string all;
    for (const auto& [name, value] : headers) {
        if (core::iequals(name, "x-consent-gpp-sid") && !core::trim(value).empty()) {
            all.append(all.empty() ? "" : ",").append(core::trim(value));
        }
    }
    return parse_sections(all);
}

void read_string(const field& header, const std::vector<field>& all, const policy& rules,
                 finding_list& into) {
    for (const auto& known : string_headers) {
        if (!core::iequals(header.first, known.name)) {
            continue;
        }
        const auto applying = known.format == string_format::gpp ? sections_of(all) : std::nullopt;
        add_string(into, rules, known.format, known.source, core::trim(header.second),
                   {.applying = applying ? &*applying : nullptr});
    }
}

} // namespace

void read_headers(const std::vector<field>& headers, const policy& rules, finding_list& into) {
    const auto& chosen = rules.chosen;
    for (const auto& header : headers) {
        const auto& [name, value] = header;
        if (core::iequals(name, "sec-gpc") && says_one(value)) {
            into.add_gpc("header:sec-gpc");
        }
        if (chosen.dnt == dnt_meaning::deny && core::iequals(name, "dnt") && says_one(value)) {
            into.add(origin::dnt, "header:dnt", format::dnt, {.state = state::denied});
        }
        if (!name.empty() && core::iequals(name, chosen.header)) {
            into.add(origin::header, rules.header_source, format::header, read_verdict(value));
        }
        if (!core::trim(value).empty()) {
            read_string(header, headers, rules, into);
        }
    }
}

} // namespace gatepost::consent
