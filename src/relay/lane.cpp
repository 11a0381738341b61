#include "lane.hpp"

#include "supply.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::relay {

namespace asio = boost::asio;

namespace {

// The upstream may be quicker than our disk: what it has taken and is not settled on disk would
// pile up in memory.
constexpr std::size_t most_settling = 4000;
constexpr auto settling_pause = std::chrono::milliseconds(5);

} // namespace

lane::lane(const surroundings& around, const options& chosen, route path, slots& requests,
           net::task_group& tasks, bool others, std::function<void()> hand_on)
    : around_(around), route_(std::move(path)), slots_(requests), own_slot_{others}, tasks_(tasks),
      hand_on_(std::move(hand_on)), flow_(chosen), settler_(around, route_),
      sender_(around, route_, settler_), board_(around, route_.pixel), wake_(around.context) {
    take_on(chosen, others);
}

void lane::take_on(const options& chosen, bool others) {
    options_ = chosen;
    options_.batch.max_events = std::min(chosen.batch.max_events, route_.to.most_events);
    own_slot_.there = others;
    // What hangs must leave a shared slot to the others.
    most_at_once_ = others ? std::max<std::size_t>(1, chosen.connections - 1) : chosen.connections;
    board_.show(flow_, route_.held);
}

void lane::reconfigure(const options& chosen, route path, bool others) {
    route_ = std::move(path);
    sender_.rerouted();
    flow_.reconfigure(chosen);
    take_on(chosen, others);
    resume();
}

void lane::arrived() {
    if (asleep_.exchange(false)) {
        asio::post(around_.context, [it = weak_from_this()] {
            if (const auto self = it.lock()) {
                self->wake_.cancel();
            }
        });
    }
}

void lane::drain() {
    draining_ = true;
    wake_.cancel();
}

void lane::end() {
    ended_ = true;
    sender_.end();
    board_.end();
    wake_.cancel();
}

void lane::resume() {
    flow_.resume(around_.clock.steady());
    wake_.cancel();
}

asio::awaitable<void> lane::run(std::shared_ptr<lane> self) {
    for (;;) {
        std::exception_ptr failure;
        try {
            const bool goes_on = co_await self->send_next();
            if (!goes_on) {
                co_return;
            }
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            self->survive(failure);
            co_await self->wait_until(self->around_.clock.steady() + self->options_.retry.first);
        }
    }
}

// False when there will be nothing more to send.
asio::awaitable<bool> lane::send_next() {
    const bool due = co_await work_is_due();
    if (due) {
        auto held = co_await slots_.take(own_slot_, flow_.is_troubled());
        const bool readable = begin_batch(std::move(held));
        if (!readable) {
            co_await wait_until(around_.clock.steady() + options_.retry.first);
        }
    }
    co_return due;
}

// If it may begin still: the wait for the slot may have been long. False when the spool cannot be
// read.
bool lane::begin_batch(slots::slot held) {
    const auto now = around_.clock.steady();
    if (opens_at() > now || !flow_.begin(now)) {
        return true;
    }
    board_.show(flow_, route_.held);
    auto leased = around_.queue.lease(route_.pixel, next_batch(now));
    if (leased.has_error() || leased->empty()) {
        flow_.forget_request(false);
        if (leased.has_error()) {
            board_.tell_unreadable(leased.error());
        }
        return leased.has_value();
    }
    linger_until_.reset();
    turn first{.held = std::move(held)};
    first.retried = std::ranges::any_of(
        *leased, [](const spool::leased_record& record) { return record.attempts > 0; });
    first.paid = first.retried && flow_.pay_for_retry(now);
    ++under_way_;
    tasks_.spawn("deliver", deliver(shared_from_this(), std::move(*leased), std::move(first)));
    return true;
}

// A probe need not be large: what fails is held in memory until its time comes again.
spool::lease_limits lane::next_batch(core::steady_time now) const {
    constexpr std::size_t probe_events = 32;
    const auto most = options_.batch.max_events;
    return {.max_events = flow_.probes() ? std::min(most, probe_events) : most,
            .max_bytes = options_.batch.max_bytes.bytes,
            .fresh_only = flow_.retries_at() > now};
}

// When the next batch may begin: never while enough are under way.
core::steady_time lane::opens_at() const {
    const std::size_t most = flow_.is_troubled() ? 1 : most_at_once_;
    const bool may = !ended_ && !route_.held && under_way_ < most;
    return may ? flow_.opens_at() : core::steady_time::max();
}

bool lane::is_barred() const {
    return ended_ || route_.held || flow_.is_barred(around_.clock.steady());
}

// Waits until there is something to send and it is time to; false when there will not be.
asio::awaitable<bool> lane::work_is_due() {
    while (!ended_) {
        asleep_ = true; // before looking: what arrives after the look wakes
        const auto found = around_.queue.look(route_.pixel);
        const auto now = around_.clock.steady(); // after it: what is due then is due now
        if (found.has_error()) {
            board_.tell_unreadable(found.error());
            if (draining_) {
                co_return false;
            }
            co_await wait_until(now + options_.retry.first);
            continue;
        }
        const auto when = begins_at(*found, now);
        if (!when) {
            co_return false;
        }
        if (*when <= now) {
            asleep_ = false;
            co_return true;
        }
        co_await wait_until(*when);
    }
    co_return false;
}

// When the next batch begins, if nothing happens before; nullopt when draining and nothing more can
// be sent.
std::optional<core::steady_time> lane::begins_at(const spool::backlog& found,
                                                 core::steady_time now) {
    const auto ready = find_supply(found, flow_.retries_at(), flow_.is_cut_off(), now);
    const auto opens = opens_at();
    if (found.settling >= most_settling) {
        return std::max(opens, now + settling_pause);
    }
    if (draining_ && (ready.records == 0 || is_barred())) {
        // What is under way may free more.
        return under_way_ > 0 ? std::optional(core::steady_time::max()) : std::nullopt;
    }
    if (ready.records == 0) {
        linger_until_.reset();
        return std::max(ready.next, opens);
    }
    if (draining_ || ready.records >= options_.batch.max_events) {
        asleep_ = false; // what arrives hastens nothing
        return opens;
    }
    linger_until_ = linger_until_.value_or(now + options_.batch.linger);
    asleep_ = *linger_until_ > opens;
    return std::max(opens, *linger_until_);
}

asio::awaitable<void> lane::wait_until(core::steady_time when) {
    wake_.expires_at(when);
    co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
}

// The failure is logged and counts as the upstream's would, so that a lasting one does not spin,
// and the lane goes on. Being told to stop is none.
void lane::survive(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) {
            throw;
        }
        board_.tell_failure(error.what());
    } catch (const std::exception& error) {
        board_.tell_failure(error.what());
    }
    flow_.broke_down(around_.clock.steady());
    board_.show(flow_, route_.held);
}

} // namespace gatepost::relay
