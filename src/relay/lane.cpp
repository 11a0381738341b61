#include "lane.hpp"

#include "variants.hpp"

#include <gatepost/observe/log.hpp>
#include <gatepost/relay/backoff.hpp>
#include <gatepost/relay/batch_plan.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace gatepost::relay {

namespace asio = boost::asio;
using core::outcome;

lane::lane(const surroundings& around, const options& chosen, route path, slots& requests,
           net::task_group& tasks, bool others)
    : around_(around), options_(chosen), route_(std::move(path)), slots_(requests),
      own_slot_{others}, tasks_(tasks),
      // What hangs must leave a shared slot to the others.
      most_at_once_(others ? std::max<std::size_t>(1, chosen.connections - 1) : chosen.connections),
      flow_(chosen), settler_(around, route_.pixel, route_.to.duplicate_window),
      sender_(around, route_, settler_), wake_(around.context) {
    options_.batch.max_events = std::min(options_.batch.max_events, route_.to.most_events);
    status_.pixel = route_.pixel;
    show();
}

void lane::arrived() {
    if (asleep_.exchange(false)) {
        asio::post(around_.context, [this] { wake_.cancel(); });
    }
}

void lane::drain() {
    draining_ = true;
    wake_.cancel();
}

void lane::resume() {
    flow_.resume(around_.clock.steady());
    wake_.cancel();
}

asio::awaitable<void> lane::run() {
    while (!route_.held) {
        const bool due = co_await work_is_due();
        if (!due) {
            co_return;
        }
        auto turn = co_await slots_.take(own_slot_, flow_.is_troubled());
        const bool readable = begin_batch(std::move(turn));
        if (!readable) {
            co_await wait_until(around_.clock.steady() + options_.retry.first);
        }
    }
}

// If it may begin still: the wait for the slot may have been long. False when the spool cannot be
// read.
bool lane::begin_batch(slots::slot held) {
    const auto now = around_.clock.steady();
    if (opens_at() > now || !flow_.begin(now)) {
        return true;
    }
    show();
    auto leased = around_.queue.lease(route_.pixel, next_batch());
    if (leased.has_error() || leased->empty()) {
        flow_.forget_request();
        if (leased.has_error()) {
            log_unreadable(leased.error());
        }
        return leased.has_value();
    }
    linger_until_.reset();
    ++under_way_;
    tasks_.spawn("deliver", deliver(std::move(*leased), std::move(held)));
    return true;
}

// A probe need not be large: what fails is held in memory until its time comes again.
spool::lease_limits lane::next_batch() const {
    constexpr std::size_t probe_events = 32;
    const auto most = options_.batch.max_events;
    return {flow_.probes() ? std::min(most, probe_events) : most, options_.batch.max_bytes.bytes};
}

// When the next batch may begin: never while enough are under way.
core::steady_time lane::opens_at() const {
    const std::size_t most = flow_.is_troubled() ? 1 : most_at_once_;
    return under_way_ < most ? flow_.opens_at() : core::steady_time::max();
}

// Waits until there is something to send and it is time to; false when draining and there is not.
asio::awaitable<bool> lane::work_is_due() {
    for (;;) {
        asleep_ = true; // before looking: what arrives after the look wakes
        const auto found = around_.queue.look(route_.pixel);
        const auto now = around_.clock.steady(); // after it: what is due then is due now
        if (found.has_error()) {
            log_unreadable(found.error());
            if (draining_) {
                co_return false;
            }
            co_await wait_until(now + options_.retry.first);
            continue;
        }
        const auto due = found->next_due.value_or(core::steady_time::max());
        const auto opens = opens_at();
        auto when = std::max(due, opens);
        if (draining_ && (due > now || flow_.is_barred(now))) {
            if (under_way_ == 0) {
                co_return false;
            }
            when = core::steady_time::max(); // what is under way may free more
        } else if (due > now) {
            linger_until_.reset();
        } else if (!draining_) {
            linger_until_ = linger_until_.value_or(now + options_.batch.linger);
            const bool full = found->waiting >= options_.batch.max_events;
            when = full ? opens : std::max(opens, *linger_until_);
            asleep_ = when > opens; // else what arrives hastens nothing
        }
        if (when <= now) {
            asleep_ = false;
            co_return true;
        }
        co_await wait_until(when);
    }
}

asio::awaitable<void> lane::wait_until(core::steady_time when) {
    wake_.expires_at(when);
    co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> lane::deliver(batch records, slots::slot held) {
    // Also when this is cancelled in the middle.
    struct end {
        lane& of;
        ~end() {
            --of.under_way_;
            of.wake_.cancel();
        }
    };
    const end at_end{*this};

    std::optional<slots::slot> turn(std::move(held));
    for (const auto& alike : by_variant(std::move(records))) {
        co_await deliver_alike(alike, turn);
    }
    if (turn) {
        flow_.forget_request();
    }
}

// Records that may share a request. The first request uses `held`, if there is one.
asio::awaitable<void> lane::deliver_alike(const batch& records, std::optional<slots::slot>& held) {
    batch_plan plan(records.size());
    for (auto chosen = plan.next(); !chosen.empty(); chosen = plan.next()) {
        if (!held) {
            auto turn = co_await next_turn();
            if (!turn) {
                give_back(records, plan, nullptr);
                break;
            }
            held.emplace(std::move(*turn));
        }
        const auto came = co_await sender_.send(records, plan, chosen);
        if (!came) {
            continue; // the turn is still there
        }
        held.reset();
        const auto& answer = came->meaning;
        plan.answered(answer);
        note(answer, settler_.settle(records, chosen, answer));
        learn(*came);
        if (std::ranges::find(answer.records, outcome::retry) != answer.records.end()) {
            give_back(records, plan, &answer);
            break;
        }
    }
}

// For a batch that goes on; none when nothing may be sent for a while, or nothing more at all.
asio::awaitable<std::optional<slots::slot>> lane::next_turn() {
    asio::steady_timer ready(around_.context);
    for (;;) {
        if (flow_.is_barred(around_.clock.steady())) {
            co_return std::nullopt;
        }
        ready.expires_at(flow_.goes_on_at());
        co_await ready.async_wait(asio::use_awaitable);
        auto held = co_await slots_.take(own_slot_, flow_.is_troubled());
        if (flow_.go_on(around_.clock.steady())) {
            co_return std::optional<slots::slot>(std::move(held));
        }
    }
}

// What a reply says about the upstream.
void lane::learn(const reply& came) {
    const auto news = flow_.learn(came, around_.clock.steady(), chance());
    if (news.upstream_is_back) {
        observe::log(observe::level::info, "the upstream is back", {{"pixel", route_.pixel}});
        around_.queue.hasten(route_.pixel);
    }
    if (news.pause_begins) {
        observe::log(observe::level::error, "the upstream refuses the pixel, which is paused",
                     {{"pixel", route_.pixel},
                      {"reason", flow_.pause_reason()},
                      {"code", came.meaning.code},
                      {"request_id", came.meaning.request_id}});
    }
    if (news.pause_ends) {
        observe::log(observe::level::info, "the pixel is not paused any more",
                     {{"pixel", route_.pixel}});
    }
    if (news.upstream_is_back || news.pause_ends) {
        wake_.cancel(); // what comes of the rest of this batch need not be waited for
    }
    show();
}

void lane::note(const core::delivery& answer, std::uint64_t delivered) {
    const std::lock_guard lock(status_mutex_);
    status_.delivered += delivered;
    status_.last = core::last_answer{.outcome = std::string(answer.label),
                                     .code = answer.code,
                                     .request_id = answer.request_id,
                                     .at = around_.clock.wall()};
}

lane_status lane::status() const {
    const std::lock_guard lock(status_mutex_);
    return status_;
}

// Of what the plan leaves undecided each record waits its time after an answer that asks for
// another try. Without one, and when the pixel is refused, it is no fault of theirs: they are due.
void lane::give_back(const batch& records, const batch_plan& plan, const core::delivery* answer) {
    std::vector<spool::record_id> ids;
    int attempts = 1;
    for (const auto place : plan.undecided()) {
        ids.push_back(records[place].id);
        attempts = std::max(attempts, records[place].attempts + 1);
    }
    auto not_before = around_.clock.steady();
    if (answer != nullptr && answer->health != core::upstream_health::refusing) {
        not_before += backoff(options_.retry, attempts, chance(), answer->retry_after);
    }
    around_.queue.release(route_.pixel, ids, not_before);
}

void lane::show() {
    const auto paused = route_.held ? "observe" : flow_.pause_reason();
    around_.metrics.breaker(route_.pixel, static_cast<int>(flow_.breaker_state()));
    around_.metrics.paused(route_.pixel, paused);
    const std::lock_guard lock(status_mutex_);
    status_.state = flow_.breaker_state();
    status_.paused = paused;
    status_.rate = flow_.rate();
}

void lane::log_unreadable(const core::error_code& error) const {
    observe::log(observe::level::error, "the spool cannot be read",
                 {{"pixel", route_.pixel}, {"error", error.message()}});
}

} // namespace gatepost::relay
