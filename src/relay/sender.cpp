#include "sender.hpp"

#include <gatepost/observe/log.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::relay {

namespace asio = boost::asio;
using core::outcome;

asio::awaitable<std::optional<reply>> sender::send(const batch& records, batch_plan& plan,
                                                   places& chosen) {
    for (;;) {
        chosen = plan.leave_out(settler_.withdraw(records, chosen));
        if (chosen.empty() || is_closed()) {
            co_return std::nullopt;
        }
        if (auto came = co_await post(records, chosen)) {
            co_return came;
        }
    }
}

// No reply when the request was withheld: one of them may not be sent any more, or not so.
asio::awaitable<std::optional<reply>> sender::post(const batch& records, const places& chosen) {
    std::vector<std::string_view> payloads;
    payloads.reserve(chosen.size());
    for (const auto place : chosen) {
        payloads.push_back(records[place].payload);
    }
    const auto sent = around_.clock.steady();
    const auto number = route_number_;
    auto request = route_.to.request(records[chosen.front()].variant, payloads);
    const auto classify = route_.to.classify; // the route may change before the answer
    const auto answer = co_await around_.client.send(std::move(request), [&] {
        return number == route_number_ && !is_closed() && settler_.may_send(records, chosen);
    });
    if (!answer && answer.error().kind == net::client_errc::withheld) {
        co_return std::nullopt;
    }
    auto came = answer ? reply{.meaning = classify(*answer, chosen.size())}
                       : without_answer(answer.error(), chosen.size());
    came.sent = sent;
    if (chosen.size() == 1 && came.meaning.records.front() == outcome::suspect) {
        came.meaning.records.front() = outcome::dead; // there is nobody else
    }
    if (answer && came.meaning.label != "ok") {
        observe::log(observe::level::warn, "the upstream did not take a batch as it was",
                     {{"pixel", route_.pixel},
                      {"outcome", came.meaning.label},
                      {"status", static_cast<int>(answer->status)},
                      {"code", came.meaning.code},
                      {"request_id", came.meaning.request_id},
                      {"events", chosen.size()}});
    }
    around_.metrics.upstream_took(around_.clock.steady() - sent);
    around_.metrics.upstream_batch(chosen.size());
    around_.metrics.upstream_request(route_.pixel, came.meaning.label);
    co_return came;
}

reply sender::without_answer(const net::client_failure& failure, std::size_t records) const {
    observe::log(observe::level::warn, "the upstream cannot be reached",
                 {{"pixel", route_.pixel},
                  {"reason", net::to_string(failure.kind)},
                  {"error", failure.detail}});
    reply came;
    came.answered = false;
    came.detail = failure.detail;
    came.meaning.records.assign(records, outcome::retry);
    came.meaning.health = core::upstream_health::failing;
    came.meaning.label = net::to_string(failure.kind);
    return came;
}

} // namespace gatepost::relay
