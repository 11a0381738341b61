#include "is_about.hpp"

#include <gatepost/ingest/sweeper.hpp>
#include <gatepost/net/within.hpp>
#include <gatepost/observe/log.hpp>

#include <atomic>
#include <functional>

namespace gatepost::ingest {

namespace asio = boost::asio;

// Somebody who waits for the end of a sweep. The spool's thread counts while the one who waits may
// look already.
struct sweeper::inquiry {
    ledger::subject who;
    std::atomic<std::size_t> deleted = 0;
    std::atomic<std::size_t> in_flight = 0;
    std::function<void(bool complete)> finished;
};

struct sweeper::sweep {
    ledger::registry& registry;
    std::uint64_t number; // the registry's
    // An event on its way to the queue may be missed.
    bool sees_all;
    std::vector<std::shared_ptr<inquiry>> inquiries;

    // Whether to delete it.
    bool look(const spool::held_record& held) const {
        if (!registry.forbids({.pixel = held.pixel,
                               .controller = held.controller,
                               .subjects = held.subjects,
                               .received = held.received,
                               .evidence = held.evidence})) {
            return false;
        }
        for (const auto& each : inquiries) {
            if (is_about(held, each->who, registry)) {
                ++(held.leased ? each->in_flight : each->deleted);
            }
        }
        return true;
    }
};

sweeper::sweeper(spool::queue& queue, ledger::registry& registry, const arrivals& order)
    : queue_(queue), registry_(registry), order_(order) {
    if (registry_.sweep_needed()) {
        request();
    }
}

void sweeper::request() {
    ask(nullptr);
}

asio::awaitable<swept> sweeper::forget(ledger::subject who) {
    constexpr std::chrono::seconds patience{1};
    const auto asked = std::make_shared<inquiry>();
    asked->who = std::move(who);
    auto start = [this, asked](std::function<void(bool)> finished) {
        asked->finished = std::move(finished);
        ask(asked);
    };
    const auto complete = co_await net::within<bool>(patience, std::move(start));
    co_return swept{.deleted = asked->deleted,
                    .in_flight = asked->in_flight,
                    .complete = complete.value_or(false)};
}

void sweeper::ask(std::shared_ptr<inquiry> by) {
    {
        const std::lock_guard lock(guard_);
        wanted_ = true;
        if (by) {
            inquiries_.push_back(std::move(by));
        }
        if (sweeping_) {
            return;
        }
        sweeping_ = true;
    }
    begin();
}

void sweeper::begin() {
    std::vector<std::shared_ptr<inquiry>> served;
    {
        const std::lock_guard lock(guard_);
        wanted_ = false;
        served.swap(inquiries_);
    }
    // The number after the inquiries: what they ask about is in the registry by now.
    const auto now = std::make_shared<const sweep>(sweep{.registry = registry_,
                                                         .number = registry_.sweep_begins(),
                                                         .sees_all = order_.all_handed_over(),
                                                         .inquiries = served});
    queue_.walk([now](const spool::held_record& held) { return now->look(held); },
                [this, now](const core::error_code& error) { ended(*now, error); });
}

void sweeper::ended(const sweep& which, const core::error_code& error) {
    const bool to_the_end = !error || error == spool::errc::unreadable;
    if (to_the_end && !which.sees_all) {
        const std::lock_guard lock(guard_);
        wanted_ = true;  // what was on its way is in the queue by then
    } else if (!error) { // what is damaged may read well again after a restart
        registry_.sweep_finished(which.number);
    }
    if (error && error != spool::errc::closed) {
        observe::log(observe::level::error,
                     to_the_end ? "a sweep passed over damaged events" : "a sweep ended early",
                     {{"error", error.message()}});
    }
    for (const auto& each : which.inquiries) {
        each->finished(!error);
    }
    bool again = false;
    std::vector<std::shared_ptr<inquiry>> unserved;
    {
        const std::lock_guard lock(guard_);
        again = wanted_ && to_the_end;
        sweeping_ = again;
        if (!again) { // after a failure the next request tries again, and so does the next start
            wanted_ = false;
            unserved.swap(inquiries_);
        }
    }
    for (const auto& each : unserved) {
        each->finished(false);
    }
    if (again) {
        begin();
    }
}

} // namespace gatepost::ingest
