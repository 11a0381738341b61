// What a lane does with a batch that has its turn.

#include "lane.hpp"
#include "variants.hpp"

#include <gatepost/relay/backoff.hpp>
#include <gatepost/relay/batch_plan.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace gatepost::relay {

namespace asio = boost::asio;
using core::outcome;

asio::awaitable<void> lane::deliver(std::shared_ptr<lane> self, batch records, turn first) {
    // Also when this is cancelled in the middle.
    struct end {
        lane& of;
        ~end() { of.batch_is_over(); }
    };
    const end at_end{*self};

    std::optional<turn> mine(std::move(first));
    const auto groups = by_variant(std::move(records));
    auto group = groups.begin();
    try {
        for (; group != groups.end(); ++group) {
            co_await self->deliver_alike(*group, mine);
        }
    } catch (...) {
        self->survive(std::current_exception());
        mine.reset();
        for (; group != groups.end(); ++group) {
            self->put_off(*group, batch_plan(group->size()).undecided(), {});
        }
    }
    if (mine) {
        self->flow_.forget_request(mine->paid);
    }
}

void lane::batch_is_over() {
    --under_way_;
    wake_.cancel();
    if (ended_) {
        hand_on_();
    }
}

// Records that may share a request. The first request uses `mine`, if there is one.
asio::awaitable<void> lane::deliver_alike(const batch& records, std::optional<turn>& mine) {
    batch_plan plan(records.size());
    for (auto chosen = plan.next(); !chosen.empty(); chosen = plan.next()) {
        if (!mine) {
            auto next = co_await next_turn();
            if (!next) {
                give_back(records, plan.undecided());
                break;
            }
            mine.emplace(std::move(*next));
        }
        auto came = co_await sender_.send(records, plan, chosen);
        if (!came && !chosen.empty()) {
            give_back(records, plan.undecided());
            break;
        }
        if (!came) {
            continue; // the turn is still there
        }
        came->retried = mine->retried;
        mine.reset();
        const auto& answer = came->meaning;
        plan.answered(answer);
        board_.note(*came, settler_.settle(records, chosen, answer));
        learn(*came);
        if (std::ranges::find(answer.records, outcome::retry) != answer.records.end()) {
            if (answer.health == core::upstream_health::refusing) {
                give_back(records, plan.undecided());
            } else {
                put_off(records, plan.undecided(), answer.retry_after);
            }
            break;
        }
    }
}

// For a batch that goes on; none when nothing may be sent for a while, or nothing more at all.
asio::awaitable<std::optional<lane::turn>> lane::next_turn() {
    asio::steady_timer ready(around_.context);
    for (;;) {
        if (is_barred()) {
            co_return std::nullopt;
        }
        ready.expires_at(flow_.goes_on_at());
        co_await ready.async_wait(asio::use_awaitable);
        auto held = co_await slots_.take(own_slot_, flow_.is_troubled());
        if (!is_barred() && flow_.go_on(around_.clock.steady())) {
            co_return turn{.held = std::move(held)};
        }
    }
}

// What a reply says about the upstream.
void lane::learn(const reply& came) {
    const auto news = flow_.learn(came, around_.clock.steady(), chance());
    board_.tell(news, flow_, came.meaning);
    if (news.upstream_is_back) {
        around_.queue.hasten(route_.pixel);
    }
    if (news.upstream_is_back || news.pause_ends) {
        wake_.cancel(); // what comes of the rest of this batch need not be waited for
    }
    board_.show(flow_, route_.held);
}

// It is no fault of theirs: they are due.
void lane::give_back(const batch& records, const places& which) {
    std::vector<spool::record_id> ids;
    for (const auto place : which) {
        ids.push_back(records[place].id);
    }
    around_.queue.release(route_.pixel, ids, around_.clock.steady());
}

// Each waits by its own tries: a new one is not to wait as long as the oldest of its batch.
void lane::put_off(const batch& records, const places& which,
                   std::optional<std::chrono::milliseconds> asked) {
    std::map<int, std::vector<spool::record_id>> by_tries;
    for (const auto place : which) {
        by_tries[records[place].attempts + 1].push_back(records[place].id);
    }
    const auto now = around_.clock.steady();
    for (const auto& [tries, ids] : by_tries) {
        around_.queue.release(route_.pixel, ids,
                              now + backoff(options_.retry, tries, chance(), asked));
    }
}

} // namespace gatepost::relay
