#include "react.hpp"

#include <gatepost/net/within.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::ingest {
namespace {

using kind = reaction::kind;

// What has to be on disk before the application is answered. A grant that lifts a withdrawal comes
// with each event anew.
bool must_last(const reaction& each) {
    return each.what != kind::lift;
}

} // namespace

std::shared_ptr<handed_changes> handed_changes::make(const std::vector<reaction>& reactions,
                                                     ledger::registry& registry) {
    const auto lasting = static_cast<std::size_t>(std::ranges::count_if(reactions, must_last));
    const std::shared_ptr<handed_changes> all(new handed_changes(lasting));
    const auto done = [all](core::error_code failure) { all->one_done(failure); };
    for (const auto& each : reactions) {
        switch (each.what) {
        case kind::lift:
            registry.lift(each.who, each.at);
            break;
        case kind::note_gpc:
            registry.note_gpc(each.who, each.at, done);
            break;
        case kind::withdraw_waiting:
            registry.withdraw_waiting(each.who, each.denied_up_to, done);
            break;
        }
    }
    return all;
}

boost::asio::awaitable<bool> handed_changes::kept(std::shared_ptr<handed_changes> changes) {
    constexpr std::chrono::seconds patience{5};
    auto start = [changes](std::function<void(core::error_code)> finished) {
        changes->when_done(std::move(finished));
    };
    const auto failure = co_await net::within<core::error_code>(patience, std::move(start));
    co_return failure && !*failure;
}

void handed_changes::one_done(core::error_code failure) {
    std::function<void(core::error_code)> tell;
    core::error_code told;
    {
        const std::lock_guard lock(guard_);
        failure_ = failure_ ? failure_ : failure;
        if (--left_ > 0) {
            return;
        }
        tell = std::exchange(tell_, {});
        told = failure_;
    }
    if (tell) {
        tell(told);
    }
}

void handed_changes::when_done(std::function<void(core::error_code)> tell) {
    core::error_code told;
    {
        const std::lock_guard lock(guard_);
        if (left_ > 0) {
            tell_ = std::move(tell);
            return;
        }
        told = failure_;
    }
    tell(told);
}

bool takes_back(const std::vector<reaction>& reactions) {
    return std::ranges::find(reactions, kind::withdraw_waiting, &reaction::what) != reactions.end();
}

} // namespace gatepost::ingest
