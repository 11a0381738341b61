#include "trial.hpp"

#include <gatepost/core/text.hpp>

#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

#include <map>
#include <set>

using namespace gatepost;
using namespace gatepost::test;

namespace {

const YAML::Node& samples() {
    static const auto all =
        YAML::LoadFile(GATEPOST_SOURCE_DIR "/tests/data/consent/recorded_cookies.yaml");
    return all;
}

// A gate for the site that a sample comes from.
consent::gate gate_of(const YAML::Node& sample) {
    static const auto built_in = consent::catalog::built_in();
    auto rules = built_in;
    if (const auto names = sample["marketing"]) {
        REQUIRE(
            rules
                .rename({{sample["entry"].as<std::string>(), names.as<std::vector<std::string>>()}})
                .empty());
    }
    return {{}, std::move(rules)};
}

} // namespace

TEST_CASE("catalog: recorded cookies say what the platform means by them") {
    for (const auto& sample : samples()) {
        const auto entry = sample["entry"].as<std::string>();
        const auto state = sample["state"].as<std::string>();
        INFO(entry << ": " << sample["says"].as<std::string>());
        const auto cookie = sample["cookie"].as<std::string>();
        const auto verdict = gate_of(sample).decide(visitor("DE", cookie), {}, now);
        CHECK(verdict.findings.size() == sample["findings"].as<std::size_t>(1));
        // The strictest of several says what the platform's cookies mean together.
        const auto said = std::ranges::find_if(verdict.findings, [&](const auto& each) {
            return each.from == consent::origin::platform_cookie && each.format == entry &&
                   consent::to_string(each.state) == state;
        });
        REQUIRE(said != verdict.findings.end());
        const auto& found = *said;
        CHECK(found.source.starts_with("cookie:"));
        const auto at = found.at ? found.at->time_since_epoch().count() : 0;
        CHECK(at == sample["at"].as<std::int64_t>(0));
        if (sample["detail"]) {
            CHECK(found.detail == sample["detail"].as<std::string>());
        }
    }
}

TEST_CASE("catalog: every entry has at least three samples in at least two states") {
    std::map<std::string, std::multiset<std::string>> states;
    for (const auto& sample : samples()) {
        states[sample["entry"].as<std::string>()].insert(sample["state"].as<std::string>());
    }
    const auto names = consent::catalog::built_in().entry_names();
    CHECK(names.size() == states.size());
    for (const auto& name : names) {
        CAPTURE(name);
        const auto& of = states[name];
        CHECK(of.size() >= 3);
        CHECK(of.count("denied") > 0);
        // What can only deny has another state than granted to show.
        CHECK(std::set(of.begin(), of.end()).size() >= 2);
        CHECK((of.count("granted") > 0 || name == "complianz-services" || name == "consentmo"));
    }
}

TEST_CASE("catalog: the order of a platform's cookies never matters") {
    for (const auto& sample : samples()) {
        const auto gate = gate_of(sample);
        const auto header = sample["cookie"].as<std::string>();
        std::string reversed;
        for (auto rest = std::string_view(header); !rest.empty();) {
            const auto cookie = core::trim(core::next_field(rest, ';'));
            reversed = std::string(cookie) + (reversed.empty() ? "" : "; ") + reversed;
        }
        CAPTURE(header);
        const auto one = gate.decide(visitor("US", header), {}, now);
        const auto other = gate.decide(visitor("US", reversed), {}, now);
        CHECK(one.rule == other.rule);
        CHECK(one.source == other.source);
        CHECK(one.findings.size() == other.findings.size());
    }
}

TEST_CASE("catalog: the names that mean marketing can be the site's own") {
    auto rules = consent::catalog::built_in();
    REQUIRE(rules.rename({{"klaro", {"ads-tiktok"}}, {"complianz", {"statistics"}}}).empty());
    const consent::gate gate({}, rules);
    SECTION("in a value") {
        const auto yes = gate.decide(visitor("DE", "klaro=%7B%22ads-tiktok%22%3Atrue%7D"), {}, now);
        CHECK(yes.rule == consent::rule::explicit_grant);
        const auto none =
            gate.decide(visitor("DE", "klaro=%7B%22tiktok-pixel%22%3Atrue%7D"), {}, now);
        CHECK(none.rule == consent::rule::opt_in_default);
        CHECK(none.findings.at(0).detail == "no mapped category");
    }
    SECTION("in the name of a cookie") {
        const auto yes = gate.decide(
            visitor("DE",
                    "cmplz_statistics=allow; cmplz_marketing=deny; cmplz_banner-status=dismissed"),
            {}, now);
        CHECK(yes.rule == consent::rule::explicit_grant);
        CHECK(yes.source == "cookie:cmplz_statistics");
    }
}

TEST_CASE("catalog: every entry with categories takes the site's own names") {
    const std::set<std::string> without{"cookieconsent", "cookie-notice", "pandectes"};
    for (const auto& name : consent::catalog::built_in().entry_names()) {
        CAPTURE(name);
        auto rules = consent::catalog::built_in();
        CHECK(rules.rename({{name, {"my-own"}}}).empty() == !without.contains(name));
    }
}

TEST_CASE("catalog: of several names that are there, the strictest value counts") {
    auto rules = consent::catalog::built_in();
    REQUIRE(rules.rename({{"klaro", {"tiktok-pixel", "tiktok-api"}}}).empty());
    const consent::gate gate({}, rules);
    const auto mixed =
        gate.decide(visitor("DE", R"(klaro={"tiktok-pixel":true,"tiktok-api":false})"), {}, now);
    CHECK(mixed.rule == consent::rule::explicit_denial);
    const auto both =
        gate.decide(visitor("DE", R"(klaro={"tiktok-pixel":true,"tiktok-api":true})"), {}, now);
    CHECK(both.rule == consent::rule::explicit_grant);
}

TEST_CASE("catalog: names for an unknown entry, or none at all, replace nothing") {
    auto rules = consent::catalog::built_in();
    const auto errors = rules.rename(
        {{"klaro", {"x"}}, {"nobody", {"x"}}, {"complianz", {"a b"}}, {"onetrust", {}}});
    REQUIRE(errors.size() == 3);
    CHECK(errors.front().line == 0);
    const consent::gate gate({}, rules);
    const auto verdict = gate.decide(visitor("DE", R"(klaro={"tiktok-pixel":true})"), {}, now);
    CHECK(verdict.rule == consent::rule::explicit_grant);
}
