#include "api.hpp"

#include <gatepost/core/ids.hpp>
#include <gatepost/core/json.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string_view>

namespace gatepost::sandbox {
namespace {

namespace asio = boost::asio;
using core::json::writer;

constexpr std::size_t most_events = 1'000'000; // the oldest go
constexpr std::int64_t partial_success = 20001;

// TikTok's envelope.
net::response envelope(unsigned status, std::int64_t code, std::string_view message,
                       std::span<const std::int64_t> failed_events) {
    writer out;
    out.begin_object().member("code", code).member("message", message);
    out.member("request_id", core::random_id());
    out.key("data").begin_object();
    if (!failed_events.empty()) {
        out.key("failed_events").begin_array();
        for (const auto place : failed_events) {
            out.integer(place);
        }
        out.end_array();
    }
    out.end_object().end_object();
    return {.status = status, .body = out.take()};
}

net::response told_answer(const control& told) {
    if (told.body) {
        return {.status = told.status, .content_type = told.content_type, .body = *told.body};
    }
    if (told.code == 0) {
        return {.status = told.status,
                .content_type = "text/html",
                .body = "<html><body>set by /_control</body></html>"};
    }
    return envelope(told.status, told.code, told.message, told.failed_events);
}

} // namespace

std::optional<net::response> api::refuse(const net::request_head& head) {
    const auto path = head.path();
    const bool look = path == "/_events";
    if (!look && path != "/_control" && !route_of(path)) {
        return net::error_response(404, {"not_found", "no such route", ""});
    }
    if (head.method != (look ? "GET" : "POST")) {
        auto refused = net::error_response(405, {"method_not_allowed", "not with this method", ""});
        refused.headers.emplace_back("Allow", look ? "GET" : "POST");
        return refused;
    }
    return std::nullopt;
}

asio::awaitable<net::response> api::answer(const net::request_head& head, std::string body) {
    const auto to = route_of(head.path());
    if (to) {
        const bool has_token = !head.find("Access-Token").value_or("").empty();
        co_return co_await take(*to, has_token, std::move(body));
    }
    co_return head.path() == "/_control" ? set_control(std::move(body)) : show_events();
}

asio::awaitable<net::response> api::take(route to, bool has_token, std::string body) {
    ++requests_;
    const posted request(to, std::move(body));
    const auto told = controls_.take(request);
    verdict found;
    if (!has_token) {
        found = {40104, "Access token is empty"};
    } else if (auto fault = request.find_fault()) {
        found = {40002, *std::move(fault)};
    }
    asio::steady_timer wait(co_await asio::this_coro::executor);
    if (told.mode == control::behaviour::hang) {
        if (told.keep && found.code == 0) {
            keep(request, {});
        }
        wait.expires_at(asio::steady_timer::time_point::max());
        co_await wait.async_wait(asio::use_awaitable);
    }
    if (told.delay.count() > 0) {
        wait.expires_after(told.delay);
        co_await wait.async_wait(asio::use_awaitable);
    }
    co_return answer_as(told, found, request);
}

net::response api::answer_as(const control& told, const verdict& found, const posted& request) {
    const bool resets = told.mode == control::behaviour::reset;
    const bool judged = !resets && !told.answers();
    const bool partly = told.code == partial_success;
    if (found.code == 0 && (judged || partly || told.keep)) {
        keep(request, partly ? std::span(told.failed_events) : std::span<const std::int64_t>());
    }
    if (resets) {
        net::response gone;
        gone.reset = true;
        return gone;
    }
    auto answer = judged ? envelope(200, found.code, found.message, {}) : told_answer(told);
    if (told.retry_after) {
        answer.headers.emplace_back("Retry-After", std::to_string(*told.retry_after));
    }
    return answer;
}

void api::keep(const posted& request, std::span<const std::int64_t> without) {
    for (auto& event : request.shown(without)) {
        events_.push_back(std::move(event));
    }
    while (events_.size() > most_events) {
        events_.pop_front();
    }
}

net::response api::set_control(std::string body) {
    auto next = read_control(std::move(body));
    if (!next) {
        return net::error_response(next.error().code == "invalid_json" ? 400 : 422, next.error());
    }
    controls_.set(*std::move(next));
    return {.body = R"({"status":"ok"})"};
}

net::response api::show_events() const {
    writer out;
    out.begin_object();
    out.member("requests", static_cast<std::int64_t>(requests_));
    out.member("connections", static_cast<std::int64_t>(connections_()));
    out.key("events").begin_array();
    for (const auto& event : events_) {
        out.raw(event);
    }
    out.end_array().end_object();
    return {.body = out.take()};
}

} // namespace gatepost::sandbox
