// A context and the thread that runs it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <thread>
#include <type_traits>

namespace gatepost::app {

class room {
  public:
    boost::asio::io_context& context() { return context_; }
    void start() {
        thread_ = std::thread([this] { context_.run(); });
    }
    // Ends when nothing is left to do.
    void finish() {
        guard_.reset();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ =
        boost::asio::make_work_guard(context_);
    std::thread thread_;
};

// Does something on the thread of another context, and gives what came of it to the caller on the
// caller's own.
template <class Context, class Work>
boost::asio::awaitable<std::invoke_result_t<Work>> elsewhere(Context& context, Work work) {
    using result = std::invoke_result_t<Work>;
    const auto carry_out = [](Work there) -> boost::asio::awaitable<result> { co_return there(); };
    co_return co_await boost::asio::co_spawn(context.get_executor(), carry_out(std::move(work)),
                                             boost::asio::use_awaitable);
}

} // namespace gatepost::app
