// The applications' routes of one thread, by the newest edition.
#pragma once

#include "edition.hpp"

#include <gatepost/core/ports.hpp>
#include <gatepost/net/http.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace gatepost::app {

class current_routes final : public net::http_handler, public core::explainer {
  public:
    current_routes(std::shared_ptr<edition> first, std::size_t thread)
        : now_(std::move(first)), thread_(thread) {}

    // For requests from now on. Here and below on the thread itself, or before it runs.
    void use(std::shared_ptr<edition> newest) { now_ = std::move(newest); }

    std::optional<net::response> refuse(const net::request_head& head) override {
        return now_->routes(thread_).refuse(head);
    }
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override {
        const auto held = now_; // a reload must not end it under the request
        co_return co_await held->routes(thread_).answer(head, std::move(body));
    }
    net::response refusal(const net::request_head& head, unsigned status,
                          const core::input_error& error) override {
        return now_->routes(thread_).refusal(head, status, error);
    }
    void refused(std::string_view code) override { now_->routes(thread_).refused(code); }
    core::explanation explain(std::string body) override {
        return now_->routes(thread_).explain(std::move(body));
    }

  private:
    std::shared_ptr<edition> now_;
    std::size_t thread_;
};

} // namespace gatepost::app
