#include "trial.hpp"

#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

using namespace gatepost;
using namespace gatepost::test;
using consent::state;

namespace {

// What a rule makes of a cookie header.
consent::finding read(const std::string& rule, const std::string& cookie) {
    consent::catalog rules;
    const auto errors = rules.add_first(rule);
    if (!errors.empty()) {
        throw std::runtime_error(errors.front().message);
    }
    const auto verdict = consent::gate({}, rules).decide(visitor("DE", cookie), nullptr, now);
    REQUIRE(verdict.findings.size() == 1);
    return verdict.findings.front();
}

std::vector<consent::rule_error> errors_of(const std::string& rules) {
    return consent::catalog().add_first(rules);
}

} // namespace

TEST_CASE("rules: every decoding and shape reads its own form") {
    struct row {
        std::string rule;
        std::string cookie;
        consent::state state;
    };
    const std::string json = "[{name: x, cookie: c, shape: json, lists: all, marketing: m, "
                             "granted: [\"true\", \"1\"], denied: [\"false\", \"0\"], ";
    const auto each = GENERATE_COPY(values<row>({
        // {"m":true}
        {json + "decode: base64}]", "c=eyJtIjp0cnVlfQ==", state::granted},
        {json + "decode: base64}]", "c=eyJtIjp0cnVlfQ%3D%3D", state::granted},
        {json + "decode: base64url}]", "c=eyJtIjp0cnVlfQ", state::granted},
        {json + "decode: base64}]", "c=eyJt*", state::unreadable},
        {json + "decode: raw}]", "c={\"m\":0}", state::denied},
        {json + "decode: raw}]", "c=%7B%22m%22:0%7D", state::unreadable},
        {json + "where: purposes}]", "c={\"purposes\":{\"m\":1},\"m\":0}", state::granted},
        {json + "where: \"p.{marketing}.on\"}]", "c={\"p\":{\"m\":{\"on\":false}}}", state::denied},
        {json + "where: [a, b]}]", "c={\"b\":{\"m\":1}}", state::granted},
        {json + "undecided: later}]", "c={\"m\":\"later\"}", state::undecided},
        {json + "where: \"\"}]", "c={\"m\":null}", state::undecided},
        // partly encoded, as Orejime writes it
        {json + "}]", "c={%22m%22:true%2C%22analytics%22:false}", state::granted},
        {"[{name: x, prefix: c-, shape: plain, granted: \"yes\", denied: \"no\"}]", "c-12=yes",
         state::granted},
        {"[{name: x, cookie: c, shape: plain, granted: allow all, denied: \"no\"}]",
         "c=allow%20all", state::granted},
        {"[{name: x, cookie: c, shape: list, marketing: [\"3\"]}]", "c=1, 2 ,3", state::granted},
        {"[{name: x, cookie: c, shape: list, between: _, marketing: \"54\"}]", "c=__51_52__",
         state::denied},
        {"[{name: x, cookie: c, shape: pairs, between: \"|\", equals: \":\", lists: all, "
         "marketing: c1, granted: \"1\", denied: \"0\"}]",
         "c=consent:true%7Cc1:1", state::granted},
        {"[{name: x, cookie: c, shape: query, lists: all, marketing: ad, granted: a b, denied: "
         "\"0\"}]",
         "c=x=1&ad=a+b", state::granted},
        // a list that is JSON inside a JSON string, as CookieScript writes it
        {"[{name: x, cookie: c, shape: json, where: categories, inside: {shape: json}, lists: "
         "accepted, marketing: targeting}]",
         R"(c={"action":"accept","categories":"[\"targeting\",\"performance\"]"})", state::granted},
        // an object whose members are what was accepted, as Borlabs writes it
        {"[{name: x, cookie: c, shape: json, where: consents, lists: accepted, marketing: "
         "marketing}]",
         R"(c={"consents":{"essential":["a"],"marketing":["pixel"]}})", state::granted},
        {"[{name: x, cookie: c, shape: json, where: consents, lists: accepted, marketing: "
         "marketing}]",
         R"(c={"consents":{"essential":["a"],"marketing":[]}})", state::denied},
        {"[{name: x, cookie: c, shape: jslit, lists: all, marketing: m, granted: it's, denied: "
         "\"0\"}]",
         R"(c={ m : 'it\'s', $n: 1e5, "o": "\"" })", state::granted},
    }));
    CAPTURE(each.rule, each.cookie);
    CHECK(consent::to_string(read(each.rule, each.cookie).state) == consent::to_string(each.state));
}

TEST_CASE("rules: times are read in their unit") {
    const auto [time, unit, expected] = GENERATE(table<std::string, std::string, std::int64_t>({
        {"1767268800", "s", 1767268800},
        {"1767268800999", "ms", 1767268800},
        {"2026-01-01T12:00:00Z", "iso8601", 1767268800},
        {"2026-01-01T12:00:00.123456Z", "iso8601", 1767268800},
        {"2026-01-01T14:00:00+02:00", "iso8601", 1767268800},
        {"2026-01-01T06:30:00-0530", "iso8601", 1767268800},
        {"2026-01-01T12:00:00", "iso8601", 1767268800},
    }));
    CAPTURE(time, unit);
    const auto found =
        read("[{name: x, cookie: c, shape: plain, granted: \"1\", denied: \"0\", chosen_at: "
             "{cookie: t, unit: " +
                 unit + "}}]",
             "c=1; t=" + time);
    REQUIRE(found.at);
    CHECK(found.at->time_since_epoch().count() == expected);
}

TEST_CASE("rules: one's own are tried first, the catalog's read what they cannot") {
    const std::string own = "[{name: own, cookie: klaro, shape: plain, granted: \"yes\", denied: "
                            "\"no\"}]";
    const auto gate = make_gate({}, own);
    const auto read_by_own = gate.decide(visitor("DE", "klaro=no"), nullptr, now);
    CHECK(read_by_own.rule == consent::rule::explicit_denial);
    CHECK(read_by_own.format == "own");
    const auto read_by_catalog =
        gate.decide(visitor("DE", "klaro={\"tiktok\":true}"), nullptr, now);
    CHECK(read_by_catalog.rule == consent::rule::explicit_grant);
    CHECK(read_by_catalog.format == "klaro");
    const auto read_by_none = gate.decide(visitor("DE", "klaro=?"), nullptr, now);
    CHECK(read_by_none.rule == consent::rule::unreadable);
    CHECK(read_by_none.format == "own");
}

TEST_CASE("rules: every error of every rule is reported at once, with its place") {
    const auto errors = errors_of("- name: Bad Name\n"
                                  "  cookie: c\n"
                                  "  shape: xml\n"
                                  "  colour: red\n"
                                  "- name: fine\n"
                                  "  cookie: c\n"
                                  "  shape: plain\n"
                                  "  granted: a\n"
                                  "  decided_when:\n"
                                  "    - {cookie: d}\n");
    const auto has = [&](int line, int column, std::string_view part) {
        CAPTURE(line, column, part);
        CHECK(std::ranges::any_of(errors, [&](const auto& e) {
            return e.line == line && e.column == column &&
                   e.message.find(part) != std::string::npos;
        }));
    };
    CHECK(errors.size() == 5);
    has(1, 9, "'name' must be");
    has(3, 10, "'shape' must be one of plain, json");
    has(4, 3, "unknown key 'colour'");
    has(5, 3, "'denied' is missing");
    has(10, 7, "one of 'is', 'at_least' and 'present' is needed");
}

TEST_CASE("rules: a wrong shape is one error, whatever stands beside it") {
    CHECK(errors_of("- {name: x, cookie: c, shape: jsn, lists: all, marketing: m, granted: a, "
                    "denied: b, between: \",\", where: a.b, chosen_at: {field: t.u, unit: s}}")
              .size() == 1);
}

TEST_CASE("rules: what cannot be is refused") {
    const std::string plain = "shape: plain, granted: a, denied: b";
    const auto [rule, part] = GENERATE_COPY(table<std::string, std::string>({
        {"{cookie: c, " + plain + "}", "'name' is missing"},
        {"{name: gpc, cookie: c, " + plain + "}", "outside the catalog"},
        {"{name: x, " + plain + "}", "'cookie' or 'prefix'"},
        {"{name: x, cookie: c, prefix: d, " + plain + "}", "'cookie' or 'prefix'"},
        {"{name: x, cookie: \"a=b\", " + plain + "}", "name of a cookie"},
        {"{name: x, prefix: \"\", " + plain + "}", "name of a cookie"},
        {"{name: x, cookie: c, decode: rot13, " + plain + "}", "must be one of raw, url"},
        {"{name: x, cookie: c, granted: a, denied: b}", "'shape' is missing"},
        {"{name: x, cookie: c, shape: [plain], granted: a, denied: b}", "must be one text"},
        {"{name: x, cookie: c, shape: plain, granted: [], denied: b}", "list of texts"},
        {"{name: x, cookie: c, shape: plain, granted: {a: b}, denied: b}", "list of texts"},
        {"{name: x, cookie: c, shape: plain, granted: a, granted: a, denied: b}", "twice"},
        {"{name: x, cookie: c, marketing: m, " + plain + "}", "has no use"},
        {"{name: x, cookie: c, vetoes: m, " + plain + "}", "has no use"},
        {"{name: x, cookie: c, lists: accepted, " + plain + "}", "unknown key 'lists'"},
        {"{name: x, cookie: c, shape: list, lists: all, marketing: m}", "unknown key 'lists'"},
        {"{name: x, cookie: c, where: a, " + plain + "}", "no members"},
        {"{name: x, cookie: c, between: \",\", " + plain + "}", "unknown key 'between'"},
        {"{name: x, cookie: c, shape: json, marketing: m, granted: a, denied: b}",
         "'lists' is missing"},
        {"{name: x, cookie: c, shape: json, lists: all, granted: a, denied: b}",
         "'marketing' is missing"},
        {"{name: x, cookie: c, shape: json, lists: some, marketing: m, granted: a, denied: b}",
         "must be one of all, accepted"},
        {"{name: x, cookie: c, shape: json, lists: accepted, marketing: m, granted: a}",
         "has no use where only"},
        {"{name: x, cookie: c, shape: json, lists: accepted, marketing: m, where: a..b}",
         "member names with dots"},
        {"{name: x, cookie: c, shape: json, lists: accepted, marketing: m, where: \"{marketing}\"}",
         "can hold {marketing} only"},
        {"{name: x, cookie: c, shape: query, lists: all, marketing: m, where: a, granted: a, "
         "denied: b}",
         "not nested"},
        {"{name: x, cookie: c, shape: pairs, equals: \"::\", lists: accepted, marketing: m}",
         "one character"},
        {"{name: x, cookie: c, shape: query, inside: {shape: pairs}, lists: all, marketing: m, "
         "granted: a, denied: b}",
         "needs 'where'"},
        {"{name: x, cookie: \"c-{marketing}\", " + plain + "}", "'marketing' is missing"},
        {"{name: x, cookie: \"c-{marketing}\", marketing: a b, " + plain + "}",
         "in the name of a cookie"},
        {"{name: x, cookie: \"c-{marketing}\", shape: list, marketing: m}",
         "only with shape plain"},
        {"{name: x, cookie: c, whole: {maybe: a}, " + plain + "}", "unknown key 'maybe'"},
        {"{name: x, cookie: c, decided_when: {cookie: d, present: true}, " + plain + "}",
         "list of conditions"},
        {"{name: x, cookie: c, decided_when: [{field: d, is: a}], " + plain + "}", "no members"},
        {"{name: x, cookie: c, decided_when: [{cookie: d, at_least: many}], " + plain + "}",
         "whole number"},
        {"{name: x, cookie: c, chosen_at: {cookie: d}, " + plain + "}", "'unit' is missing"},
        {"{name: x, cookie: c, chosen_at: {cookie: d, field: e, unit: s}, " + plain + "}",
         "'field' or 'cookie'"},
        {"{name: x, cookie: c, expires_at: soon, " + plain + "}", "must be a map"},
        {"just text", "must be a map"},
    }));
    CAPTURE(rule);
    const auto errors = errors_of("- " + rule);
    REQUIRE_FALSE(errors.empty());
    CHECK(std::ranges::any_of(
        errors, [&](const auto& e) { return e.message.find(part) != std::string::npos; }));
    CHECK(std::ranges::all_of(errors, [](const auto& e) { return e.line == 1 && e.column > 0; }));
}

TEST_CASE("rules: text that is no YAML, or no list, is an error with a place") {
    CHECK(errors_of("- {name: x").at(0).line >= 1);
    CHECK(errors_of("name: x").at(0).message == "must be a list of rules");
    CHECK(errors_of("").empty());
}

TEST_CASE("rules: with an error in one of them, none is added") {
    auto rules = consent::catalog::built_in();
    const auto before = rules.entry_names();
    CHECK_FALSE(rules
                    .add_first("- {name: mine, cookie: c, shape: plain, granted: a, denied: b}\n"
                               "- {name: bad}")
                    .empty());
    CHECK(rules.entry_names() == before);
}

TEST_CASE("rules: those of a larger document have their places in that document") {
    const auto document = YAML::Load("consent:\n  cookies:\n    - {name: x, colour: red}\n");
    consent::catalog rules;
    const auto errors = rules.add_first(document["consent"]["cookies"]);
    CHECK(std::ranges::any_of(errors, [](const auto& e) {
        return e.line == 3 && e.column == 17 && e.message == "unknown key 'colour'";
    }));
}
