// A callback of another thread as something to await, for a bounded time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace gatepost::net {

// What the caller of the callback and the one who waits share.
template <class Result>
class expected_call : public std::enable_shared_from_this<expected_call<Result>> {
  public:
    explicit expected_call(boost::asio::steady_timer& waiting) : waiting_(&waiting) {}

    void arrive(Result result) {
        const std::lock_guard lock(guard_);
        if (waiting_ != nullptr) {
            result_ = std::move(result);
            // A timer may be cancelled on its own thread only.
            boost::asio::post(waiting_->get_executor(),
                              [call = this->shared_from_this()] { call->wake(); });
        }
    }
    // After this nothing touches the timer or its executor.
    void leave() {
        const std::lock_guard lock(guard_);
        waiting_ = nullptr;
    }
    std::optional<Result> take() {
        const std::lock_guard lock(guard_);
        return std::move(result_);
    }

  private:
    void wake() {
        const std::lock_guard lock(guard_);
        if (waiting_ != nullptr) {
            waiting_->cancel();
        }
    }

    std::mutex guard_;
    boost::asio::steady_timer* waiting_;
    std::optional<Result> result_;
};

// Calls start(finished) at once, and resumes on the caller's executor with what `finished` was
// called with, or with nothing when the time is up. `finished` may be called on any thread, also
// later, when nobody waits any more.
template <class Result, class Start>
boost::asio::awaitable<std::optional<Result>> within(std::chrono::milliseconds limit, Start start) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor, limit);
    const auto call = std::make_shared<expected_call<Result>>(timer);
    // Also when the coroutine is destroyed where it waits.
    struct departure {
        expected_call<Result>& from;
        ~departure() { from.leave(); }
    } const departed{*call};

    start(std::function<void(Result)>([call](Result result) { call->arrive(std::move(result)); }));
    boost::system::error_code woken;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    co_return call->take();
}

} // namespace gatepost::net
