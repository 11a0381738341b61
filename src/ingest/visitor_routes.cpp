#include "refusal.hpp"
#include "subject_answer.hpp"
#include "visitor_cookies.hpp"
#include "warnings.hpp"

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/event/click_ids.hpp>
#include <gatepost/ingest/visitor_routes.hpp>
#include <gatepost/net/within.hpp>

#include <algorithm>

namespace gatepost::ingest {
namespace {

namespace asio = boost::asio;
using core::input_error;
using core::json::writer;

constexpr std::string_view consent_path = "/v1/consent";
constexpr std::string_view erasure_path = "/v1/erasure";

// The registry and the audit trail answer when their disk has; longer than this is a failure.
constexpr std::chrono::seconds patience{10};
// More identifiers are not those of one visitor.
constexpr std::size_t max_identifiers = 100;
constexpr std::size_t max_audit_lines = 10'000;
constexpr std::size_t max_held_bytes = 8 << 20;

input_error registry_unavailable() {
    return {"registry_unavailable", "the registry cannot be written; try again", ""};
}

input_error audit_unavailable() {
    return {"audit_unavailable", "the audit trail cannot be read or written; try again", ""};
}

identity::placeholder_set placeholders_of(const identity::options& chosen) {
    identity::hasher digest;
    return {chosen, digest};
}

// When the visitor chose; clocks of shops and browsers differ by a little.
core::input_result<std::chrono::sys_seconds>
choice_time(std::optional<std::chrono::sys_seconds> given, core::wall_time now) {
    constexpr std::chrono::minutes tolerated_skew{5};
    if (given && *given > now + tolerated_skew) {
        return input_error("invalid_statement", "more than 5 minutes ahead", "/at");
    }
    return std::min(given.value_or(core::to_seconds(now)), core::to_seconds(now));
}

core::input_result<ledger::choice> choice_of(std::string_view marketing) {
    if (!consent::gate::is_verdict(marketing)) {
        return input_error("invalid_statement", "must be granted or denied", "/marketing");
    }
    return core::iequals(core::trim(marketing), "granted") ? ledger::choice::granted
                                                           : ledger::choice::denied;
}

net::response sweep_answer(bool recorded, const swept& done,
                           const std::vector<std::string>& warnings) {
    writer out;
    out.begin_object();
    out.member("recorded", recorded);
    out.member("deleted", static_cast<std::int64_t>(done.deleted));
    out.member("in_flight", static_cast<std::int64_t>(done.in_flight));
    out.member("complete", done.complete);
    write_warnings(out, warnings);
    out.end_object();
    return {.body = out.take()};
}

} // namespace

struct visitor_routes::request {
    event::statement said;
    ledger::subject who;
    std::vector<std::string> warnings;
};

visitor_routes::visitor_routes(const options& chosen, identity::options identity,
                               identity::instance_key key, visitor_books books)
    : options_(chosen), identity_(std::move(identity)), key_(std::move(key)),
      placeholders_(placeholders_of(identity_)), books_(books) {}

asio::awaitable<net::response> visitor_routes::answer(std::string_view path, caller by,
                                                      std::string body) const {
    auto said = read(by, std::move(body));
    if (said.has_error()) {
        co_return refusal(said.error());
    }
    auto answering = path == consent_path   ? consent(std::move(*said))
                     : path == erasure_path ? erasure(std::move(*said))
                                            : subject(std::move(*said));
    co_return co_await std::move(answering);
}

core::input_result<visitor_routes::request> visitor_routes::read(const caller& by,
                                                                 std::string body) const {
    auto said = event::decode_statement(std::move(body));
    if (said.has_error()) {
        return said.error();
    }
    request result;
    result.warnings = std::move(said->warnings);
    auto who = subject_of(*said, by, result.warnings);
    if (who.has_error()) {
        return who.error();
    }
    result.who = *std::move(who);
    result.said = *std::move(said);
    return result;
}

core::input_result<std::string> visitor_routes::controller_of(std::string_view id) const {
    const auto& pixels = options_.pixels;
    if (!id.empty()) {
        const auto found = std::ranges::find(pixels, id, &pixel::id);
        if (found == pixels.end()) {
            return input_error("unknown_pixel", "this pixel is not configured", "/pixel");
        }
        return found->controller;
    }
    const bool one = !pixels.empty() && std::ranges::all_of(pixels, [&](const pixel& each) {
        return each.controller == pixels.front().controller;
    });
    if (!one) {
        return input_error("unknown_pixel",
                           "no pixel is named and those configured have several controllers",
                           "/pixel");
    }
    return pixels.front().controller;
}

core::input_result<ledger::subject>
visitor_routes::subject_of(event::statement& said, const caller& by,
                           std::vector<std::string>& warnings) const {
    auto& about = said.about;
    if (about.who.emails.size() + about.who.phones.size() + about.who.external_ids.size() >
        max_identifiers) {
        return input_error("invalid_statement", "more than 100 identifiers", "/user");
    }
    auto controller = controller_of(about.pixel);
    if (controller.has_error()) {
        return controller.error();
    }
    const auto cookies = cookies_of(about.from).value_or(by.cookie);
    about.from.cookie = cookies;
    const auto clicks = event::find_click_ids(about);
    about.from.cookie = {};
    identity::hasher digest;
    const auto who = identity::hash_user(about.who, "", identity_, digest, warnings);
    auto keys = identity::subject_keys(who, clicks, placeholders_, key_);
    if (keys.empty()) {
        return input_error("no_identifier", "there is nothing to know the visitor by", "");
    }
    return ledger::subject{.controller = *std::move(controller), .keys = std::move(keys)};
}

asio::awaitable<visitor_routes::recorded>
visitor_routes::record(ledger::subject who, ledger::choice said,
                       std::chrono::sys_seconds at) const {
    recorded result;
    auto start = [&](ledger::registry::done finished) {
        result.changed = books_.registry.record(who, said, at, std::move(finished));
    };
    const auto failure = co_await net::within<core::error_code>(patience, std::move(start));
    result.durable = failure && !*failure;
    co_return result;
}

// What is said to the server now is newer than everything that was said before or has come in when
// the process began, whatever the clock shows: it may have been set back, and two choices may come
// within a second.
std::chrono::sys_seconds visitor_routes::stamp(const ledger::subject& who,
                                               ledger::choice said) const {
    auto at = core::to_seconds(std::max(books_.clock.wall(), books_.order.newest_at_start()));
    for (const auto& held : books_.registry.entries(who.controller, who.keys)) {
        if (held.said) {
            const bool same_second_loses = said == ledger::choice::granted && held.said != said;
            at = std::max(at, held.said_at + std::chrono::seconds(same_second_loses ? 1 : 0));
        }
    }
    return at;
}

asio::awaitable<bool> visitor_routes::withdraw_waiting(const ledger::subject& who) const {
    const auto up_to = books_.order.denial(books_.clock.wall());
    auto start = [&](ledger::registry::done finished) {
        books_.registry.withdraw_waiting(who, up_to, std::move(finished));
    };
    const auto failure = co_await net::within<core::error_code>(patience, std::move(start));
    co_return failure && !*failure;
}

asio::awaitable<net::response> visitor_routes::consent(request asked) const {
    const auto said = choice_of(asked.said.marketing);
    if (said.has_error()) {
        co_return refusal(said.error());
    }
    const auto now = books_.clock.wall();
    const auto given = choice_time(asked.said.at, now);
    if (given.has_error()) {
        co_return refusal(given.error());
    }
    const auto at = asked.said.at ? *given : stamp(asked.who, *said);
    const auto done = co_await record(asked.who, *said, at);
    if (!done.durable) {
        co_return refusal(registry_unavailable());
    }
    swept gone{.complete = true};
    if (*said == ledger::choice::denied) {
        // Said now, it takes back everything received up to now, whatever time its grant bears.
        const bool taken_back = asked.said.at || co_await withdraw_waiting(asked.who);
        if (!taken_back) {
            co_return refusal(registry_unavailable());
        }
        // Also when nothing was new: the sweep after the first try may have been cut off.
        gone = co_await books_.sweeper.forget(std::move(asked.who));
    }
    co_return sweep_answer(done.changed, gone, asked.warnings);
}

asio::awaitable<net::response> visitor_routes::erasure(request asked) const {
    constexpr auto erased = ledger::choice::erased;
    const auto done = co_await record(asked.who, erased, stamp(asked.who, erased));
    const bool taken_back = done.durable && co_await withdraw_waiting(asked.who);
    if (!taken_back) {
        co_return refusal(registry_unavailable());
    }
    const auto gone = co_await books_.sweeper.forget(asked.who);
    auto unlink = [&](std::function<void(core::result<std::size_t>)> finished) {
        books_.trail.erase(asked.who.controller, asked.who.keys, std::move(finished));
    };
    const auto unlinked =
        co_await net::within<core::result<std::size_t>>(patience, std::move(unlink));
    if (!unlinked || unlinked->has_error()) {
        co_return refusal(audit_unavailable());
    }
    co_return sweep_answer(done.changed, gone, asked.warnings);
}

asio::awaitable<net::response> visitor_routes::subject(request asked) const {
    const auto held = std::make_shared<held_events>(asked.who, books_.registry, max_held_bytes);
    auto walk = [&](spool::queue::walk_done finished) {
        books_.queue.walk(
            [held](const spool::held_record& each) {
                held->add(each);
                return false;
            },
            std::move(finished));
    };
    const auto walked = co_await net::within<core::error_code>(patience, std::move(walk));
    const bool unreadable = walked == spool::make_error_code(spool::errc::unreadable);
    if (walked && *walked && !unreadable) {
        co_return refusal({"spool_unavailable", "the spool cannot be read; try again", ""});
    }
    auto find = [&](std::function<void(core::result<std::vector<std::string>>)> finished) {
        books_.trail.find(asked.who.controller, asked.who.keys, max_audit_lines,
                          std::move(finished));
    };
    const auto lines =
        co_await net::within<core::result<std::vector<std::string>>>(patience, std::move(find));
    if (!lines || lines->has_error()) {
        co_return refusal(audit_unavailable());
    }

    writer out;
    out.begin_object();
    const bool all_held = held->write(out);
    write_entries(out, books_.registry.entries(asked.who.controller, asked.who.keys));
    out.key("audit").begin_array();
    for (const auto& line : **lines) {
        out.raw(line);
    }
    out.end_array();
    out.member("complete", walked && !unreadable && all_held && (*lines)->size() < max_audit_lines);
    write_warnings(out, asked.warnings);
    out.end_object();
    co_return net::response{.body = out.take()};
}

} // namespace gatepost::ingest
