#include "dead_letters.hpp"

#include "dead_selection.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/net/within.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace gatepost::admin {
namespace {

namespace asio = boost::asio;
using core::json::writer;

constexpr std::size_t most_letters = 1'000;
// Of a million letters that are refused an answer names the first.
constexpr std::size_t most_refusals = 10'000;

std::int64_t number(std::size_t value) {
    return static_cast<std::int64_t>(value);
}

net::response unavailable(std::string message) {
    auto answer = net::error_response(503, {"spool_unavailable", std::move(message), ""});
    answer.headers.emplace_back("Retry-After", "5");
    return answer;
}

net::response refusal(const core::input_error& error) {
    return net::error_response(error.code == "invalid_json" ? 400 : 422, error);
}

// It is not given up: the spool goes on until it has seen every letter.
net::response goes_on() {
    return {.status = 202, .body = R"({"complete":false})"};
}

void write_letter(writer& out, const spool::dead_letter& letter) {
    out.begin_object();
    out.member("id", letter.id).member("pixel", letter.pixel);
    out.member("event", letter.event).member("event_id", letter.event_id);
    out.member("reason", letter.reason).member("code", letter.code);
    out.member("message", letter.message).member("request_id", letter.request_id);
    out.member("attempts", std::int64_t{letter.attempts});
    out.member("at", std::int64_t{core::to_seconds(letter.at).time_since_epoch().count()});
    out.end_object();
}

net::response listed(const std::vector<spool::dead_letter>& letters) {
    writer out;
    out.begin_object().key("dead_letters").begin_array();
    for (const auto& each : letters) {
        write_letter(out, each);
    }
    out.end_array().end_object();
    return {.body = out.take()};
}

net::response replayed(const spool::replay_result& done) {
    if (done.failure) {
        return unavailable("the spool failed after " + std::to_string(done.replayed) +
                           " were replayed; the rest is as it was");
    }
    writer out;
    out.begin_object().member("replayed", number(done.replayed));
    out.key("refused").begin_array();
    const auto shown = std::min(done.refused.size(), most_refusals);
    for (std::size_t i = 0; i < shown; ++i) {
        out.begin_object().member("id", done.refused[i].id);
        out.member("reason", done.refused[i].reason).end_object();
    }
    out.end_array();
    if (done.refused.size() > shown) {
        out.member("more_refused", number(done.refused.size() - shown));
    }
    out.end_object();
    return {.body = out.take()};
}

// On the spool's thread, perhaps when nobody waits for the answer any more.
std::optional<std::string_view> objection(const replay_rules& rules,
                                          const spool::held_record& held) {
    if (!rules.pixels.contains(held.pixel)) {
        return "unknown_pixel";
    }
    if (rules.registry.forbids({.pixel = held.pixel,
                                .controller = held.controller,
                                .subjects = held.subjects,
                                .received = held.received,
                                .evidence = held.evidence})) {
        return "withdrawn";
    }
    return std::nullopt;
}

} // namespace

asio::awaitable<net::response> list_dead_letters(dead_letter_box box,
                                                 const net::request_head& head) {
    const auto limit = core::parse_integer<std::size_t>(head.query("limit").value_or("100"));
    if (!limit || *limit == 0 || *limit > most_letters) {
        co_return net::error_response(422, {"invalid_query", "limit takes 1 to 1000", ""});
    }
    spool::dead_query which;
    which.reason = head.query("reason").value_or("");
    if (!which.reason.empty() && !is_dead_reason(which.reason)) {
        co_return net::error_response(
            422, {"invalid_query", "reason takes invalid, failed_event or expired", ""});
    }
    using letters = core::result<std::vector<spool::dead_letter>>;
    auto start = [&](std::function<void(letters)> finished) {
        box.queue.list_dead(which, *limit, std::move(finished));
    };
    const auto found = co_await net::within<letters>(box.patience, start);
    if (!found || found->has_error()) {
        co_return unavailable("the dead letters cannot be read; try again");
    }
    co_return listed(**found);
}

asio::awaitable<net::response> replay_dead_letters(dead_letter_box box, replay_rules rules,
                                                   std::string body) {
    const auto which = parse_selection(std::move(body));
    if (which.has_error()) {
        co_return refusal(which.error());
    }
    // Shared with the spool, which may still ask when the request is over.
    const auto asked = std::make_shared<const replay_rules>(std::move(rules));
    auto may_go = [asked](const spool::held_record& held) { return objection(*asked, held); };
    auto start = [&](std::function<void(spool::replay_result)> finished) {
        box.queue.replay_dead(*which, may_go, std::move(finished));
    };
    const auto done = co_await net::within<spool::replay_result>(box.patience, start);
    co_return done ? replayed(*done) : goes_on();
}

asio::awaitable<net::response> remove_dead_letters(dead_letter_box box, std::string body) {
    const auto which = parse_selection(std::move(body));
    if (which.has_error()) {
        co_return refusal(which.error());
    }
    auto start = [&](std::function<void(spool::removal_result)> finished) {
        box.queue.remove_dead(*which, std::move(finished));
    };
    const auto done = co_await net::within<spool::removal_result>(box.patience, start);
    if (!done) {
        co_return goes_on();
    }
    if (done->failure) {
        co_return unavailable("the spool failed after " + std::to_string(done->deleted) +
                              " were deleted; the rest is as it was");
    }
    writer out;
    out.begin_object().member("deleted", number(done->deleted)).end_object();
    co_return net::response{.body = out.take()};
}

} // namespace gatepost::admin
