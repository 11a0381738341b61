#include "deciding.hpp"
#include "groups.hpp"

#include <unit/consent/tc_text.hpp>

namespace gatepost::bench {
namespace {

using consent::rule;
using test::tc_text;

using vendor_ids = std::vector<unsigned>;

// `count` ids, 986 among them, no two of them neighbours: a range for each when they are written as
// ranges, which is the longest that a set of so many can be.
vendor_ids scattered(unsigned count) {
    vendor_ids ids;
    for (unsigned i = 0; i < count; ++i) {
        ids.push_back(968 + 2 * i);
    }
    return ids;
}

std::string as_bit_field(const vendor_ids& ids) {
    return test::vendor_field(ids.back(), ids);
}

std::string as_ranges(const std::vector<test::id_range>& ranges) {
    return test::vendor_ranges(ranges.back().second, ranges);
}

std::vector<test::id_range> one_by_one(const vendor_ids& ids) {
    std::vector<test::id_range> ranges;
    for (const auto id : ids) {
        ranges.emplace_back(id, id);
    }
    return ranges;
}

// A thousand vendors in fifty runs of twenty: an encoder writes ranges only where they are shorter
// than the bit field, and real lists have gaps where vendors left.
std::vector<test::id_range> in_runs() {
    std::vector<test::id_range> ranges;
    for (unsigned first = 1; first <= 50 * 22; first += 22) {
        ranges.emplace_back(first, first + 19);
    }
    return ranges;
}

// Consents, legitimate interests and disclosed vendors are all the same set.
std::string cookie_with(const std::string& set) {
    return "euconsent-v2=" + tc_text{.consents = set, .interests = set, .disclosed = set}.text();
}

} // namespace

void add_strings() {
    const consent::gate gate({}, consent::catalog::built_in());
    const auto add = [&](const std::string& name, const std::string& cookie, rule expected) {
        add_decision(name, gate, among_others(cookie), expected);
    };
    const auto thousand = scattered(1000);
    add("tcf/1000-vendors-bit-field", cookie_with(as_bit_field(thousand)), rule::explicit_grant);
    add("tcf/1000-vendors-in-50-ranges", cookie_with(as_ranges(in_runs())), rule::explicit_grant);
    add("tcf/1000-vendors-one-by-one", cookie_with(as_ranges(one_by_one(thousand))),
        rule::explicit_grant);
    for (const unsigned count : {10U, 1000U, 4000U}) {
        add("tcf-memory/" + std::to_string(count) + "-vendors",
            cookie_with(as_ranges(one_by_one(scattered(count)))), rule::explicit_grant);
    }
    // As OneTrust wrote them: US national, nothing opted out, and all of it, with GPC.
    add("gpp/usnat-kept", "__gpp=DBABLA~BVQqAAAACgA.QA; __gpp_sid=7", rule::opt_in_default);
    add("gpp/usnat-opted-out", "__gpp=DBABLA~BVQVAAAAAAGA.YA; __gpp_sid=7", rule::opt_out_signal);
}

} // namespace gatepost::bench
