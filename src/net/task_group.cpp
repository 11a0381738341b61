#include <gatepost/net/task_group.hpp>
#include <gatepost/observe/log.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <list>

namespace gatepost::net {

namespace asio = boost::asio;

struct task_group::state {
    explicit state(const asio::any_io_executor& on)
        : executor(on), ended(on, asio::steady_timer::time_point::max()) {}

    asio::any_io_executor executor;
    std::list<asio::cancellation_signal> tasks;
    asio::steady_timer ended; // cancelled when the last task ends
};

task_group::task_group(asio::any_io_executor executor)
    : state_(std::make_shared<state>(executor)) {}

task_group::~task_group() {
    cancel();
}

void task_group::spawn(std::string_view name, asio::awaitable<void> task) {
    const auto place = state_->tasks.emplace(state_->tasks.end());
    auto ended = [group = state_, place, name](const std::exception_ptr& escaped) {
        if (escaped) {
            try {
                std::rethrow_exception(escaped);
            } catch (const boost::system::system_error& error) {
                if (error.code() != asio::error::operation_aborted) {
                    observe::log(observe::level::error, "a task failed",
                                 {{"task", name}, {"error", error.code().message()}});
                }
            } catch (const std::exception& error) {
                observe::log(observe::level::error, "a task failed",
                             {{"task", name}, {"error", error.what()}});
            }
        }
        group->tasks.erase(place);
        if (group->tasks.empty()) {
            group->ended.cancel();
        }
    };
    asio::co_spawn(state_->executor, std::move(task),
                   asio::bind_cancellation_slot(place->slot(), std::move(ended)));
}

void task_group::cancel() {
    // A task may end, and leave the list, while it is being asked to.
    for (auto place = state_->tasks.begin(); place != state_->tasks.end();) {
        auto& task = *place++;
        task.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> task_group::wait() {
    const auto group = state_;
    while (!group->tasks.empty()) {
        boost::system::error_code woken;
        co_await group->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

} // namespace gatepost::net
