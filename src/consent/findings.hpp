// The findings of one visitor while they are gathered.
#pragma once

#include "policy.hpp"
#include "reading.hpp"

#include <gatepost/consent/finding.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::consent {

// Countries and regions, in any case.
using known_places = std::vector<std::pair<std::string, std::string>>;

class finding_list {
  public:
    explicit finding_list(const policy& rules) : rules_(rules) {}

    // What a signal says, and what else its reader noticed on the way: GPC, an opt-out under US
    // laws, a place. Formats that are ignored add nothing. Copies of one source that disagree
    // become one finding: the one that lets less through.
    void add(origin from, std::string_view source, std::string_view format, reading said,
             std::string_view tc_string = "");
    void add_gpc(std::string_view source);
    // What another reading of the same signals forbids: its denials, and what it cannot read of
    // sources that have no finding here. Nothing else of it counts.
    void add_refusals(finding_list&& other);
    // A known minor, whoever says so; cannot be ignored.
    void add_minor(std::string_view source);

    // Where consent platforms believe the visitor to be.
    const known_places& places() const { return places_; }
    // Gives the findings away.
    std::vector<finding> take() { return std::move(findings_); }

  private:
    void merge(finding found);

    const policy& rules_;
    std::vector<finding> findings_;
    known_places places_;
};

} // namespace gatepost::consent
