// Options and rules, made ready for quick look-ups. Immutable once made.
#pragma once

#include "cookie_index.hpp"
#include "cookie_rule.hpp"

#include <gatepost/consent/gate.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::consent {

// Metric labels of what is read outside the catalog; also words for `ignore`.
namespace format {
constexpr std::string_view relay = "relay";
constexpr std::string_view body = "body";
constexpr std::string_view header = "header";
constexpr std::string_view gpc = "gpc";
constexpr std::string_view minor = "minor"; // cannot be ignored
} // namespace format

struct policy {
    // A cookie that needs no rule: the relay cookie, a mirror of GPC, or a format not read yet.
    struct built_in {
        origin from;
        std::string_view format;
    };
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
