#include "api.hpp"

#include <gatepost/core/ids.hpp>
#include <gatepost/sandbox/validate.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gatepost::sandbox {
namespace {

namespace asio = boost::asio;
using core::json::writer;

constexpr std::string_view track_path = "/open_api/v1.3/event/track";
constexpr std::size_t most_events = 1'000'000; // the oldest go

// TikTok's envelope.
net::response envelope(unsigned status, std::int64_t code, std::string_view message) {
    writer out;
    out.begin_object().member("code", code).member("message", message);
    out.member("request_id", core::random_id());
    out.key("data").begin_object().end_object().end_object();
    return {.status = status, .body = out.take()};
}

std::optional<control::behaviour> behaviour_named(std::string_view name) {
    if (name == "ok") {
        return control::behaviour::ok;
    }
    if (name == "reset") {
        return control::behaviour::reset;
    }
    return name == "hang" ? std::optional(control::behaviour::hang) : std::nullopt;
}

} // namespace

std::optional<net::response> api::refuse(const net::request_head& head) {
    const auto path = head.path();
    const bool look = path == "/_events";
    if (!look && path != "/_control" && path != track_path) {
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
    if (head.path() == "/_control") {
        co_return set_control(std::move(body));
    }
    if (head.path() == "/_events") {
        co_return show_events();
    }
    co_return co_await track(head, std::move(body));
}

asio::awaitable<net::response> api::track(const net::request_head& head, std::string body) {
    ++requests_;
    const auto now = take_control();
    asio::steady_timer wait(co_await asio::this_coro::executor);
    if (now.mode == control::behaviour::hang) {
        wait.expires_at(asio::steady_timer::time_point::max());
        co_await wait.async_wait(asio::use_awaitable);
    }
    if (now.delay.count() > 0) {
        wait.expires_after(now.delay);
        co_await wait.async_wait(asio::use_awaitable);
    }
    if (now.mode == control::behaviour::reset) {
        net::response gone;
        gone.reset = true;
        co_return gone;
    }
    if (now.code != 0) {
        co_return envelope(now.status, now.code, "set by /_control");
    }
    if (now.status != 200) {
        co_return net::response{.status = now.status,
                                .content_type = "text/html",
                                .body = "<html><body>set by /_control</body></html>"};
    }
    co_return judge(head, std::move(body));
}

net::response api::judge(const net::request_head& head, std::string body) {
    if (head.find("Access-Token").value_or("").empty()) {
        return envelope(200, 40104, "Access token is empty");
    }
    const auto parsed = core::json::parse(std::move(body));
    if (parsed.has_error()) {
        return envelope(200, 40002, "body: Not valid JSON.");
    }
    if (const auto fault = find_fault(parsed->root())) {
        return envelope(200, 40002, *fault);
    }
    keep(parsed->root());
    return envelope(200, 0, "OK");
}

void api::keep(core::json::value body) {
    body.find("data").each_element([&](core::json::value event) {
        writer out;
        out.begin_object();
        for (const std::string_view name : {"event_source", "event_source_id", "test_event_code"}) {
            if (const auto given = body.find(name)) {
                out.member(name, given.text());
            }
        }
        out.key("event").copy(event).end_object();
        events_.push_back(out.take());
    });
    while (events_.size() > most_events) {
        events_.pop_front();
    }
}

net::response api::set_control(std::string body) {
    const auto parsed = core::json::parse(std::move(body));
    if (parsed.has_error() || !parsed->root().is_object()) {
        return net::error_response(400, {"invalid_json", "send a JSON object", ""});
    }
    const auto given = parsed->root();
    control next;
    if (const auto mode = given.find("mode")) {
        const auto named = behaviour_named(mode.text());
        if (!named) {
            return net::error_response(422, {"invalid_control", "ok, reset or hang", "/mode"});
        }
        next.mode = *named;
    }
    next.code = given.find("code").integer().value_or(0);
    const auto status = given.find("status").integer().value_or(200);
    if (status < 200 || status > 599) {
        return net::error_response(422, {"invalid_control", "200 to 599", "/status"});
    }
    next.status = static_cast<unsigned>(status);
    next.delay = std::chrono::milliseconds(given.find("delay_ms").integer().value_or(0));
    next.count = given.find("count").integer();
    control_ = next;
    return {.body = R"({"status":"ok"})"};
}

control api::take_control() {
    const auto now = control_;
    if (control_.count && --*control_.count <= 0) {
        control_ = {};
    }
    return now;
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
