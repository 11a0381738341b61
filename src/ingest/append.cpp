#include "append.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace gatepost::ingest {

namespace asio = boost::asio;
using statuses = core::result<std::vector<spool::append_status>>;

asio::awaitable<statuses> append(spool::queue& queue, std::vector<core::sealed_record> records,
                                 arrivals::ticket received) {
    const auto executor = co_await asio::this_coro::executor;
    auto start = [&queue, &received, executor](auto handler,
                                               std::vector<core::sealed_record> list) {
        // The spool wants a copyable callback; the handler can only be moved.
        struct pending {
            decltype(handler) resume;
            asio::executor_work_guard<asio::any_io_executor> alive;
        };
        auto waiting = std::make_shared<pending>(
            pending{std::move(handler), asio::make_work_guard(asio::any_io_executor(executor))});
        queue.append(std::move(list), [waiting](statuses result) {
            const auto resume_on = waiting->alive.get_executor();
            asio::post(resume_on, [waiting, result = std::move(result)]() mutable {
                auto resume = std::move(waiting->resume);
                waiting->alive.reset();
                std::move(resume)(std::move(result));
            });
        });
        received.handed_over();
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(statuses)>(
        std::move(start), asio::use_awaitable, std::move(records));
}

} // namespace gatepost::ingest
