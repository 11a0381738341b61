// The way out with a context of its own, as the tests of the HTTP client use it.
#pragma once

#include <gatepost/net/http_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace gatepost::test {

using answer_result = core::result<core::upstream_answer, net::client_failure>;
using slot = std::optional<answer_result>;

inline core::upstream_request request(std::string target, std::string body = "body") {
    return {.target = std::move(target),
            .headers = {{"Content-Type", "application/json"}, {"Access-Token", "t"}},
            .body = std::move(body)};
}

inline bool always() {
    return true;
}

inline boost::asio::awaitable<void> run_send(net::http_client& client, core::upstream_request what,
                                             slot& into, std::function<bool()> may_send) {
    into = co_await client.send(std::move(what), std::move(may_send));
}

// A client with its own context, which runs while something is sent.
class client {
  public:
    explicit client(net::client_options options)
        : options_(std::move(options)), http_(context_, options_, metrics_) {}

    void begin(core::upstream_request what, slot& into, std::function<bool()> may_send = always) {
        boost::asio::co_spawn(context_, run_send(http_, std::move(what), into, std::move(may_send)),
                              boost::asio::detached);
    }
    // As far as it goes without waiting.
    void advance() {
        context_.restart();
        context_.poll();
    }
    // To be done while it runs; any thread.
    void post(std::function<void()> act) { boost::asio::post(context_, std::move(act)); }
    void finish() {
        context_.restart();
        context_.run();
    }
    answer_result send(core::upstream_request what, std::function<bool()> may_send = always) {
        slot answer;
        begin(std::move(what), answer, std::move(may_send));
        finish();
        return answer.value();
    }
    net::http_client& http() { return http_; }
    // The value of a metric's line, which begins so.
    std::string metric(const std::string& beginning) const {
        const auto text = metrics_.render();
        const auto start = text.find("\n" + beginning + " ");
        return start == std::string::npos
                   ? "absent"
                   : text.substr(start + beginning.size() + 2,
                                 text.find('\n', start + 1) - start - beginning.size() - 2);
    }

  private:
    net::client_options options_;
    observe::metrics metrics_{{}};
    boost::asio::io_context context_{1};
    net::http_client http_;
};

inline net::client_options plain(std::uint16_t port) {
    return {.endpoint = {.tls = false, .host = "127.0.0.1", .port = port}};
}

inline net::client_options over_tls(std::uint16_t port, const std::string& ca_file,
                                    std::string host = "localhost") {
    return {.endpoint = {.tls = true, .host = std::move(host), .port = port}, .ca_file = ca_file};
}

inline net::client_errc kind_of(const answer_result& failed) {
    REQUIRE(failed.has_error());
    return failed.error().kind;
}

} // namespace gatepost::test
