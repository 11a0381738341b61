#include "way_out.hpp"

#include <gatepost/consent/permitted.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/identity/identifier.hpp>
#include <gatepost/tiktok/encoder.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <utility>

namespace gatepost::test {

namespace asio = boost::asio;

void running_context::finish() {
    guard_.reset();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void running_context::stop() {
    context_.stop();
    finish();
}

upstream::upstream(asio::io_context& context)
    : gate_(context, asio::steady_timer::time_point::max()), server_({{&context, this}}, {}) {
    address_ = server_.listen({"127.0.0.1", 0});
}

asio::awaitable<net::response> upstream::answer(const net::request_head& head, std::string body) {
    const auto parsed = core::json::parse(std::move(body)).value();
    seen_request asked;
    asked.to = parsed.root().find("event_source_id").text();
    asked.token = head.find("Access-Token").value_or("");
    asked.test_code = parsed.root().find("test_event_code").text();
    parsed.root().find("data").each_element(
        [&](core::json::value event) { asked.ids.emplace_back(event.find("event_id").text()); });
    std::function<void(std::size_t)> act;
    std::size_t number = 0;
    bool hangs = false;
    {
        const std::lock_guard lock(guard_);
        seen_.push_back(asked);
        number = seen_.size();
        act = act_;
        hangs = hanging_.contains(asked.to);
    }
    if (act) {
        act(number);
    }
    if (hangs) {
        co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return verdict(asked, number);
}

net::response upstream::verdict(const seen_request& asked, std::size_t number) {
    const std::lock_guard lock(guard_);
    if (!script_.empty()) {
        auto next = std::move(script_.front());
        script_.pop_front();
        return next;
    }
    if (const auto standing = standing_.find(asked.to); standing != standing_.end()) {
        return standing->second;
    }
    if (judge_) {
        if (auto answer = judge_(asked)) {
            return std::move(*answer);
        }
    }
    const auto request_id = R"(,"request_id":"R)" + std::to_string(number) + R"("})";
    if (std::ranges::any_of(asked.ids, [&](const auto& id) { return poisoned_.contains(id); })) {
        return {.body = R"({"code":40002,"message":"Invalid.")" + request_id};
    }
    for (const auto& id : asked.ids) {
        ++taken_[id];
    }
    return {.body = R"({"code":0,"message":"OK")" + request_id};
}

void upstream::script(std::vector<net::response> answers) {
    const std::lock_guard lock(guard_);
    script_.assign(answers.begin(), answers.end());
}

void upstream::stand(const std::string& to, std::optional<net::response> answer) {
    const std::lock_guard lock(guard_);
    standing_.erase(to);
    if (answer) {
        standing_.emplace(to, std::move(*answer));
    }
}

void upstream::hang(const std::string& to) {
    const std::lock_guard lock(guard_);
    hanging_.insert(to);
}

void upstream::release() {
    {
        const std::lock_guard lock(guard_);
        hanging_.clear();
    }
    asio::post(gate_.get_executor(), [this] { gate_.cancel(); });
}

void upstream::poison(std::set<std::string> ids) {
    const std::lock_guard lock(guard_);
    poisoned_ = std::move(ids);
}

void upstream::let_decide(judge rule) {
    const std::lock_guard lock(guard_);
    judge_ = std::move(rule);
}

void upstream::before_answer(std::function<void(std::size_t)> act) {
    const std::lock_guard lock(guard_);
    act_ = std::move(act);
}

std::map<std::string, int> upstream::taken() const {
    const std::lock_guard lock(guard_);
    return taken_;
}

std::vector<std::vector<std::string>> upstream::asked() const {
    std::vector<std::vector<std::string>> all;
    for (auto& request : seen()) {
        all.push_back(std::move(request.ids));
    }
    return all;
}

std::vector<seen_request> upstream::seen() const {
    const std::lock_guard lock(guard_);
    return seen_;
}

std::size_t upstream::requests(const std::string& to) const {
    const std::lock_guard lock(guard_);
    return static_cast<std::size_t>(std::ranges::count(seen_, to, &seen_request::to));
}

net::response json_answer(std::string body, unsigned status) {
    return {.status = status, .body = std::move(body)};
}

void watched_registry::before_look(std::function<void()> act) {
    const std::lock_guard lock(guard_);
    act_ = std::move(act);
}

bool watched_registry::forbids(const ledger::waiting_event& event) const {
    std::function<void()> act;
    {
        const std::lock_guard lock(guard_);
        act = std::exchange(act_, nullptr);
    }
    if (act) {
        act();
    }
    return real_->forbids(event);
}

relay::options quick() {
    relay::options chosen;
    chosen.batch.linger = std::chrono::milliseconds(5);
    chosen.retry = {std::chrono::milliseconds(5), std::chrono::milliseconds(50)};
    chosen.breaker = {3, std::chrono::milliseconds(10), std::chrono::milliseconds(40)};
    return chosen;
}

way_out::way_out(const way_out_options& chosen)
    : metrics(chosen.pixels), server(upstream_room.get()), elsewhere_(chosen.endpoint.has_value()) {
    const auto& clock = core::system_clock();
    const identity::instance_key key(core::secret_string("test key"));
    queue =
        spool::open_sqlite_queue({.path = directory.file("spool")}, spool_clock, metrics).value();
    registry = std::make_unique<watched_registry>(
        ledger::registry::open({.file = directory.file("registry.db")}, key, clock).value());
    trail = ledger::audit::open({.record = chosen.recorded, .directory = directory.file("audit")},
                                key, clock, metrics)
                .value();
    client = std::make_unique<net::http_client>(relay_room.get(), client_of(chosen), metrics);
    out = std::make_unique<relay::relay>(
        relay::surroundings{relay_room.get(), *queue, *client, clock, metrics, *registry, *trail},
        chosen.relay, routes(chosen));
}

net::client_options way_out::client_of(const way_out_options& chosen) const {
    return {.endpoint = chosen.endpoint.value_or(server.endpoint()),
            .request_timeout = chosen.request_timeout};
}

std::vector<relay::route> way_out::routes(const way_out_options& chosen) {
    std::vector<relay::route> all;
    for (const auto& to : chosen.pixels) {
        all.push_back({to, destination(to, chosen), chosen.held.contains(to)});
    }
    return all;
}

void way_out::reconfigure(const way_out_options& chosen) {
    reconfigure_soon(chosen).wait();
}

std::future<void> way_out::reconfigure_soon(const way_out_options& chosen) {
    metrics.configure(chosen.pixels);
    return asio::post(relay_room.get(), asio::use_future([this, chosen] {
                          if (chosen.endpoint || std::exchange(elsewhere_, false)) {
                              elsewhere_ = chosen.endpoint.has_value();
                              client->reconfigure(client_of(chosen));
                          }
                          out->reconfigure(chosen.relay, routes(chosen));
                      }));
}

relay::destination way_out::destination(const std::string& to, const way_out_options& chosen) {
    auto request = [this, to, token = chosen.token](std::string_view variant,
                                                    std::span<const std::string_view> payloads) {
        if (breakdowns_ > 0) {
            --breakdowns_;
            throw std::logic_error("a bug");
        }
        if (const auto act = std::exchange(making_request_, nullptr)) {
            act();
        }
        const tiktok::event_set set{.id = to,
                                    .test_event_code =
                                        std::string(tiktok::read_variant(variant).test_event_code)};
        return tiktok::batch_request(set, core::secret_string(token), payloads);
    };
    return {.request = std::move(request),
            .most_events = chosen.most_events,
            .classify = tiktok::classify};
}

way_out::~way_out() {
    std::promise<void> stopped;
    asio::post(relay_room.get(), [&] {
        out->stop();
        client->close_idle();
        stopped.set_value();
    });
    stopped.get_future().wait();
    relay_room.finish();
    upstream_room.stop(); // whoever hangs there knows the upstream
    queue->close();
    registry->close();
    trail->close();
}

void way_out::start() {
    asio::post(relay_room.get(), [this] { out->start(); });
}

std::future<void> way_out::drain() {
    return asio::co_spawn(relay_room.get(), out->drain(), asio::use_future);
}

relay::lane_status way_out::status(const std::string& of) const {
    const auto all = out->status();
    const auto found = std::ranges::find(all, of, &relay::lane_status::pixel);
    REQUIRE(found != all.end());
    return *found;
}

void way_out::post(const std::vector<granted_event>& events) {
    tiktok::encoder encoder({});
    consent::decision granted;
    granted.action = consent::action::send;
    std::vector<core::sealed_record> records;
    for (const auto& one : events) {
        event::inbound said;
        said.name = "Purchase";
        said.test_event_code = one.test_code;
        identity::visitor who;
        who.keys = one.subjects;
        core::json::writer evidence;
        evidence.begin_object();
        evidence.key("decision").begin_object().member("action", "send").end_object();
        if (one.granted_at) {
            evidence.member("granted_at", std::int64_t{one.granted_at->time_since_epoch().count()});
        }
        evidence.end_object();
        records.push_back(encoder.seal(*consent::admit(granted, std::move(said)), who,
                                       {.pixel = one.to,
                                        .controller = one.controller,
                                        .event_id = one.id,
                                        .event_time = core::to_seconds(one.received),
                                        .received = one.received,
                                        .evidence = evidence.take()}));
    }
    std::promise<bool> committed;
    queue->append(std::move(records),
                  [&](const auto& result) { committed.set_value(result.has_value()); });
    REQUIRE(committed.get_future().get());
}

void way_out::post(std::size_t first, std::size_t last, const std::string& to,
                   core::wall_time when) {
    std::vector<granted_event> events;
    for (auto n = first; n <= last; ++n) {
        events.push_back(
            {.id = "e" + std::to_string(n), .to = to, .subjects = visitor(n), .received = when});
    }
    post(events);
}

void way_out::sweep() {
    const auto number = registry->sweep_begins();
    std::promise<core::error_code> ended;
    queue->walk(
        [this](const spool::held_record& held) {
            return registry->forbids(
                {held.pixel, held.controller, held.subjects, held.received, held.evidence});
        },
        [&](core::error_code how) { ended.set_value(how); });
    REQUIRE_FALSE(ended.get_future().get());
    registry->sweep_finished(number);
}

std::vector<core::subject_key> way_out::visitor(std::size_t n) {
    return {{core::subject_key::kind::email, {n, 1}},
            {core::subject_key::kind::external_id, {n, 2}}};
}

std::vector<std::string> way_out::lines() const {
    std::vector<std::string> found;
    REQUIRE_FALSE(ledger::read_audit(directory.file("audit"), {}, [&](std::string_view line) {
        found.emplace_back(line);
        return true;
    }));
    return found;
}

bool way_out::metric(const std::string& line) const {
    return metrics.render().find("\n" + line + "\n") != std::string::npos;
}

bool each_once(const std::map<std::string, int>& taken, std::size_t count) {
    return taken.size() == count &&
           std::ranges::all_of(taken, [](const auto& entry) { return entry.second == 1; });
}

} // namespace gatepost::test
