// Coroutines that belong together: every one is watched, and what escapes from one is logged.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string_view>

namespace gatepost::net {

// For one thread: the executor's context is run by the thread that uses the group.
class task_group {
  public:
    explicit task_group(boost::asio::any_io_executor executor);
    ~task_group();

    // `name` is a literal, for the log.
    void spawn(std::string_view name, boost::asio::awaitable<void> task);
    // Asks every task to stop: what it awaits ends with operation_aborted.
    void cancel();
    // Ends when the last task has.
    boost::asio::awaitable<void> wait();

  private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace gatepost::net
