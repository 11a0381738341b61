#include "strings.hpp"

#include "formats/additional_consent.hpp"
#include "formats/consent_mode.hpp"
#include "formats/gpp.hpp"
#include "formats/tcf.hpp"
#include "formats/us_privacy.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace gatepost::consent {
namespace {

struct kind {
    origin from;
    std::string_view label;
};

kind kind_of(string_format format) {
    switch (format) {
    case string_format::tcf:
        return {origin::tcf, format::tcf};
    case string_format::gpp:
        return {origin::us_privacy, format::gpp};
    case string_format::us_privacy:
        return {origin::us_privacy, format::us_privacy};
    case string_format::gcs:
    case string_format::gcd:
        return {origin::consent_mode, format::consent_mode};
    case string_format::additional_consent:
        break;
    }
    return {origin::tcf, format::additional_consent};
}

reading read(string_format format, std::string_view text, const options& chosen) {
    switch (format) {
    case string_format::tcf:
        return read_tcf(text, chosen.tcf);
    case string_format::us_privacy:
        return read_us_privacy(text);
    case string_format::gcs:
        return read_gcs(text);
    case string_format::gcd:
        return read_gcd(text);
    case string_format::additional_consent:
        return read_additional_consent(text, chosen.ac_providers);
    case string_format::gpp:
        break;
    }
    return {};
}

// One GPP string may hold a TC string, opt-outs, GPC and a minor at once.
void add_gpp(finding_list& to, const policy& rules, std::string_view source, std::string_view text,
             const section_list* applying, std::string_view sent) {
    if (!rules.reads(format::gpp)) {
        return;
    }
    std::optional<std::span<const std::int64_t>> only;
    if (applying != nullptr) {
        only = *applying;
    }
    auto said = read_gpp(text, only, rules.chosen.tcf);
    if (said.known_child) {
        to.add_minor(source);
    }
    if (said.gpc) {
        to.add_gpc(source);
    }
    if (said.tcf) {
        to.add(origin::tcf, source, format::tcf, std::move(*said.tcf), sent);
    }
    if (said.us) {
        to.add(origin::us_privacy, source, format::gpp, std::move(*said.us));
    }
}

} // namespace

std::optional<section_list> parse_sections(std::string_view list) {
    section_list result;
    while (!list.empty()) {
        const auto one = core::trim(list.substr(0, list.find_first_of(",_")));
        list.remove_prefix(std::min(list.size(), list.find_first_of(",_")));
        list.remove_prefix(std::min<std::size_t>(list.size(), 1));
        const auto number = core::parse_integer<std::int64_t>(one);
        if (!number) {
            return std::nullopt;
        }
        result.push_back(*number);
    }
    return result.empty() ? std::nullopt : std::optional(std::move(result));
}

void add_string(finding_list& to, const policy& rules, string_format format,
                std::string_view source, std::string_view text, const string_context& beside) {
    const auto sent = beside.sent.empty() ? text : beside.sent;
    if (format == string_format::gpp) {
        add_gpp(to, rules, source, text, beside.applying, sent);
        return;
    }
    // Without configured providers there is nothing to look for.
    if (format == string_format::additional_consent && rules.chosen.ac_providers.empty()) {
        return;
    }
    auto said = read(format, text, rules.chosen);
    if (!said.at && said.state == state::granted && beside.at_unreadable) {
        said = unreadable("time not readable");
    } else if (!said.at) {
        said.at = beside.at;
    }
    const auto [from, label] = kind_of(format);
    to.add(from, source, label, std::move(said), format == string_format::tcf ? sent : "");
}

void add_unreadable(finding_list& to, const policy& rules, string_format format,
                    std::string_view source, std::string_view why) {
    if (format != string_format::additional_consent || !rules.chosen.ac_providers.empty()) {
        const auto [from, label] = kind_of(format);
        to.add(from, source, label, unreadable(why));
    }
}

} // namespace gatepost::consent
