// A connection there is no room for: it is told so and ended.
#pragma once

#include "discarding.hpp"
#include "listening.hpp"
#include "open_connections.hpp"
#include "streams.hpp"

#include <utility>

namespace gatepost::net {

class farewell final : public connection_base {
  public:
    explicit farewell(plain_stream socket) : socket_(std::move(socket)) { fresh_ = false; }

    asio::awaitable<void> run(open_connections::place& /*never idle*/) {
        answer_overloaded(socket_.native_handle());
        set_deadline(longest_discarding);
        co_await discard_rest(socket_);
    }

  private:
    void cancel() override {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }
    bool has_come() override { return false; }

    plain_stream socket_;
};

} // namespace gatepost::net
