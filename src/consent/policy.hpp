// Options and rules, made ready for quick look-ups. Immutable once made.
#pragma once

#include "catalog/cookie_rule.hpp"
#include "cookie_index.hpp"

#include <gatepost/consent/gate.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::consent {

// Metric labels of what is read outside the catalog; also words for `ignore`.
namespace format {
constexpr std::string_view tcf = "tcf";
constexpr std::string_view additional_consent = "ac";
constexpr std::string_view relay = "relay";
constexpr std::string_view token = "token";
constexpr std::string_view body = "body";
constexpr std::string_view header = "header";
constexpr std::string_view tracking = "att"; // iOS App Tracking Transparency
constexpr std::string_view consent_mode = "consent_mode";
constexpr std::string_view gpp = "gpp";
constexpr std::string_view us_privacy = "us_privacy";
constexpr std::string_view gpc = "gpc";
constexpr std::string_view dnt = "dnt";
// What cannot be ignored.
constexpr std::string_view minor = "minor";
constexpr std::string_view registry = "registry";
} // namespace format

// Cookies that need no rule of the catalog.
enum class built_in : std::uint8_t {
    relay,
    gpc_mirror,
    tcf,
    tcf_in_json, // {"consentString": "C..."}
    gpp,
    gpp_sections, // the gpp_sid that goes with `gpp`
    us_privacy,
    additional_consent,
};

struct policy {
    // What a slot of the index is for.
    struct use {
        std::vector<std::size_t> rules; // in the order in which they are tried
        std::optional<built_in> known;
    };

    policy(options options_given, const rule_set& given);

    bool reads(std::string_view format) const;

    options chosen;
    std::vector<cookie_rule> rules; // findings point at their names
    cookie_index index;
    std::vector<use> uses; // by slot
    std::string header_source;

  private:
    use& at(std::uint16_t slot);
    void index_rule(std::size_t number);
    void index_built_in();
};

} // namespace gatepost::consent
