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
    std::string_view country;                           // as the application gave it
    std::string_view region;
    bool minor = false;
    std::optional<std::int64_t> age;
};

enum class gpc_scope { opt_out_regimes, everywhere };

// The section `consent` of the configuration.
struct options {
    regime_options regime;
    std::string header = "X-Consent-Marketing"; // "" reads none
    gpc_scope gpc = gpc_scope::opt_out_regimes;
    std::chrono::seconds max_age = std::chrono::hours(24) * 395;
    std::map<std::string, std::chrono::seconds> max_age_by_country; // upper-case ISO 3166-1
    int minor_age = 18;
    bool us_opt_out_limited = false; // us_opt_out: limited
    std::vector<std::string> ignore; // catalog entries and formats not to read
};

struct policy; // private: options and rules, compiled

// Options and rules, compiled once and shared by all threads; immutable.
class gate {
  public:
    gate(options chosen, catalog rules);

    // `visitor` is what speaks for this event's visitor. `bystander`, when given, is the request
    // that carried a list of events: a denial or GPC in it applies, a grant in it does not.
    decision decide(const signals& visitor, const signals* bystander, core::wall_time now) const;

    // A marketing value other than granted or denied is unreadable; says whether this one is.
    // (White space around it and case do not matter.)
    static bool is_verdict(std::string_view marketing);

    // The formats outside the catalog, as findings name them: the words that `ignore` knows beside
    // the catalog's entries. A known minor cannot be ignored.
    static std::vector<std::string_view> formats();

  private:
    std::shared_ptr<const policy> policy_;
};

} // namespace gatepost::consent
