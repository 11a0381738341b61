#include "catalog/cookie_rule.hpp"
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
    const auto verdict = consent::gate({}, rules).decide(visitor("DE", cookie), {}, now);
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
        {"[{name: x, cookie: c, shape: list, marketing: \"3\"}]", "c=1%252C3", state::granted},
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

TEST_CASE("rules: what only some platforms need") {
    struct row {
        std::string rule;
        std::string cookie;
        consent::state state;
    };
    const std::string known = "granted: [\"true\", \"1\"], denied: [\"false\", \"0\"]";
    const std::string json = "[{name: x, cookie: c, shape: json, ";
    const std::string all = json + "lists: all, marketing: m, " + known + ", ";
    const std::string both = json + "lists: accepted, where: [a.on, b.on], refused: [a.off, "
                                    "b.off], marketing: m, vetoes: v}]";
    const std::string one = json + "lists: none, where: [a, b.c], " + known + ", ";
    const std::string at_once = all + "where: k, all_granted_when: [{field: all, is: \"1\"}, "
                                      "{field: [k, l], present: false}], all_denied_when: [{field: "
                                      "all, is: \"0\"}]}]";
    const auto each = GENERATE_COPY(values<row>({
        // names without case
        {all + "ignore_case: true}]", R"(c={"M":true})", state::granted},
        {all + "ignore_case: true}]", R"(c={"M":true,"m":false})", state::denied},
        {all + "where: \"\"}]", R"(c={"M":false})", state::undecided},
        {"[{name: x, cookie: c, shape: list, marketing: TikTok, ignore_case: true}]", "c=a,tiktok",
         state::granted},
        // elements and members chosen by what one of their members says
        {all + "where: \"k[id={marketing}].on\"}]",
         R"(c={"k":[{"id":"n","on":true},{"id":"m","on":false}]})", state::denied},
        {all + "where: \"k[id={marketing}].on\"}]", R"(c={"k":[{"id":"n","on":true}]})",
         state::undecided},
        {all + "where: \"[id={marketing}].on\"}]", R"(c={"p":{"id":["l","m"],"on":1}})",
         state::granted},
        {all + "where: \"[id={marketing}].on\"}]",
         R"(c={"p":{"id":["m"],"on":1},"q":{"id":"m","on":0}})", state::denied},
        // two lists
        {both, R"(c={"a":{"on":["m"]}})", state::granted},
        {both, R"(c={"a":{"on":["n"]},"b":{"on":["m"]}})", state::granted},
        {both, R"(c={"a":{"on":["m"]},"b":{"off":["m"]}})", state::denied},
        {both, R"(c={"a":{"on":["m"]},"b":{"off":["v"]}})", state::denied},
        {both, R"(c={"a":{"on":["v"],"off":["n"]}})", state::undecided},
        {both, R"(c={"a":null})", state::undecided},
        // every name, or any
        {json + "lists: accepted, marketing: [m, n], needs: all}]", R"(c=["n","m"])",
         state::granted},
        {json + "lists: accepted, marketing: [m, n], needs: all}]", R"(c=["n"])", state::denied},
        {json + "lists: accepted, marketing: [m, n], needs: any}]", R"(c=["n"])", state::granted},
        // lists that leave something open
        {"[{name: x, cookie: c, shape: list, marketing: m, unlisted: undecided}]", "c=a,b",
         state::undecided},
        {"[{name: x, cookie: c, shape: list, lists: refused, marketing: m}]", "c=a,m",
         state::denied},
        {"[{name: x, cookie: c, shape: list, lists: refused, marketing: m}]", "c=a",
         state::undecided},
        {"[{name: x, cookie: c, shape: list, marketing: []}]", "c=a", state::undecided},
        {json + "lists: all, marketing: [], " + known + "}]", R"(c={"m":true})", state::undecided},
        // any of several characters between
        {"[{name: x, cookie: c, shape: list, between: \", |_\", marketing: \"3\"}]",
         "c=permit_1|2 3", state::granted},
        {json + "where: k, lists: accepted, members_only: true, marketing: \"25\"}]",
         R"(c={"k":{"25":[1]}})", state::granted},
        {json + "where: k, lists: accepted, members_only: true, marketing: \"25\"}]",
         R"(c={"k":{"1":[25]}})", state::denied},
        {json + "where: k, lists: accepted, members_only: true, marketing: \"25\"}]",
         R"(c={"k":[25]})", state::unreadable},
        // several places with a value: the strictest counts
        {all + "where: [a, b]}]", R"(c={"a":{"m":true},"b":{"m":false}})", state::denied},
        {all + "where: [a, b]}]", R"(c={"a":{"m":false},"b":{"m":true}})", state::denied},
        {all + "where: [a, b]}]", R"(c={"a":{"m":true},"b":{"n":false}})", state::granted},
        // a yes that leaves something out
        {all + "withheld_when: [{field: s, is: [\"0\", later]}]}]", R"(c={"m":true,"s":0})",
         state::undecided},
        {all + "withheld_when: [{field: s, is: [\"0\", later]}]}]", R"(c={"m":true,"s":1})",
         state::granted},
        {all + "withheld_when: [{field: s, is: [\"0\", later]}]}]", R"(c={"m":false,"s":0})",
         state::denied},
        // one value for everything
        {one + "}]", R"(c={"a":true})", state::granted},
        {one + "}]", R"(c={"a":true,"b":{"c":false}})", state::denied},
        {one + "}]", R"(c={"b":{"c":false}})", state::denied},
        {one + "}]", R"(c={"b":true})", state::undecided},
        {one + "implied: Auto}]", R"(c={"a":"Auto"})", state::implied},
        {one + "undecided: \"\"}]", R"(c={"a":""})", state::undecided},
        {one + "undecided: \"\"}]", R"(c={"a":[]})", state::unreadable},
        // everything accepted or refused at once
        {at_once, R"(c={"all":1})", state::granted},
        {at_once, R"(c={"all":1,"k":{"m":false}})", state::denied},
        {at_once, R"(c={"all":1,"l":5})", state::undecided},
        {at_once, R"(c={"all":0,"l":5})", state::denied},
        // a denial, whatever the categories say
        {all + "denied_when: [{field: a, is: reject}]}]", R"(c={"m":true,"a":"reject"})",
         state::denied},
        {all + "denied_when: [{field: a, is: reject}]}]", R"(c={"m":true,"a":"accept"})",
         state::granted},
        // conditions
        {all + "decided_when: [{field: a, not: [x, y]}]}]", R"(c={"m":true,"a":"z"})",
         state::granted},
        {all + "decided_when: [{field: a, not: [x, y]}]}]", R"(c={"m":true,"a":"y"})",
         state::implied},
        {all + "decided_when: [{field: a, not: [x, y]}]}]", R"(c={"m":true})", state::implied},
        {all + "decided_when: [{field: a, present: true}]}]", R"(c={"m":true,"a":[0]})",
         state::granted},
        {all + "decided_when: [{field: a, present: true}]}]", R"(c={"m":true,"a":{}})",
         state::implied},
        {all + "implied_when: [{field: [a, b], is: z}]}]", R"(c={"m":true,"b":"z"})",
         state::implied},
        {all + "implied_when: [{cookie: other, present: false}]}]", R"(c={"m":true})",
         state::implied},
        {"[{name: x, cookie: c, shape: list, marketing: \"2\", implied_when: [{field: \"\", "
         "contains: implied}]}]",
         "c=0,2,implied", state::implied},
        // fields by their number
        {"[{name: x, cookie: c, shape: fields, between: \"@\", where: \"2\", inside: {shape: "
         "list}, lists: accepted, marketing: \"3\", denied_when: [{field: \"0\", is: \"1\"}]}]",
         "c=0%40v%402%2C3%40", state::granted},
        {"[{name: x, cookie: c, shape: fields, between: \"@\", where: \"2\", inside: {shape: "
         "list}, lists: accepted, marketing: \"3\", denied_when: [{field: \"0\", is: \"1\"}]}]",
         "c=1@v@2,3@", state::denied},
        {"[{name: x, cookie: c, shape: fields, between: \":\", most: 2, where: \"1\", inside: "
         "{shape: json, where: [d, \"\"]}, lists: accepted, marketing: \"7\"}]",
         R"(c=17:{"d":{"7":[1]},"b":"x:y"})", state::granted},
        {"[{name: x, cookie: c, shape: fields, between: \":\", most: 2, where: \"1\", inside: "
         "{shape: json, where: [d, \"\"]}, lists: accepted, marketing: \"7\"}]",
         R"(c=17:{"8":[1]})", state::denied},
        // in flat shapes a dot belongs to the name
        {"[{name: x, cookie: c, shape: pairs, lists: all, marketing: c.m, granted: \"1\", denied: "
         "\"0\", decided_when: [{field: i.t, present: true}]}]",
         "c=c.m:1,i.t:5", state::granted},
        // a service's id inside a group, as a site may name it for Borlabs
        {json + "where: k, lists: accepted, marketing: tiktok}]",
         R"(c={"k":{"marketing":["facebook","tiktok"]}})", state::granted},
    }));
    CAPTURE(each.rule, each.cookie);
    CHECK(consent::to_string(read(each.rule, each.cookie).state) == consent::to_string(each.state));
}

TEST_CASE("rules: a rule may be for the cookies of a prefix and a suffix alone") {
    const std::string rule = "[{name: x, prefix: a-, suffix: -z, not_suffix: [-y-z, -w-z], digits: "
                             "true, shape: plain, granted: \"1\", denied: \"0\"}]";
    consent::catalog rules;
    REQUIRE(rules.add_first(rule).empty());
    const auto& takes = rules.rules().rules.front();
    CHECK(takes.takes("a-12-z"));
    for (const auto* other : {"a-z", "a--z", "a-1", "b-1-z", "a-1x-z", "a-1-y-z", "A-1-z"}) {
        CAPTURE(other);
        CHECK_FALSE(takes.takes(other));
    }
}

TEST_CASE("rules: a rule without `granted` can only deny") {
    const std::string rule = "[{name: x, cookie: c, shape: plain, denied: \"no\", undecided: "
                             "\"yes\"}]";
    CHECK(consent::to_string(read(rule, "c=no").state) == "denied");
    CHECK(consent::to_string(read(rule, "c=yes").state) == "undecided");
    CHECK(consent::to_string(read(rule, "c=maybe").state) == "unreadable");
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
        {"29454480", "min", 1767268800},
        {"Thu, 01 Jan 2026 12:00:00 GMT", "http", 1767268800},
        {"Thu, 01 Jan 2026 14:00:00 +0200", "http", 1767268800},
        {"Thu,+01+Jan+2026+12:00:00++0000", "http", 1767268800},
        {"1 Jan 2026 12:00:00 UTC", "http", 1767268800},
        // the first unit that fits
        {"1767268800999", "[iso8601, s, ms]", 1767268800},
        {"1767268800", "[iso8601, s, ms]", 1767268800},
        {"2026-01-01T12:00:00Z", "[s, ms, iso8601]", 1767268800},
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

TEST_CASE("rules: a time that is none makes a yes unreadable") {
    const auto [time, unit] = GENERATE(table<std::string, std::string>({
        {"Thu, 32 Jan 2026 12:00:00 GMT", "http"},
        {"Thu, 01 Foo 2026 12:00:00 GMT", "http"},
        {"Thu, 01 Jan 2026 12:00 GMT", "http"},
        {"Thu, 01 Jan 2026 12:00:00", "http"},
        {"Thu, 01 Jan 2026 12:00:00 CEST", "http"},
        {"Thu, 01 Jan 20260 12:00:00 GMT", "http"},
        {"2026-01-01T12:00:00Z", "[s, ms]"},
        {"9223372036854775807", "min"},
        {"-1", "ms"},
    }));
    CAPTURE(time, unit);
    const auto found =
        read("[{name: x, cookie: c, shape: plain, granted: \"1\", denied: \"0\", chosen_at: "
             "{cookie: t, unit: " +
                 unit + "}}]",
             "c=1; t=" + time);
    CHECK(consent::to_string(found.state) == "unreadable");
    CHECK(found.detail == "time not readable");
}

TEST_CASE("rules: one's own are tried first, the catalog's read what they cannot") {
    const std::string own = "[{name: own, cookie: klaro, shape: plain, granted: \"yes\", denied: "
                            "\"no\"}]";
    const auto gate = make_gate({}, own);
    const auto read_by_own = gate.decide(visitor("DE", "klaro=no"), {}, now);
    CHECK(read_by_own.rule == consent::rule::explicit_denial);
    CHECK(read_by_own.format == "own");
    const auto read_by_catalog = gate.decide(visitor("DE", "klaro={\"tiktok\":true}"), {}, now);
    CHECK(read_by_catalog.rule == consent::rule::explicit_grant);
    CHECK(read_by_catalog.format == "klaro");
    const auto read_by_none = gate.decide(visitor("DE", "klaro=?"), {}, now);
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
    has(10, 7, "one of 'is', 'not', 'contains', 'at_least' and 'present' is needed");
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
        {"{name: x, cookie: c, shape: list, lists: all, marketing: m}",
         "must be one of accepted, refused"},
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
        {"{name: x, cookie: c, suffix: z, " + plain + "}", "unknown key 'suffix'"},
        {"{name: x, cookie: c, digits: true, " + plain + "}", "unknown key 'digits'"},
        {"{name: x, prefix: c, digits: 5, " + plain + "}", "must be one of true"},
        {"{name: x, cookie: c, ignore_case: true, " + plain + "}", "unknown key 'ignore_case'"},
        {"{name: x, cookie: c, shape: list, between: \"\", marketing: m}",
         "at least one character"},
        {"{name: x, cookie: c, shape: fields, most: 11, where: \"1\", lists: none, denied: a}",
         "number from 2 to 10"},
        {"{name: x, cookie: c, shape: json, where: \"k[id]\", lists: accepted, marketing: m}",
         "member names with dots"},
        {"{name: x, cookie: c, shape: json, where: \"k[id={marketing}]\", lists: accepted, "
         "marketing: m}",
         "can hold {marketing} only"},
        {"{name: x, cookie: c, shape: json, lists: none, marketing: m, granted: a, denied: b}",
         "has no use where there are no categories"},
        {"{name: x, cookie: c, shape: json, lists: all, needs: all, marketing: m, granted: a, "
         "denied: b}",
         "unknown key 'needs'"},
        {"{name: x, cookie: c, shape: json, lists: all, refused: r, marketing: m, granted: a, "
         "denied: b}",
         "unknown key 'refused'"},
        {"{name: x, cookie: c, shape: list, members_only: true, marketing: m}",
         "unknown key 'members_only'"},
        {"{name: x, cookie: c, shape: list, unlisted: granted, marketing: m}",
         "must be one of denied, undecided"},
        {"{name: x, cookie: c, shape: list, vetoes: v, marketing: m}",
         "without a list of what was refused"},
        {"{name: x, cookie: c, shape: list, lists: refused, implied: a, marketing: m}",
         "has no use where only names"},
        {"{name: x, cookie: c, shape: json, where: a, inside: {shape: json}, refused: r, lists: "
         "accepted, marketing: m}",
         "cannot stand beside 'inside'"},
        {"{name: x, cookie: c, decided_when: [{cookie: d, is: a, not: b}], " + plain + "}",
         "one of 'is', 'not'"},
        {"{name: x, cookie: c, denied_when: [{cookie: d, contains: \"\"}], " + plain + "}",
         "one of 'is', 'not'"},
        {"{name: x, cookie: c, us_opt_out_when: [{cookie: d, present: maybe}], " + plain + "}",
         "must be one of true, false"},
        {"{name: x, cookie: c, chosen_at: {cookie: d, unit: [s, h]}, " + plain + "}",
         "must be one of s, ms"},
        {"{name: x, cookie: c, expires_after: {field: \"\", unit: days}, " + plain + "}",
         "needs 'chosen_at'"},
        {"{name: x, cookie: c, chosen_at: {cookie: d, unit: s}, expires_after: {field: \"\", unit: "
         "weeks}, " +
             plain + "}",
         "must be one of days"},
        {"{name: x, cookie: c, region_hint: {cookie: d}, " + plain + "}", "'form' is missing"},
        {"{name: x, cookie: c, region_hint: {cookie: d, form: zip}, " + plain + "}",
         "must be one of country"},
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
