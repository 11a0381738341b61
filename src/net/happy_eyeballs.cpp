#include "happy_eyeballs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <list>
#include <memory>
#include <utility>

namespace gatepost::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using steady = std::chrono::steady_clock;

// The attempts under way. Their handlers hold it: they may come after the one who waited has left.
struct attempts : std::enable_shared_from_this<attempts> {
    attempts(asio::io_context& on, attempt_plan how) : context(on), changed(on), plan(how) {}

    asio::io_context& context;
    asio::steady_timer changed; // cancelled when an attempt ends
    attempt_plan plan;
    std::list<tcp::socket> open;
    std::optional<tcp::socket> first;
    boost::system::error_code last_failure;

    void begin(const tcp::endpoint& address) {
        const auto place = open.emplace(open.end(), context);
        place->async_connect(
            address, [self = shared_from_this(), place](const boost::system::error_code& failed) {
                self->end(place, failed);
            });
    }

    void end(std::list<tcp::socket>::iterator place, const boost::system::error_code& failed) {
        if (failed) {
            last_failure = failed;
            plan.failed();
        } else if (!first) {
            first = std::move(*place);
        }
        open.erase(place);
        changed.cancel();
    }

    void give_up() {
        boost::system::error_code ignored;
        for (auto& each : open) {
            each.close(ignored);
        }
    }
};

} // namespace

std::vector<tcp::endpoint> interleaved(const std::vector<tcp::endpoint>& addresses) {
    std::vector<tcp::endpoint> ordered[2]; // the first one's family, the other
    for (const auto& each : addresses) {
        ordered[each.protocol() == addresses.front().protocol() ? 0 : 1].push_back(each);
    }
    std::vector<tcp::endpoint> result;
    result.reserve(addresses.size());
    for (std::size_t i = 0; result.size() < addresses.size(); ++i) {
        for (const auto& family : ordered) {
            if (i < family.size()) {
                result.push_back(family[i]);
            }
        }
    }
    return result;
}

std::optional<std::size_t> attempt_plan::next(time now) {
    if (begun_ == addresses_ || now < due_) {
        return std::nullopt;
    }
    due_ = now + delay_;
    return begun_++;
}

void attempt_plan::failed() {
    ++failed_;
    due_ = time::min();
}

asio::awaitable<core::result<tcp::socket, client_failure>>
connect_first(asio::io_context& context, std::vector<tcp::endpoint> addresses,
              steady::time_point until, std::chrono::milliseconds delay) {
    addresses = interleaved(addresses);
    const auto under_way =
        std::make_shared<attempts>(context, attempt_plan(addresses.size(), delay));
    struct departure {
        attempts& from;
        ~departure() { from.give_up(); }
    } const departed{*under_way};

    auto& plan = under_way->plan;
    while (!under_way->first && !plan.is_exhausted()) {
        const auto now = steady::now();
        if (now >= until) {
            const auto& last = under_way->last_failure;
            co_return client_failure{client_errc::timeout,
                                     "no connection in time" +
                                         (last ? ", another address: " + last.message() : "")};
        }
        if (const auto next = plan.next(now)) {
            under_way->begin(addresses[*next]);
        }
        under_way->changed.expires_at(std::min(until, plan.due()));
        co_await under_way->changed.async_wait(asio::as_tuple(asio::use_awaitable));
        if ((co_await asio::this_coro::cancellation_state).cancelled() !=
            asio::cancellation_type::none) {
            co_return client_failure{client_errc::broken, "given up"};
        }
    }
    if (!under_way->first) {
        co_return client_failure{client_errc::connect, under_way->last_failure.message()};
    }
    co_return std::move(*under_way->first);
}

} // namespace gatepost::net
