#include "deciding.hpp"
#include "groups.hpp"

#include <yaml-cpp/yaml.h>

#include <set>
#include <stdexcept>

namespace gatepost::bench {
namespace {

// A gate for the site that a sample comes from.
consent::gate gate_of(const YAML::Node& sample) {
    auto rules = consent::catalog::built_in();
    if (const auto names = sample["marketing"]) {
        rules.rename({{sample["entry"].as<std::string>(), names.as<std::vector<std::string>>()}});
    }
    return {{}, std::move(rules)};
}

// The first sample of each entry in which the visitor said yes. What was recorded years ago is a
// grant that has run out by now.
void add_granted_samples() {
    std::set<std::string> seen;
    for (const auto& sample :
         YAML::LoadFile(GATEPOST_SOURCE_DIR "/tests/data/consent/recorded_cookies.yaml")) {
        const auto entry = sample["entry"].as<std::string>();
        if (sample["state"].as<std::string>() == "granted" && seen.insert(entry).second) {
            auto gate = gate_of(sample);
            auto header = among_others(sample["cookie"].as<std::string>());
            consent::signals visitor;
            visitor.cookie = header;
            const auto rule = gate.decide(visitor, {}, now).rule;
            if (rule != consent::rule::explicit_grant && rule != consent::rule::grant_expired) {
                throw std::logic_error("the sample of " + entry + " grants nothing");
            }
            add_decision("platform/" + entry, std::move(gate), std::move(header), rule);
        }
    }
}

// Sixty services, every quote and colon encoded: more than two kilobytes.
std::string many_services() {
    std::string cookie = "klaro=%7B";
    for (int service = 0; service < 60; ++service) {
        cookie += "%22service-of-somebody-" + std::to_string(service) + "%22%3Atrue%2C";
    }
    return cookie + "%22tiktok-pixel%22%3Atrue%7D";
}

} // namespace

void add_catalog() {
    const consent::gate usual({}, consent::catalog::built_in());
    add_decision("empty/no-cookie", usual, "", consent::rule::opt_in_default);
    add_decision("empty/ordinary-cookies", usual, among_others(""), consent::rule::opt_in_default);
    add_granted_samples();
    add_decision("large/klaro-61-services", usual, among_others(many_services()),
                 consent::rule::explicit_grant);
}

} // namespace gatepost::bench
