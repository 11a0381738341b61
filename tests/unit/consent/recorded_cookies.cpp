#include "trial.hpp"

#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

#include <set>

using namespace gatepost;
using namespace gatepost::test;

TEST_CASE("catalog: recorded cookies say what the platform means by them") {
    const auto gate = make_gate();
    std::map<std::string, std::set<std::string>> states;
    for (const auto& sample :
         YAML::LoadFile(GATEPOST_SOURCE_DIR "/tests/data/consent/recorded_cookies.yaml")) {
        const auto entry = sample["entry"].as<std::string>();
        const auto state = sample["state"].as<std::string>();
        INFO(entry << ": " << sample["says"].as<std::string>());
        const auto cookie = sample["cookie"].as<std::string>();
        const auto verdict = gate.decide(visitor("DE", cookie), nullptr, now);
        REQUIRE(verdict.findings.size() == sample["findings"].as<std::size_t>(1));
        // The strictest of several says what the platform's cookies mean together.
        const auto said = std::ranges::find_if(verdict.findings, [&](const auto& each) {
            return consent::to_string(each.state) == state;
        });
        REQUIRE(said != verdict.findings.end());
        const auto& found = *said;
        CHECK(found.format == entry);
        CHECK(found.from == consent::origin::platform_cookie);
        CHECK(found.source.starts_with("cookie:"));
        const auto at = found.at ? found.at->time_since_epoch().count() : 0;
        CHECK(at == sample["at"].as<std::int64_t>(0));
        if (sample["detail"]) {
            CHECK(found.detail == sample["detail"].as<std::string>());
        }
        states[entry].insert(state);
    }
    SECTION("every entry has a granted, a denied and an undecided or implied one") {
        auto names = consent::catalog::built_in().entry_names();
        CHECK(names.size() == states.size());
        for (const auto& name : names) {
            CAPTURE(name);
            CHECK(states[name].contains("granted"));
            CHECK(states[name].contains("denied"));
            // vanilla-cookieconsent writes nothing before a choice.
            CHECK((states[name].contains("undecided") || states[name].contains("implied") ||
                   name == "vanilla-cookieconsent"));
        }
    }
}

TEST_CASE("catalog: the names that mean marketing can be the site's own") {
    auto rules = consent::catalog::built_in();
    REQUIRE(rules.rename({{"klaro", {"ads-tiktok"}}, {"complianz", {"statistics"}}}).empty());
    const consent::gate gate({}, rules);
    SECTION("in a value") {
        const auto yes =
            gate.decide(visitor("DE", "klaro=%7B%22ads-tiktok%22%3Atrue%7D"), nullptr, now);
        CHECK(yes.rule == consent::rule::explicit_grant);
        const auto none =
            gate.decide(visitor("DE", "klaro=%7B%22tiktok-pixel%22%3Atrue%7D"), nullptr, now);
        CHECK(none.rule == consent::rule::opt_in_default);
        CHECK(none.findings.at(0).detail == "no mapped category");
    }
    SECTION("in the name of a cookie") {
        const auto yes = gate.decide(
            visitor("DE",
                    "cmplz_statistics=allow; cmplz_marketing=deny; cmplz_banner-status=dismissed"),
            nullptr, now);
        CHECK(yes.rule == consent::rule::explicit_grant);
        CHECK(yes.source == "cookie:cmplz_statistics");
    }
}

TEST_CASE("catalog: of several names that are there, the strictest value counts") {
    auto rules = consent::catalog::built_in();
    REQUIRE(rules.rename({{"klaro", {"tiktok-pixel", "tiktok-api"}}}).empty());
    const consent::gate gate({}, rules);
    const auto mixed = gate.decide(
        visitor("DE", R"(klaro={"tiktok-pixel":true,"tiktok-api":false})"), nullptr, now);
    CHECK(mixed.rule == consent::rule::explicit_denial);
    const auto both = gate.decide(visitor("DE", R"(klaro={"tiktok-pixel":true,"tiktok-api":true})"),
                                  nullptr, now);
    CHECK(both.rule == consent::rule::explicit_grant);
}

TEST_CASE("catalog: names for an unknown entry, or none at all, replace nothing") {
    auto rules = consent::catalog::built_in();
    const auto errors = rules.rename(
        {{"klaro", {"x"}}, {"nobody", {"x"}}, {"complianz", {"a b"}}, {"onetrust", {}}});
    REQUIRE(errors.size() == 3);
    CHECK(errors.front().line == 0);
    const consent::gate gate({}, rules);
    const auto verdict = gate.decide(visitor("DE", R"(klaro={"tiktok-pixel":true})"), nullptr, now);
    CHECK(verdict.rule == consent::rule::explicit_grant);
}
