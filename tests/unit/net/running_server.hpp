// An http_server on a thread of its own, with a handler that says what it was asked.
#pragma once

#include <gatepost/net/http_server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace gatepost::test {

// Answers "<method> <target> <body>", and knows what it has seen. /refused is refused by its head,
// /wait is answered when released, /large with 100,000 bytes, /moved with 302, /reset not at all.
class echo final : public net::http_handler {
  public:
    explicit echo(boost::asio::io_context& context)
        : gate_(context, boost::asio::steady_timer::time_point::max()) {}

    std::optional<net::response> refuse(const net::request_head& head) override {
        return head.path() == "/refused"
                   ? std::optional(net::error_response(403, {"refused", "refused", ""}))
                   : std::nullopt;
    }

    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override {
        const auto path = head.path();
        ++answered_;
        for (const auto& [name, value] : head.headers) {
            seen_ += std::string(name) + "\n";
        }
        net::response result;
        result.content_type = "text/plain";
        result.body.append(head.method).append(" ").append(head.target).append(" ").append(body);
        if (path == "/wait") {
            entered_.release();
            co_await gate_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        } else if (path == "/large") {
            result.body.assign(100'000, 'l');
        } else if (path == "/who") {
            result.body = head.peer_uid ? std::to_string(*head.peer_uid) : "unknown";
        } else if (path == "/moved") {
            result.status = 302;
            result.headers.emplace_back("Location", "/elsewhere");
        }
        result.reset = path == "/reset";
        co_return result;
    }

    void refused(std::string_view code) override {
        const std::lock_guard lock(refusals_guard_);
        refusals_.emplace_back(code);
        refused_at_.push_back(std::chrono::steady_clock::now());
    }

    // Any thread; `saw` after an answer.
    std::size_t answered() const { return answered_; }
    bool saw(std::string_view header) const { return seen_.find(header) != std::string::npos; }
    std::vector<std::string> refusals() const {
        const std::lock_guard lock(refusals_guard_);
        return refusals_;
    }

    std::vector<std::chrono::steady_clock::time_point> refused_at() const {
        const std::lock_guard lock(refusals_guard_);
        return refused_at_;
    }

    // So many more requests for /wait.
    void wait_until_entered(int requests = 1) {
        for (int i = 0; i < requests; ++i) {
            entered_.acquire();
        }
    }
    void release() { gate_.expires_at(boost::asio::steady_timer::time_point::min()); }

  private:
    boost::asio::steady_timer gate_;
    std::counting_semaphore<> entered_{0};
    std::atomic<std::size_t> answered_ = 0;
    std::string seen_;
    mutable std::mutex refusals_guard_;
    std::vector<std::string> refusals_;
    std::vector<std::chrono::steady_clock::time_point> refused_at_;
};

class running_server {
  public:
    explicit running_server(const net::server_options& options = {},
                            boost::asio::ssl::context* tls = nullptr,
                            const char* host = "127.0.0.1")
        : server_({{&context_, &handler_}}, options, tls), address_(server_.listen({host, 0})),
          thread_([this] { context_.run(); }) {}
    // Ends when every connection and listener has.
    ~running_server() {
        release();
        server_.abort();
        thread_.join();
    }
    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;

    net::http_server& operator*() { return server_; }
    net::http_server* operator->() { return &server_; }
    echo& handler() { return handler_; }
    void release() {
        boost::asio::post(context_, [this] { handler_.release(); });
    }
    const net::listen_address& address() const { return address_; }
    std::string url() const { return "http://" + address_.authority(); }

  private:
    boost::asio::io_context context_{1};
    echo handler_{context_};
    net::http_server server_;
    net::listen_address address_;
    std::thread thread_;
};

} // namespace gatepost::test
