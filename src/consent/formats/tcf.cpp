#include "tcf.hpp"

#include "tc_string.hpp"

#include <algorithm>

namespace gatepost::consent {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view vendor_refused = "no consent for the vendor";
constexpr std::string_view purpose_refused = "no consent for a purpose";
constexpr std::string_view publisher_forbids = "restricted by the publisher";

enum class basis { consent, legitimate_interest };

// TCF 2.2 knows no legitimate interest for these: storing on the device, and profiles for
// personalised advertising and content.
constexpr bool needs_consent(int purpose) {
    return purpose == 1 || (purpose >= 3 && purpose <= 6);
}

// Why a well-formed string does not count; empty for one that does.
std::string_view objection_to(const tc_string& said) {
    constexpr tc_string::time policy_4_in_force = std::chrono::sys_days(2023y / 10 / 1);
    constexpr tc_string::time disclosure_in_force = std::chrono::sys_days(2026y / 3 / 1);
    if (!said.service_specific) {
        return "not service-specific";
    }
    if (said.policy_version < 4 && said.created >= policy_4_in_force) {
        return "policy version of the past";
    }
    if (!said.vendor_disclosed && said.created >= disclosure_in_force) {
        return "no disclosed vendors";
    }
    return {};
}

// nullopt where the publisher leaves no basis for the purpose.
std::optional<basis> basis_left(const tc_string& said, int purpose, basis declared, bool flexible) {
    const bool consent_only = said.restricted(purpose, restriction_type::require_consent);
    const bool interest_only =
        said.restricted(purpose, restriction_type::require_legitimate_interest);
    if (said.restricted(purpose, restriction_type::not_allowed)) {
        return std::nullopt;
    }
    const bool against = declared == basis::consent ? interest_only : consent_only;
    if (!against) {
        return declared;
    }
    // Both at once contradict each other, whatever the vendor could switch to.
    if (!flexible || (consent_only && interest_only)) {
        return std::nullopt;
    }
    return declared == basis::consent ? basis::legitimate_interest : basis::consent;
}

// Why the purpose may not be pursued; empty when it may.
std::string_view refusal(const tc_string& said, int purpose, basis declared, bool flexible) {
    const auto on = basis_left(said, purpose, declared, flexible);
    if (!on) {
        return publisher_forbids;
    }
    if (*on == basis::legitimate_interest) {
        if (needs_consent(purpose)) {
            return publisher_forbids;
        }
        return !said.vendor_legitimate_interest     ? vendor_refused
               : !said.legitimate_interest(purpose) ? purpose_refused
                                                    : std::string_view();
    }
    if (purpose == 1 && said.purpose_one_not_disclosed) {
        return purpose_refused;
    }
    return !said.vendor_consent       ? vendor_refused
           : !said.consented(purpose) ? purpose_refused
                                      : std::string_view();
}

std::string_view refusal(const tc_string& said, const tcf_options& wanted) {
    const auto first_of = [&](const std::vector<int>& purposes, basis declared) {
        for (const int purpose : purposes) {
            const bool flexible =
                std::ranges::find(wanted.flexible, purpose) != wanted.flexible.end();
            if (const auto why = refusal(said, purpose, declared, flexible); !why.empty()) {
                return why;
            }
        }
        return std::string_view();
    };
    const auto why = first_of(wanted.consent, basis::consent);
    return why.empty() ? first_of(wanted.legitimate_interest, basis::legitimate_interest) : why;
}

} // namespace

reading read_tcf(std::string_view text, const tcf_options& wanted) {
    if (const auto version = tc_version(text); version && *version != 2) {
        return unreadable("not version 2");
    }
    const auto said = parse_tc_string(text, static_cast<unsigned>(wanted.vendor));
    if (!said) {
        return unreadable("cut off or malformed");
    }
    if (const auto why = objection_to(*said); !why.empty()) {
        return unreadable(why);
    }
    reading result;
    result.at = std::chrono::floor<std::chrono::seconds>(said->last_updated);
    if (said->vendor_disclosed && !*said->vendor_disclosed) {
        result.state = wanted.vendor_not_disclosed;
        result.detail = vendor_not_disclosed;
        return result;
    }
    result.detail = refusal(*said, wanted);
    result.state = result.detail.empty() ? state::granted : state::denied;
    return result;
}

} // namespace gatepost::consent
