// A daemon on a real socket that answers whoever shows its token.
#pragma once

#include <gatepost/net/http_server.hpp>

#include <boost/asio/io_context.hpp>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gatepost::test {

class guarded_daemon final : private net::http_handler {
  public:
    // `body` is what it answers with 200.
    guarded_daemon(std::string token, std::string body)
        : expected_("Bearer " + std::move(token)), body_(std::move(body)),
          server_({{&context_, this}}, net::server_options()),
          port_(server_.listen({"127.0.0.1", 0}).port), thread_([this] { context_.run(); }) {}
    ~guarded_daemon() {
        context_.stop();
        thread_.join();
    }
    guarded_daemon(const guarded_daemon&) = delete;
    guarded_daemon& operator=(const guarded_daemon&) = delete;

    std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string url() const { return "http://" + authority(); }

  private:
    std::optional<net::response> refuse(const net::request_head& head) override {
        if (head.find("Authorization").value_or("") == expected_) {
            return std::nullopt;
        }
        return net::error_response(401, {"unauthorized", "a token is needed", ""});
    }
    boost::asio::awaitable<net::response> answer(const net::request_head& /*head*/,
                                                 std::string /*body*/) override {
        net::response result;
        result.body = body_;
        co_return result;
    }

    std::string expected_;
    std::string body_;
    boost::asio::io_context context_{1};
    net::http_server server_;
    std::uint16_t port_;
    std::thread thread_;
};

} // namespace gatepost::test
