#include <gatepost/relay/batch_plan.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace gatepost;
using core::outcome;
using places = std::vector<std::size_t>;

namespace {

// An upstream that refuses any batch with a bad record in it.
class upstream {
  public:
    explicit upstream(std::set<std::size_t> bad) : bad_(std::move(bad)) {}

    // Each answer says where the first bad one stands.
    bool names_index = false;
    // More records than that are too many bytes.
    std::size_t most = std::size_t{1} << 20;

    core::delivery answer(const places& sent) {
        ++requests;
        core::delivery result;
        result.records.assign(sent.size(), outcome::delivered);
        if (sent.size() > most) {
            result.oversized = true;
            result.records.assign(sent.size(), outcome::suspect);
            return result;
        }
        const auto first =
            std::ranges::find_if(sent, [this](std::size_t place) { return bad_.contains(place); });
        if (first == sent.end()) {
            return result;
        }
        if (sent.size() == 1 || names_index) {
            result.records.assign(sent.size(), outcome::resend);
            result.records[static_cast<std::size_t>(first - sent.begin())] = outcome::dead;
        } else {
            result.records.assign(sent.size(), outcome::suspect);
        }
        return result;
    }

    std::size_t requests = 0;

  private:
    std::set<std::size_t> bad_;
};

struct fates {
    std::map<std::size_t, int> delivered;
    std::set<std::size_t> dead;
};

// Follows the plan to its end; no plan is longer than the limit.
fates carry_out(relay::batch_plan& plan, upstream& to, std::size_t limit = 20'000) {
    fates result;
    while (to.requests < limit) {
        const places sent = plan.next();
        if (sent.empty()) {
            break;
        }
        REQUIRE(std::ranges::is_sorted(sent));
        const auto answer = to.answer(sent);
        for (std::size_t i = 0; i < sent.size(); ++i) {
            if (answer.records[i] == outcome::delivered) {
                ++result.delivered[sent[i]];
            } else if (answer.records[i] == outcome::dead) {
                REQUIRE(result.dead.insert(sent[i]).second);
            }
        }
        plan.answered(answer);
    }
    return result;
}

void check_fates(const fates& result, std::size_t records, const std::set<std::size_t>& bad) {
    CHECK(result.dead == bad);
    CHECK(result.delivered.size() == records - bad.size());
    CHECK(std::ranges::all_of(result.delivered, [&](const auto& each) {
        return each.second == 1 && each.first < records && !bad.contains(each.first);
    }));
}

std::size_t log2_rounded_up(std::size_t n) {
    std::size_t result = 0;
    while ((std::size_t{1} << result) < n) {
        ++result;
    }
    return result;
}

std::set<std::size_t> pick(std::size_t count, std::size_t from, std::mt19937& random) {
    places all(from);
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::ranges::shuffle(all, random);
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

// Sends n records of which these are bad; gives how many requests came beyond the first.
std::size_t extra_requests(std::size_t records, const std::set<std::size_t>& bad) {
    upstream to(bad);
    relay::batch_plan plan(records);
    check_fates(carry_out(plan, to), records, bad);
    CHECK(plan.undecided().empty());
    return to.requests - 1;
}

} // namespace

TEST_CASE("batch plan: a clean batch is one request") {
    const auto records = GENERATE(as<std::size_t>(), 1, 2, 1000);
    CHECK(extra_requests(records, {}) == 0);
}

TEST_CASE("batch plan: an empty batch is no request") {
    relay::batch_plan plan(0);
    CHECK(plan.next().empty());
    CHECK(plan.undecided().empty());
}

TEST_CASE("batch plan: one bad record is found at any place, the others delivered once") {
    const auto records = GENERATE(as<std::size_t>(), 2, 3, 7, 8, 9, 64, 100);
    for (std::size_t bad = 0; bad < records; ++bad) {
        CAPTURE(records, bad);
        CHECK(extra_requests(records, {bad}) <= log2_rounded_up(records) + 2);
    }
}

TEST_CASE("batch plan: every set of bad records among few") {
    const auto records = GENERATE(as<std::size_t>(), 1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (unsigned set = 1; set < (1U << records); ++set) {
        std::set<std::size_t> bad;
        for (std::size_t place = 0; place < records; ++place) {
            if ((set >> place) & 1U) {
                bad.insert(place);
            }
        }
        CAPTURE(records, set);
        REQUIRE(extra_requests(records, bad) <= bad.size() * (log2_rounded_up(records) + 2));
    }
}

TEST_CASE("batch plan: k bad ones among n take at most k (log2 n + 2) requests more") {
    std::mt19937 random(20261122); // NOLINT: the same every time
    const auto records = GENERATE(as<std::size_t>(), 10, 33, 100, 127, 500, 1000);
    for (const std::size_t count : {1, 2, 3, 5, 10, 20, 100}) {
        for (int round = 0; round < 20; ++round) {
            const auto bad = pick(std::min(count, records), records, random);
            CAPTURE(records, bad.size(), round);
            REQUIRE(extra_requests(records, bad) <= bad.size() * (log2_rounded_up(records) + 2));
        }
    }
}

TEST_CASE("batch plan: nothing but bad ones all become dead") {
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < 100; ++i) {
        all.insert(i);
    }
    CHECK(extra_requests(100, all) <= 100 * (7 + 2));
}

TEST_CASE("batch plan: where the answer names the bad one, each costs one request") {
    std::mt19937 random(7); // NOLINT: the same every time
    const auto count = GENERATE(as<std::size_t>(), 1, 2, 17, 99, 100);
    const auto bad = pick(count, 100, random);
    upstream to(bad);
    to.names_index = true;
    relay::batch_plan plan(100);
    check_fates(carry_out(plan, to), 100, bad);
    CHECK(to.requests <= count + 1);
}

TEST_CASE("batch plan: what is too large is halved until it fits") {
    const auto most = GENERATE(as<std::size_t>(), 1, 10, 99, 300);
    upstream to({});
    to.most = most;
    relay::batch_plan plan(1000);
    check_fates(carry_out(plan, to), 1000, {});
    // Halving costs a request each, and no part is smaller than half of what fits.
    CHECK(to.requests <= log2_rounded_up(1000) + 1 + (1000 + most - 1) / ((most + 1) / 2));
}

TEST_CASE("batch plan: bad records in a batch that is too large are found as well") {
    std::mt19937 random(11); // NOLINT: the same every time
    const auto bad = pick(12, 400, random);
    upstream to(bad);
    to.most = 150;
    relay::batch_plan plan(400);
    check_fates(carry_out(plan, to), 400, bad);
}

TEST_CASE("batch plan: a retry at any point leaves undecided exactly what is neither "
          "delivered nor dead") {
    const std::set<std::size_t> bad{3, 40, 41, 77};
    const auto stop = GENERATE(range<std::size_t>(0, 30));
    upstream to(bad);
    relay::batch_plan plan(80);
    auto decided = carry_out(plan, to, stop);
    auto sent = plan.next();
    if (sent.empty()) {
        CHECK(plan.undecided().empty());
        return;
    }
    // Before the answer and after it the same are undecided.
    const auto before = plan.undecided();
    core::delivery later;
    later.records.assign(sent.size(), outcome::retry);
    plan.answered(later);
    places expected;
    for (std::size_t place = 0; place < 80; ++place) {
        if (!decided.delivered.contains(place) && !decided.dead.contains(place)) {
            expected.push_back(place);
        }
    }
    CHECK(before == expected);
    CHECK(plan.undecided() == expected);
}

TEST_CASE("batch plan: a single record is dead or delivered at once") {
    CHECK(extra_requests(1, {0}) == 0);
}

TEST_CASE("batch plan: what is left out is neither sent again nor undecided, whatever is bad") {
    std::mt19937 random(GENERATE(1U, 2U, 3U));
    for (int round = 0; round < 200; ++round) {
        const std::size_t records = 1 + random() % 40;
        std::set<std::size_t> bad;
        for (std::size_t n = random() % 4; n > 0; --n) {
            bad.insert(random() % records);
        }
        upstream to(bad);
        std::set<std::size_t> left_out;
        relay::batch_plan plan(records);
        fates result;
        while (to.requests < 2000) {
            places chosen = plan.next();
            if (chosen.empty()) {
                break;
            }
            places gone;
            std::ranges::copy_if(chosen, std::back_inserter(gone),
                                 [&](std::size_t) { return random() % 8 == 0; });
            left_out.insert(gone.begin(), gone.end());
            chosen = plan.leave_out(gone);
            if (chosen.empty()) {
                continue;
            }
            CHECK(std::ranges::none_of(
                chosen, [&](std::size_t place) { return left_out.contains(place); }));
            const auto answer = to.answer(chosen);
            for (std::size_t i = 0; i < chosen.size(); ++i) {
                result.delivered[chosen[i]] += answer.records[i] == outcome::delivered ? 1 : 0;
                if (answer.records[i] == outcome::dead) {
                    result.dead.insert(chosen[i]);
                }
            }
            plan.answered(answer);
        }
        CHECK(plan.undecided().empty());
        for (std::size_t place = 0; place < records; ++place) {
            const int ends = (result.delivered[place] == 1 ? 1 : 0) +
                             (result.dead.contains(place) ? 1 : 0) +
                             (left_out.contains(place) ? 1 : 0);
            CHECK(ends == 1);
            CHECK(result.delivered[place] <= 1);
        }
        CHECK(std::ranges::includes(bad, result.dead));
    }
}
