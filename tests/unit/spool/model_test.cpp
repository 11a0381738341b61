// Random operations on a spool and on a model of it that a page holds: whatever is done in whatever
// order, every event waits, is dead, was delivered, or was deleted, and the counters say so.
#include "../../../src/spool/codec.hpp"
#include "dead_fixture.hpp"
#include "key_fixture.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

struct model_fixture : dead_fixture {
    enum class state : std::uint8_t { waiting, leased, delivered };
    std::map<std::string, state> events; // those whose id is taken
    std::multiset<std::string> dead;
    std::map<std::string, spool::leased_record> out;
    std::mt19937 random;
    bool encrypted = false;
    spool::key_ring kept; // what everything stood under before the last change

    std::uint64_t any(std::uint64_t below) { return random() % below; }

    void append_some() {
        const auto first = any(60);
        const auto count = 1 + any(5);
        const auto statuses = add(first, count).value();
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto id = "order-" + std::to_string(first + i);
            CHECK((statuses[i] == queued) == !events.contains(id));
            events.try_emplace(id, state::waiting);
        }
    }
    void lease_some() {
        for (auto& record : lease(1 + any(8))) {
            REQUIRE(events.at(record.event_id) == state::waiting);
            events[record.event_id] = state::leased;
            out[record.event_id] = std::move(record);
        }
    }
    void end_some() {
        for (auto count = any(4); count > 0 && !out.empty(); --count) {
            const auto chosen =
                std::next(out.begin(), static_cast<std::ptrdiff_t>(any(out.size())));
            const auto id = chosen->first;
            const std::vector ids{chosen->second.id};
            switch (any(4)) {
            case 0:
                queue->release(pixel, ids, clock.steady());
                events[id] = state::waiting;
                break;
            case 1:
                settle({chosen->second});
                events[id] = state::delivered;
                break;
            case 2:
                settle({chosen->second}, {.id = 0, .how = spool::settled_as::withdrawn});
                events.erase(id);
                break;
            default:
                settle({chosen->second}, dead_letter(any(2) == 0 ? "invalid" : "failed_event"));
                events.erase(id);
                dead.insert(id);
            }
            out.erase(chosen);
        }
        flush();
    }
    void erase_some() {
        const auto digit = std::to_string(any(10));
        REQUIRE_FALSE(
            walk([&](const spool::held_record& held) { return held.event_id.ends_with(digit); }));
        const auto gone = [&](const std::string& id) { return id.ends_with(digit); };
        std::erase_if(dead, gone);
        std::erase_if(events, [&](const auto& one) {
            return gone(one.first) && one.second != state::delivered;
        });
        std::erase_if(out, [&](const auto& one) { return gone(one.first); });
    }
    void replay_some() {
        const auto letters = list({}, 1000);
        spool::dead_query which;
        for (const auto& letter : letters) {
            if (any(2) == 0) {
                which.ids.push_back(letter.id);
            }
        }
        const bool all = any(3) == 0 || which.ids.empty();
        const auto may_go = [](const spool::held_record& held) {
            return held.event_id.ends_with('3') ? std::optional<std::string_view>("withdrawn")
                                                : std::nullopt;
        };
        const auto done = replay(all ? spool::dead_query() : which, may_go);
        std::set<std::int64_t> refused;
        for (const auto& one : done.refused) {
            refused.insert(one.id);
        }
        std::size_t replayed = 0;
        // Oldest first, as it is done.
        for (const auto& letter : std::vector(letters.rbegin(), letters.rend())) {
            if (!all && std::ranges::find(which.ids, letter.id) == which.ids.end()) {
                continue;
            }
            const bool goes = !letter.event_id.ends_with('3') && !events.contains(letter.event_id);
            CHECK(goes != refused.contains(letter.id));
            if (goes) {
                ++replayed;
                events[letter.event_id] = state::waiting;
                dead.erase(dead.find(letter.event_id));
            }
        }
        CHECK(done.replayed == replayed);
    }
    void remove_some() {
        const std::string reason = any(2) == 0 ? "invalid" : "failed_event";
        std::size_t expected = 0;
        for (const auto& letter : list({.ids = {}, .reason = reason}, 1000)) {
            dead.erase(dead.find(letter.event_id));
            ++expected;
        }
        CHECK(remove({.ids = {}, .reason = reason}).deleted == expected);
    }
    // Once everything stands under one key another follows it.
    void change_key() {
        if (encrypted && queue->count().to_encrypt_anew == 0) {
            const auto& next = any(2) == 0 ? first_key : second_key;
            chosen.keys = make_keys(next).followed_by(kept);
            kept = make_keys(next);
            queue->use_keys(chosen.keys);
        }
    }
    void restart() {
        open();
        out.clear();
        for (auto& [id, now] : events) {
            now = now == state::leased ? state::waiting : now;
        }
    }

    std::size_t count(state which) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            events, [which](const auto& one) { return one.second == which; }));
    }
    void check() {
        const auto total = queue->count();
        const auto seen = queue->look(pixel).value();
        CHECK(total.waiting == count(state::waiting) + count(state::leased));
        CHECK(seen.waiting() == count(state::waiting));
        CHECK(seen.leased == count(state::leased));
        CHECK(total.dead == dead.size());
        CHECK(total.to_encrypt_anew <= total.waiting + total.dead);
        std::multiset<std::string> waiting, letters;
        REQUIRE_FALSE(walk([&](const spool::held_record& held) {
            (held.dead ? letters : waiting).emplace(held.event_id);
            return false;
        }));
        CHECK(letters == dead);
        CHECK(waiting.size() == total.waiting);
        CHECK(std::ranges::all_of(waiting, [this](const auto& id) {
            return events.contains(id) && events.at(id) != state::delivered;
        }));
        std::uint64_t bytes = 0;
        for (const auto& id : waiting) {
            bytes += size_of(id);
        }
        for (const auto& letter : list({}, 1000)) {
            bytes += size_of(letter.event_id) + letter.reason.size() + letter.message.size() +
                     letter.request_id.size();
        }
        CHECK(total.bytes == bytes);
    }
    static std::uint64_t size_of(const std::string& event_id) {
        return spool::stored_size(make_content(pixel, std::stoull(event_id.substr(6))));
    }
};

} // namespace

TEST_CASE_METHOD(model_fixture,
                 "model: whatever is done in whatever order, every event is accounted for") {
    random.seed(GENERATE(1U, 2U, 3U, 4U));
    encrypted = GENERATE(false, true);
    CAPTURE(encrypted);
    for (int i = 0; i < 400; ++i) {
        switch (any(12)) {
        case 0:
            erase_some();
            break;
        case 1:
            replay_some();
            break;
        case 2:
            any(3) == 0 ? remove_some() : any(3) == 0 ? restart() : append_some();
            change_key();
            break;
        case 3:
        case 4:
        case 5:
            lease_some();
            break;
        case 6:
        case 7:
        case 8:
            end_some();
            break;
        default:
            append_some();
        }
        if (i % 10 == 0) {
            check();
        }
    }
    check();
    CHECK(events.size() > 10);
    CHECK(eventually([this] { return queue->count().to_encrypt_anew == 0; }));
    const auto in_the_clear = ask("SELECT (SELECT count(*) FROM records WHERE box = x'') +"
                                  " (SELECT count(*) FROM dead WHERE box = x'')");
    CHECK((in_the_clear == 0) == encrypted);
}
