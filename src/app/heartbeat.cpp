#include "heartbeat.hpp"

#include <gatepost/observe/log.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <memory>

namespace gatepost::app {
namespace {

namespace asio = boost::asio;

// Somebody who was asked, and whether there was an answer.
struct asked {
    std::string_view name;
    std::shared_ptr<std::atomic<bool>> answered = std::make_shared<std::atomic<bool>>(false);
};

// The spool's writer is asked by a commit of nothing, which it answers on a full disk too.
std::vector<asked> ask(const std::vector<watched_room>& rooms, spool::queue& queue) {
    std::vector<asked> all;
    for (const auto& room : rooms) {
        all.push_back({room.name});
        asio::post(*room.context, [answered = all.back().answered] { *answered = true; });
    }
    all.push_back({"spool"});
    queue.append({}, [answered = all.back().answered](const auto&) { *answered = true; });
    return all;
}

bool all_answered(const std::vector<asked>& all) {
    bool whole = true;
    for (const auto& each : all) {
        if (!*each.answered) {
            whole = false;
            observe::log(observe::level::error, "a thread of the daemon does not answer",
                         {{"thread", each.name}});
        }
    }
    return whole;
}

} // namespace

asio::awaitable<void> keep_alive(asio::io_context& home, std::vector<watched_room> rooms,
                                 spool::queue& queue, const service_manager& manager) {
    const auto limit = manager.watchdog();
    if (!limit) {
        co_return;
    }
    asio::steady_timer next(home);
    for (;;) {
        const auto all = ask(rooms, queue);
        next.expires_after(*limit / 3);
        co_await next.async_wait(asio::use_awaitable);
        if (all_answered(all)) {
            manager.alive();
        }
    }
}

} // namespace gatepost::app
