#include "way_out.hpp"

#include <gatepost/consent/permitted.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/identity/identifier.hpp>
#include <gatepost/tiktok/encoder.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <future>
#include <utility>

namespace gatepost::test {

namespace asio = boost::asio;

void running_context::finish() {
    guard_.reset();
    if (thread_.joinable()) {
        thread_.join();
    }
}

running_context::~running_context() {
    context_.stop();
    finish();
}

upstream::upstream(asio::io_context& context) : server_({{&context, this}}, {}) {
    address_ = server_.listen({"127.0.0.1", 0});
}

asio::awaitable<net::response> upstream::answer(const net::request_head&, std::string body) {
    const auto parsed = core::json::parse(std::move(body)).value();
    std::vector<std::string> ids;
    parsed.root().find("data").each_element(
        [&](core::json::value event) { ids.emplace_back(event.find("event_id").text()); });
    std::function<void(std::size_t)> act;
    std::size_t number = 0;
    {
        const std::lock_guard lock(guard_);
        asked_.push_back(ids);
        number = asked_.size();
        act = act_;
    }
    if (act) {
        act(number);
    }
    const std::lock_guard lock(guard_);
    if (!script_.empty()) {
        auto next = std::move(script_.front());
        script_.pop_front();
        co_return next;
    }
    const auto request_id = R"(,"request_id":"R)" + std::to_string(number) + R"("})";
    if (std::ranges::any_of(ids, [&](const auto& id) { return poisoned_.contains(id); })) {
        co_return net::response{.body = R"({"code":40002,"message":"Invalid.")" + request_id};
    }
    for (const auto& id : ids) {
        ++taken_[id];
    }
    co_return net::response{.body = R"({"code":0,"message":"OK")" + request_id};
}

void upstream::script(std::vector<net::response> answers) {
    const std::lock_guard lock(guard_);
    script_.assign(answers.begin(), answers.end());
}

void upstream::poison(std::set<std::string> ids) {
    const std::lock_guard lock(guard_);
    poisoned_ = std::move(ids);
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
    const std::lock_guard lock(guard_);
    return asked_;
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

way_out::way_out(ledger::audit_record recorded) : metrics({pixel}), server(upstream_room.get()) {
    const auto& clock = core::system_clock();
    const identity::instance_key key(core::secret_string("test key"));
    queue = spool::open_sqlite_queue({.path = directory.file("spool")}, clock, metrics).value();
    registry = std::make_unique<watched_registry>(
        ledger::registry::open({.file = directory.file("registry.db")}, key, clock).value());
    trail = ledger::audit::open({.record = recorded, .directory = directory.file("audit")}, key,
                                clock, metrics)
                .value();
    client = std::make_unique<net::http_client>(
        relay_room.get(),
        net::client_options{.endpoint = server.endpoint(),
                            .request_timeout = std::chrono::seconds(5)},
        metrics);
    tiktok::event_set to{.id = pixel};
    relay::destination destination{
        .request =
            [this, to](std::span<const std::string_view> payloads) {
                if (const auto act = std::exchange(making_request_, nullptr)) {
                    act();
                }
                return tiktok::batch_request(to, core::secret_string("token"), payloads);
            },
        .classify = tiktok::classify};
    relay::options chosen;
    chosen.batch.linger = std::chrono::milliseconds(5);
    chosen.retry = {std::chrono::milliseconds(5), std::chrono::milliseconds(50)};
    chosen.breaker = {3, std::chrono::milliseconds(10), std::chrono::milliseconds(40)};
    out = std::make_unique<relay::relay>(
        relay::surroundings{relay_room.get(), *queue, *client, clock, metrics, *registry, *trail},
        chosen, std::vector<relay::route>{{pixel, destination}});
}

way_out::~way_out() {
    std::promise<void> stopped;
    asio::post(relay_room.get(), [&] {
        out->stop();
        stopped.set_value();
    });
    stopped.get_future().wait();
    client->close_idle();
    relay_room.finish();
    queue->close();
    registry->close();
    trail->close();
}

void way_out::start() {
    asio::post(relay_room.get(), [this] { out->start(); });
}

void way_out::post(const std::vector<granted_event>& events) {
    tiktok::encoder encoder({});
    consent::decision granted;
    granted.action = consent::action::send;
    std::vector<core::sealed_record> records;
    for (const auto& one : events) {
        event::inbound said;
        said.name = "Purchase";
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
                {held.controller, held.subjects, held.received, held.evidence});
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
