// The sandbox's routes: TikTok's, and two of its own to steer (control.hpp) and to look.
//
// GET /_events: {"requests", "connections", "events": [{"api", "event_source", "event_source_id",
// "test_event_code"?, "event"}]}. `api` is "event" for Events API 2.0 and "pixel" for 1.0, whose
// event is shown as it came and whose pixel_code is the event_source_id of source "web". Tokens are
// never shown.
#pragma once

#include "control.hpp"
#include "posted.hpp"

#include <gatepost/net/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace gatepost::sandbox {

class api final : public net::http_handler {
  public:
    // `connections` tells how many were accepted so far.
    explicit api(std::function<std::size_t()> connections) : connections_(std::move(connections)) {}

    std::optional<net::response> refuse(const net::request_head& head) override;
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;

  private:
    struct verdict {
        std::int64_t code = 0;
        std::string message = "OK";
    };
    boost::asio::awaitable<net::response> take(route to, bool has_token, std::string body);
    net::response answer_as(const control& told, const verdict& found, const posted& request);
    void keep(const posted& request, std::span<const std::int64_t> without);
    net::response set_control(std::string body);
    net::response show_events() const;

    std::function<std::size_t()> connections_;
    controls controls_;
    std::size_t requests_ = 0;
    std::deque<std::string> events_; // each as /_events shows it
};

} // namespace gatepost::sandbox
