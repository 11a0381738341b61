#include "lane.hpp"

#include <gatepost/observe/log.hpp>
#include <gatepost/relay/backoff.hpp>
#include <gatepost/relay/batch_plan.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <optional>

namespace gatepost::relay {

namespace asio = boost::asio;
using core::outcome;
using core::upstream_health;

lane::lane(const surroundings& around, const options& chosen, route path, slots& requests,
           net::task_group& tasks, std::size_t most_at_once)
    : around_(around), options_(chosen), route_(std::move(path)), slots_(requests), tasks_(tasks),
      most_at_once_(most_at_once), breaker_(chosen.breaker),
      settler_(around, route_.pixel, route_.to.duplicate_window), wake_(around.context) {
    status_.pixel = route_.pixel;
    show_breaker();
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

asio::awaitable<void> lane::run() {
    for (;;) {
        const bool due = co_await work_is_due();
        if (!due) {
            co_return;
        }
        // While the upstream fails one request at a time is enough to notice that it is back.
        const std::size_t most = breaker_.failures() > 0 ? 1 : most_at_once_;
        if (under_way_ >= most || !breaker_.admit(around_.clock.steady())) {
            co_await wait_until(under_way_ >= most ? core::steady_time::max()
                                                   : breaker_.retry_at());
            continue;
        }
        show_breaker();
        auto held = co_await slots_.take();
        auto leased = around_.queue.lease(route_.pixel, next_batch());
        if (leased.has_error() || leased->empty()) {
            breaker_.forget_probe();
            if (leased.has_error()) {
                log_unreadable(leased.error());
                co_await wait_until(around_.clock.steady() + options_.retry.first);
            }
            continue;
        }
        ++under_way_;
        tasks_.spawn("deliver", deliver(std::move(*leased), std::move(held)));
    }
}

// A probe need not be large: what fails is held in memory until its time comes again.
spool::lease_limits lane::next_batch() const {
    constexpr std::size_t probe_events = 32;
    const auto most = options_.batch.max_events;
    return {breaker_.now() == breaker::state::half_open ? std::min(most, probe_events) : most,
            options_.batch.max_bytes.bytes};
}

// Waits until there is something to send and it is time to; false when draining and there is not.
asio::awaitable<bool> lane::work_is_due() {
    std::optional<core::steady_time> linger_until;
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
        const auto due = std::max(found->next_due.value_or(core::steady_time::max()), not_before_);
        if (draining_) {
            const bool blocked = due > now || (breaker_.now() != breaker::state::closed &&
                                               breaker_.retry_at() > now);
            if (!blocked || under_way_ == 0) {
                co_return !blocked;
            }
            co_await wait_until(core::steady_time::max()); // what is under way may free more
            continue;
        }
        if (due > now) {
            linger_until.reset();
            co_await wait_until(due);
            continue;
        }
        asleep_ = false;
        if (!linger_until) {
            linger_until = now + options_.batch.linger;
        }
        if (now >= *linger_until || found->waiting >= options_.batch.max_events) {
            co_return true;
        }
        co_await wait_until(*linger_until);
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
        slots::slot held;
        ~end() {
            --of.under_way_;
            of.wake_.cancel();
        }
    };
    const end at_end{*this, std::move(held)};

    batch_plan plan(records.size());
    bool asked = false;
    for (auto chosen = plan.next(); !chosen.empty(); chosen = plan.next()) {
        const auto answer = co_await look_and_send(records, plan, chosen);
        if (!answer) {
            continue;
        }
        asked = true;
        plan.answered(*answer);
        note(*answer, settler_.settle(records, chosen, *answer));
        learn(*answer);
        if (std::ranges::find(answer->records, outcome::retry) != answer->records.end()) {
            give_back(records, plan, *answer);
            break;
        }
    }
    if (!asked) {
        breaker_.forget_probe();
    }
}

// Sends of `chosen` what may be sent, and leaves in it no more than that; no answer when it is
// nothing. Looks each time, not only after the lease: a search for a bad record may take a while.
asio::awaitable<std::optional<core::delivery>>
lane::look_and_send(const batch& records, batch_plan& plan, places& chosen) {
    for (;;) {
        chosen = plan.leave_out(settler_.withdraw(records, chosen));
        if (chosen.empty()) {
            co_return std::nullopt;
        }
        if (auto answer = co_await send(records, chosen)) {
            co_return answer;
        }
    }
}

// No answer when one of them may not be sent any more: then the request was withheld.
asio::awaitable<std::optional<core::delivery>> lane::send(const batch& records,
                                                          const places& chosen) {
    std::vector<std::string_view> payloads;
    payloads.reserve(chosen.size());
    for (const auto place : chosen) {
        payloads.push_back(records[place].payload);
    }
    const auto begun = std::chrono::steady_clock::now();
    auto request = route_.to.request(payloads);
    const auto answer = co_await around_.client.post(
        std::move(request), [&] { return settler_.may_send(records, chosen); });
    if (!answer && answer.error().kind == net::client_errc::withheld) {
        co_return std::nullopt;
    }
    auto verdict = answer ? route_.to.classify(*answer, chosen.size())
                          : meaning_of(answer.error(), chosen.size());
    if (chosen.size() == 1 && verdict.records.front() == outcome::suspect) {
        verdict.records.front() = outcome::dead; // there is nobody else
    }
    around_.metrics.upstream_took(std::chrono::steady_clock::now() - begun);
    around_.metrics.upstream_batch(chosen.size());
    around_.metrics.upstream_request(route_.pixel, verdict.label);
    if (answer && verdict.label != "ok") {
        observe::log(observe::level::warn, "the upstream did not take a batch as it was",
                     {{"pixel", route_.pixel},
                      {"outcome", verdict.label},
                      {"status", static_cast<int>(answer->status)},
                      {"code", verdict.code},
                      {"request_id", verdict.request_id},
                      {"events", chosen.size()}});
    }
    co_return verdict;
}

core::delivery lane::meaning_of(const net::client_failure& failure, std::size_t records) {
    observe::log(observe::level::warn, "the upstream cannot be reached",
                 {{"pixel", route_.pixel},
                  {"reason", net::to_string(failure.kind)},
                  {"error", failure.detail}});
    core::delivery verdict;
    verdict.records.assign(records, outcome::retry);
    verdict.health = upstream_health::failing;
    verdict.label = net::to_string(failure.kind);
    return verdict;
}

// What the answer says about the upstream.
void lane::learn(const core::delivery& answer) {
    const auto now = around_.clock.steady();
    switch (answer.health) {
    case upstream_health::answering:
        throttled_ = 0;
        if (breaker_.succeeded()) {
            observe::log(observe::level::info, "the upstream is back", {{"pixel", route_.pixel}});
            around_.queue.hasten(route_.pixel);
        }
        break;
    case upstream_health::rate_limited: // slow, not broken: the whole lane waits
        breaker_.forget_probe();
        throttled_ += now >= not_before_ ? 1 : 0; // batches under way together are one
        not_before_ = std::max(not_before_, now + pause_after(throttled_, answer));
        break;
    case upstream_health::failing:
    case upstream_health::refusing:
        breaker_.failed(now);
        if (answer.retry_after) {
            not_before_ = std::max(not_before_, now + pause_after(1, answer));
        }
        break;
    }
    show_breaker();
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

void lane::give_back(const batch& records, const batch_plan& plan, const core::delivery& answer) {
    std::vector<spool::record_id> ids;
    int attempts = 1;
    for (const auto place : plan.undecided()) {
        ids.push_back(records[place].id);
        attempts = std::max(attempts, records[place].attempts + 1);
    }
    around_.queue.release(route_.pixel, ids,
                          around_.clock.steady() + pause_after(attempts, answer));
}

// The back-off, or what the upstream asked for (Retry-After) if that is longer.
std::chrono::milliseconds lane::pause_after(int failed, const core::delivery& answer) {
    const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
    // A mistaken one must not stop a pixel for days.
    constexpr std::chrono::milliseconds most = std::chrono::hours(1);
    const auto asked = answer.retry_after.value_or(std::chrono::milliseconds(0));
    return std::max(backoff(options_.retry, failed, chance), std::min(asked, most));
}

void lane::log_unreadable(const core::error_code& error) const {
    observe::log(observe::level::error, "the spool cannot be read",
                 {{"pixel", route_.pixel}, {"error", error.message()}});
}

void lane::show_breaker() {
    around_.metrics.breaker(route_.pixel, static_cast<int>(breaker_.now()));
    const std::lock_guard lock(status_mutex_);
    status_.state = breaker_.now();
}

} // namespace gatepost::relay
