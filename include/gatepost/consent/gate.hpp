// The gate: signals in, decision out. A pure function of its input and the policy.
#pragma once

#include <gatepost/consent/catalog.hpp>
#include <gatepost/consent/decision.hpp>
#include <gatepost/consent/regime.hpp>
#include <gatepost/core/clock.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::consent {

using field = std::pair<std::string_view, std::string_view>; // name, value

// What is known about one visitor. Text is borrowed for the call.
struct signals {
    std::string_view cookie;    // a Cookie header's value; several are joined by "; "
    std::vector<field> headers; // names in any case
    std::vector<field> claims;  // the body's consent fields: "marketing", "tcf", ...
    std::vector<std::string_view> unreadable_claims;    // fields that are there but no text
    std::optional<std::chrono::sys_seconds> claimed_at; // the body's consent.at
    std::vector<std::int64_t> gpp_sid; // the body's: which GPP sections apply; empty for no claim
    std::string_view att_status;       // iOS App Tracking Transparency, as the application gave it
    std::string_view country;          // as the application gave it
    std::string_view region;
    std::string_view address; // of the visitor, for GeoIP
    bool minor = false;
    std::optional<std::int64_t> age;
};

enum class gpc_scope { opt_out_regimes, everywhere };
enum class dnt_meaning { ignore, deny };

// consent.tcf: what a TC string must say (docs/consent.md "TCF").
struct tcf_options {
    int vendor = 986; // IAB Global Vendor List: TikTok Ad Network
    std::vector<int> consent{1, 3, 4};
    std::vector<int> legitimate_interest{7};
    std::vector<int> flexible; // of these, publisher restrictions 1 and 2 switch the basis
    state vendor_not_disclosed = state::undecided; // or denied
};

// The section `consent` of the configuration.
struct options {
    tcf_options tcf;
    regime_options regime;
    std::string header = "X-Consent-Marketing"; // "" reads none
    gpc_scope gpc = gpc_scope::opt_out_regimes;
    dnt_meaning dnt = dnt_meaning::ignore;
    std::vector<int> ac_providers; // Google Additional Consent: ac.provider_ids; empty reads none
    std::chrono::seconds max_age = std::chrono::hours(24) * 395;
    std::map<std::string, std::chrono::seconds> max_age_by_country; // upper-case ISO 3166-1
    int minor_age = 18;
    bool us_opt_out_limited = false; // us_opt_out: limited
    std::vector<std::string> ignore; // catalog entries and formats not to read
};

struct policy; // private: options and rules, compiled

// The detail of a denial that came with the request around a list.
constexpr std::string_view of_the_request = "of the request that carried the list";

// What else is known about the visitor of an event.
struct beside {
    // The request that carried a list of events: a denial or GPC in it applies, a grant does not.
    const signals* request = nullptr;
    // Findings of the registry and of a decision token, made where their keys are.
    std::vector<finding> known;
};

// Options and rules, compiled once and shared by all threads; immutable, and cheap to copy.
class gate {
  public:
    gate(options chosen, catalog rules);

    // `visitor` is what speaks for this event's visitor.
    decision decide(const signals& visitor, beside more, core::wall_time now) const;

    const options& chosen() const;
    // False for what `ignore` names.
    bool reads(std::string_view format) const;

    // A marketing value other than granted or denied is unreadable; says whether this one is.
    // (White space around it and case do not matter.)
    static bool is_verdict(std::string_view marketing);

    // The formats outside the catalog, as findings name them: the words that `ignore` knows beside
    // the catalog's entries.
    static std::vector<std::string_view> formats();
    // Labels that cannot be ignored: no entry may be called so either.
    static std::vector<std::string_view> fixed_formats();

  private:
    std::shared_ptr<const policy> policy_;
};

} // namespace gatepost::consent
