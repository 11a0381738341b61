#include "courier.hpp"

#include "one_request.hpp"

#include <gatepost/core/units.hpp>
#include <gatepost/relay/backoff.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace gatepost::app {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

net::client_options options_for(const net::endpoint& daemon) {
    return {.endpoint = daemon,
            .ca_file = "",
            // A daemon with a slow disk answers late; a chunk that is posted again costs more.
            .request_timeout = seconds(60),
            .max_answer = core::mebibytes(64)}; // explanations are longer than what they explain
}

} // namespace

std::optional<post_end> end_of(const core::upstream_answer& answer) {
    switch (answer.status) {
    case 200:
    case 202:
    case 422:
        return post_end{post_end::kind::answered, answer.body};
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return std::nullopt;
    default:
        return post_end{post_end::kind::refused, explained(answer)};
    }
}

courier::courier(asio::io_context& context, daemon_access daemon,
                 std::function<void(const std::string&)> note)
    : client_(context, options_for(daemon.at), metrics_), timer_(context), note_(std::move(note)),
      daemon_(std::move(daemon)) {}

asio::awaitable<post_end> courier::post(std::string target, std::string body, std::string key) {
    core::upstream_request request{
        .target = std::move(target),
        .headers = {{"Content-Type", "application/x-ndjson"}, {"Idempotency-Key", std::move(key)}},
        .body = std::move(body)};
    daemon_.show_token(request);
    for (int failed = 1; !interrupted_; ++failed) {
        auto answer = co_await client_.send(request, [] { return true; });
        if (answer) {
            answered_ = true;
            if (auto end = end_of(*answer)) {
                if (answer->status == 401) {
                    end->text += token_advice(listener::ingest, daemon_);
                }
                co_return std::move(*end);
            }
            co_await wait(daemon_.at.authority() + " answers " + explained(*answer), failed,
                          answer->retry_after);
            continue;
        }
        auto why = "no answer from " + daemon_.at.authority() + ": " + answer.error().detail;
        if (!answered_) {
            co_return post_end{post_end::kind::unavailable, std::move(why)};
        }
        co_await wait(std::move(why), failed, std::nullopt);
    }
    co_return post_end{};
}

asio::awaitable<void> courier::wait(std::string why, int failed, std::optional<seconds> wanted) {
    if (interrupted_) {
        co_return;
    }
    // One sender: nobody to take turns with by chance.
    constexpr relay::retry_options pauses{.first = seconds(1), .max = seconds(30)};
    constexpr double always_the_longest = 1;
    const auto pause = wanted ? std::chrono::milliseconds(*wanted)
                              : relay::backoff(pauses, failed, always_the_longest);
    note_(why + "; trying again in " + core::format(pause));
    timer_.expires_after(pause);
    boost::system::error_code woken;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

void courier::interrupt() {
    interrupted_ = true;
    timer_.cancel();
}

} // namespace gatepost::app
