// The sandbox's routes: TikTok's track route, and two of its own to steer and to look.
#pragma once

#include <gatepost/core/json.hpp>
#include <gatepost/net/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace gatepost::sandbox {

// How the next requests are answered.
struct control {
    enum class behaviour { ok, reset, hang };
    behaviour mode = behaviour::ok;
    std::int64_t code = 0; // body code; 0 judges the body
    unsigned status = 200; // HTTP status; other than 200 without a code has no JSON body
    std::chrono::milliseconds delay{0};
    std::optional<std::int64_t> count; // for how many requests; nullopt: until changed
};

class api final : public net::http_handler {
  public:
    // `connections` tells how many were accepted so far.
    explicit api(std::function<std::size_t()> connections) : connections_(std::move(connections)) {}

    std::optional<net::response> refuse(const net::request_head& head) override;
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;

  private:
    boost::asio::awaitable<net::response> track(const net::request_head& head, std::string body);
    net::response judge(const net::request_head& head, std::string body);
    net::response set_control(std::string body);
    net::response show_events() const;
    control take_control();
    void keep(core::json::value body);

    std::function<std::size_t()> connections_;
    control control_;
    std::size_t requests_ = 0;
    std::deque<std::string> events_; // each as /_events shows it
};

} // namespace gatepost::sandbox
