#include "readers.hpp"
#include "strings.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::consent {
namespace {

constexpr std::string_view marketing = "marketing";
constexpr std::string_view marketing_source = "body:consent.marketing";
constexpr std::string_view no_text = "not a text";
constexpr std::string_view tracking_source = "body:user.att_status";

struct string_claim {
    std::string_view name;
    std::string_view source;
    string_format format;
};
constexpr std::array string_claims{
    string_claim{"tcf", "body:consent.tcf", string_format::tcf},
    string_claim{"gpp", "body:consent.gpp", string_format::gpp},
    string_claim{"us_privacy", "body:consent.us_privacy", string_format::us_privacy},
    string_claim{"gcs", "body:consent.gcs", string_format::gcs},
    string_claim{"gcd", "body:consent.gcd", string_format::gcd},
    string_claim{"ac", "body:consent.ac", string_format::additional_consent},
};

bool is_unreadable(const signals& from, std::string_view claim) {
    return std::ranges::find(from.unreadable_claims, claim) != from.unreadable_claims.end();
}

// A grant without a time is taken, one whose time cannot be read is not.
void read_marketing(std::string_view value, const signals& from, finding_list& into) {
    auto said = read_verdict(value);
    if (said.state == state::granted && is_unreadable(from, "at")) {
        said = unreadable("time not readable");
    } else if (said.state != state::unreadable) {
        said.at = from.claimed_at;
    }
    into.add(origin::body, marketing_source, format::body, said);
}

void read_strings(const signals& from, const policy& rules, finding_list& into) {
    // Where it cannot be read which GPP sections apply, all of them do.
    const bool knows_sections = !from.gpp_sid.empty() && !is_unreadable(from, "gpp_sid");
    const string_context beside{.applying = knows_sections ? &from.gpp_sid : nullptr,
                                .at = from.claimed_at,
                                .at_unreadable = is_unreadable(from, "at")};
    for (const auto& [name, value] : from.claims) {
        const auto text = core::trim(value);
        const auto* const known = std::ranges::find(string_claims, name, &string_claim::name);
        if (known != string_claims.end() && !text.empty() && !is_unreadable(from, name)) {
            add_string(into, rules, known->format, known->source, text, beside);
        }
    }
    for (const auto name : from.unreadable_claims) {
        const auto* const known = std::ranges::find(string_claims, name, &string_claim::name);
        if (known != string_claims.end()) {
            add_unreadable(into, rules, known->format, known->source, no_text);
        } else if (name == "gpp_sid") {
            add_unreadable(into, rules, string_format::gpp, "body:consent.gpp_sid",
                           "not a list of numbers");
        }
    }
}

// Without what stands around the word ("DENIED" in quotes, with a no-break space behind it).
std::string_view word_in(std::string_view text) {
    const auto begin = std::ranges::find_if(text, core::is_alpha);
    auto word = text.substr(static_cast<std::size_t>(begin - text.begin()));
    while (!word.empty() && !core::is_alpha(word.back())) {
        word.remove_suffix(1);
    }
    return word;
}

// Apple's App Tracking Transparency, in TikTok's words. Something else may be a refusal in another
// spelling (2 is iOS's number for it).
void read_tracking(std::string_view status, finding_list& into) {
    constexpr std::array<std::string_view, 2> refusals{"DENIED", "RESTRICTED"};
    constexpr std::array<std::string_view, 3> others{"AUTHORIZED", "NOT_DETERMINED",
                                                     "NOT_APPLICABLE"};
    const auto is_in = [word = word_in(status)](const auto& words) {
        return std::ranges::any_of(
            words, [word](std::string_view one) { return core::iequals(one, word); });
    };
    if (is_in(refusals)) {
        into.add(origin::body, tracking_source, format::tracking, {.state = state::denied});
    } else if (!is_in(others) && !core::trim(status).empty()) {
        into.add(origin::body, tracking_source, format::tracking,
                 unreadable("not one of TikTok's words"));
    }
}

} // namespace

void read_claims(const signals& from, const policy& rules, finding_list& into) {
    for (const auto& [name, value] : from.claims) {
        if (name == marketing && !is_unreadable(from, name)) {
            read_marketing(value, from, into);
        }
    }
    if (is_unreadable(from, marketing)) {
        into.add(origin::body, marketing_source, format::body, unreadable(no_text));
    }
    read_strings(from, rules, into);
    read_tracking(from.att_status, into);
    if (from.minor) {
        into.add_minor("body:visitor.minor");
    } else if (from.age && *from.age < rules.chosen.minor_age) {
        into.add_minor("body:visitor.age");
    }
}

// Frameworks join the values of a repeated header with commas.
reading read_verdict(std::string_view text) {
    bool granted = true;
    do {
        const auto word = core::trim(core::next_field(text, ','));
        if (core::iequals(word, "denied")) {
            return {.state = state::denied};
        }
        granted = granted && core::iequals(word, "granted");
    } while (!text.empty());
    return granted ? reading{.state = state::granted} : unreadable("neither granted nor denied");
}

} // namespace gatepost::consent
