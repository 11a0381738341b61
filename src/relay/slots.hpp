// The right to have a request under way.
//
// So many slots are shared by all pixels, in the order they were asked for. Beside them every pixel
// has one of its own, so that however many pixels hang, another one waits no longer than `patience`
// for its turn: it is taken at once by a pixel in trouble, which then leaves the shared ones alone,
// and by any pixel that has waited long enough. A pixel that is alone has nobody to wait for and no
// slot of its own.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <utility>

namespace gatepost::relay {

class slots {
  public:
    static constexpr auto patience = std::chrono::milliseconds(100);

    // A pixel's own.
    struct reserve {
        bool there;
        bool taken = false;

        bool take() { return there && !std::exchange(taken, true); }
    };

    // Held as long as it lives.
    class slot {
      public:
        slot(slots& from, reserve* own) : from_(&from), own_(own) {}
        slot(slot&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)), own_(other.own_) {}
        slot& operator=(slot&&) = delete;
        ~slot() {
            if (from_ != nullptr) {
                own_ != nullptr ? void(own_->taken = false) : from_->give_back();
            }
        }

      private:
        slots* from_;
        reserve* own_; // null for a shared one
    };

    slots(boost::asio::io_context& context, std::size_t count) : context_(context), count_(count) {}

    // How many are shared from now on; those taken beyond it are not given out again.
    void resize(std::size_t count) {
        count_ = count;
        pass_on();
    }

    // The slots and `own` outlive what is given.
    boost::asio::awaitable<slot> take(reserve& own, bool troubled) {
        if (troubled && own.take()) {
            co_return slot(*this, &own);
        }
        if (taken_ < count_ && waiting_.empty()) {
            ++taken_;
            co_return slot(*this, nullptr);
        }
        waiter turn(*this);
        while (!turn.granted) {
            turn.timer.expires_after(patience);
            const auto [stopped] =
                co_await turn.timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            // Without a turn only cancellation stops the wait, and the next wait says so.
            if (!turn.granted && !stopped && own.take()) {
                co_return slot(*this, &own);
            }
        }
        turn.granted = false; // passed on
        co_return slot(*this, nullptr);
    }

  private:
    // Somebody in the line; leaves it also when cancelled.
    struct waiter {
        explicit waiter(slots& line)
            : of(line), timer(line.context_),
              place(line.waiting_.insert(line.waiting_.end(), this)) {}
        waiter(const waiter&) = delete;
        ~waiter() {
            if (place != of.waiting_.end()) {
                of.waiting_.erase(place);
            }
            if (granted) {
                of.give_back();
            }
        }
        slots& of;
        boost::asio::steady_timer timer;
        std::list<waiter*>::iterator place; // the end when no longer in the line
        bool granted = false;
    };

    void give_back() {
        --taken_;
        pass_on();
    }

    void pass_on() {
        while (taken_ < count_ && !waiting_.empty()) {
            auto& next = *waiting_.front();
            waiting_.pop_front();
            next.place = waiting_.end();
            next.granted = true;
            next.timer.cancel();
            ++taken_;
        }
    }

    boost::asio::io_context& context_;
    std::size_t count_;
    std::size_t taken_ = 0;
    std::list<waiter*> waiting_;
};

} // namespace gatepost::relay
