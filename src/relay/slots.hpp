// The right to have a request under way, given out in the order it was asked for.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <utility>

namespace gatepost::relay {

class slots {
  public:
    // Held as long as it lives.
    class slot {
      public:
        explicit slot(slots& from) : from_(&from) {}
        slot(slot&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
        slot& operator=(slot&&) = delete;
        ~slot() {
            if (from_ != nullptr) {
                from_->free_.try_send(boost::system::error_code());
            }
        }

      private:
        slots* from_;
    };

    slots(boost::asio::io_context& context, std::size_t count) : free_(context, count) {
        for (std::size_t i = 0; i < count; ++i) {
            free_.try_send(boost::system::error_code());
        }
    }

    boost::asio::awaitable<slot> take() {
        co_await free_.async_receive(boost::asio::use_awaitable);
        co_return slot(*this);
    }

  private:
    boost::asio::experimental::channel<void(boost::system::error_code)> free_;
};

} // namespace gatepost::relay
