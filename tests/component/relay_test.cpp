// The way out against a real HTTP upstream, with a real spool: what each kind of answer leads to.

#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/net/http_server.hpp>
#include <gatepost/relay/relay.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <support/eventually.hpp>
#include <support/temporary_directory.hpp>
#include <thread>

using namespace gatepost;
namespace asio = boost::asio;

namespace {

constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE";

// A context on a thread of its own.
class running_context {
  public:
    asio::io_context& get() { return context_; }
    void finish() {
        guard_.reset();
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    ~running_context() {
        context_.stop();
        finish();
    }

  private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
    std::thread thread_{[this] { context_.run(); }};
};

// An upstream that answers as told: first what is scripted, then by looking for poisoned events.
class upstream final : public net::http_handler {
  public:
    explicit upstream(asio::io_context& context) : server_({{&context, this}}, {}) {
        address_ = server_.listen({"127.0.0.1", 0});
    }

    std::optional<net::response> refuse(const net::request_head&) override { return std::nullopt; }

    asio::awaitable<net::response> answer(const net::request_head&, std::string body) override {
        const std::lock_guard lock(guard_);
        ++requests_;
        if (!script_.empty()) {
            auto next = std::move(script_.front());
            script_.pop_front();
            co_return next;
        }
        const auto parsed = core::json::parse(std::move(body)).value();
        std::vector<std::string> ids;
        bool bad = false;
        parsed.root().find("data").each_element([&](core::json::value event) {
            ids.emplace_back(event.find("event_id").text());
            bad = bad || poisoned_.contains(ids.back());
        });
        if (bad) {
            co_return net::response{.body = R"({"code":40002,"message":"Invalid."})"};
        }
        for (const auto& id : ids) {
            ++taken_[id];
        }
        co_return net::response{.body = R"({"code":0,"message":"OK"})"};
    }

    void script(std::vector<net::response> answers) {
        const std::lock_guard lock(guard_);
        script_.assign(answers.begin(), answers.end());
    }
    void poison(std::set<std::string> ids) {
        const std::lock_guard lock(guard_);
        poisoned_ = std::move(ids);
    }
    std::map<std::string, int> taken() const {
        const std::lock_guard lock(guard_);
        return taken_;
    }
    std::size_t requests() const {
        const std::lock_guard lock(guard_);
        return requests_;
    }
    std::size_t connections() const { return server_.accepted(); }
    net::endpoint endpoint() const { return {false, "127.0.0.1", address_.port}; }

  private:
    net::http_server server_;
    net::listen_address address_;
    mutable std::mutex guard_;
    std::deque<net::response> script_;
    std::set<std::string> poisoned_;
    std::map<std::string, int> taken_;
    std::size_t requests_ = 0;
};

net::response json_answer(std::string body, unsigned status = 200) {
    return {.status = status, .body = std::move(body)};
}

// Everything from a sealed record on.
class way_out {
  public:
    way_out() : metrics({pixel}), server(upstream_room.get()) {
        queue = spool::open_sqlite_queue({.path = directory.file("spool")}, core::system_clock(),
                                         metrics)
                    .value();
        client = std::make_unique<net::http_client>(
            relay_room.get(),
            net::client_options{.endpoint = server.endpoint(),
                                .request_timeout = std::chrono::seconds(5)},
            metrics);
        tiktok::event_set to{.id = pixel};
        relay::destination destination{.request =
                                           [to](std::span<const std::string_view> payloads) {
                                               return tiktok::batch_request(
                                                   to, core::secret_string("token"), payloads);
                                           },
                                       .classify = tiktok::classify};
        relay::options chosen;
        chosen.batch.linger = std::chrono::milliseconds(5);
        chosen.retry = {std::chrono::milliseconds(5), std::chrono::milliseconds(50)};
        chosen.breaker = {3, std::chrono::milliseconds(10), std::chrono::milliseconds(40)};
        out = std::make_unique<relay::relay>(
            relay::surroundings{relay_room.get(), *queue, *client, core::system_clock(), metrics},
            chosen, std::vector<relay::route>{{pixel, destination}});
    }

    ~way_out() {
        std::promise<void> stopped;
        asio::post(relay_room.get(), [&] {
            out->stop();
            stopped.set_value();
        });
        stopped.get_future().wait();
        client->close_idle();
        relay_room.finish();
        queue->close();
    }

    void start() {
        asio::post(relay_room.get(), [this] { out->start(); });
    }

    // Granted events "e<first>" to "e<last>", committed.
    void post(std::size_t first, std::size_t last, const std::string& to = pixel,
              core::wall_time when = core::system_clock().wall()) {
        static const consent::gate gate({}, consent::catalog::built_in());
        ingest::options pixels;
        pixels.pixels = {{.id = to}};
        ingest::pipeline judge(
            pixels, gate,
            tiktok::encoder({}, identity::instance_key(core::secret_string("test key"))));
        std::string lines;
        for (auto i = first; i <= last; ++i) {
            lines += R"({"event":"Purchase","event_id":"e)" + std::to_string(i) +
                     R"(","consent":{"marketing":"granted"}})" + "\n";
        }
        auto judged =
            judge.judge(event::decode_body(lines, event::body_format::ndjson).value(), {}, when);
        std::promise<bool> committed;
        queue->append(std::move(judged.records),
                      [&](const auto& result) { committed.set_value(result.has_value()); });
        REQUIRE(committed.get_future().get());
    }

    bool idle() const {
        const auto now = queue->count();
        return now.waiting == 0;
    }

    test::temporary_directory directory;
    observe::metrics metrics;
    running_context upstream_room;
    running_context relay_room;
    upstream server;
    std::unique_ptr<spool::queue> queue;
    std::unique_ptr<net::http_client> client;
    std::unique_ptr<relay::relay> out;
};

bool each_once(const std::map<std::string, int>& taken, std::size_t count) {
    return taken.size() == count &&
           std::ranges::all_of(taken, [](const auto& entry) { return entry.second == 1; });
}

} // namespace

TEST_CASE("relay: a backlog goes out a thousand at a time over kept connections") {
    way_out test;
    test.post(1, 1000);
    test.post(1001, 2000);
    test.post(2001, 2500);
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 2500));
    CHECK(test.server.requests() == 3);
    CHECK(test.server.connections() <= 4);
}

TEST_CASE("relay: one poisoned event among 1,000 ends alone in the dead letters") {
    const auto bad = GENERATE(1, 2, 500, 501, 750, 999, 1000);
    CAPTURE(bad);
    way_out test;
    test.server.poison({"e" + std::to_string(bad)});
    test.post(1, 1000);
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 999));
    CHECK(test.queue->count().dead == 1);
    CHECK(test.server.requests() <= 1 + 12);
}

TEST_CASE("relay: two pixels' worth of trouble in one batch, and every good event arrives once") {
    way_out test;
    test.server.poison({"e3", "e4", "e77", "e998"});
    test.post(1, 1000);
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 996));
    CHECK(test.queue->count().dead == 4);
    CHECK(test.server.requests() <= 1 + 4 * 12);
}

TEST_CASE("relay: an answer that is no success is tried again under the same event_id") {
    struct row {
        const char* name;
        net::response answer;
    };
    net::response reset;
    reset.reset = true;
    const auto first = GENERATE_COPY(values<row>({
        {"rate limit in HTTP 200", json_answer(R"({"code":40100,"message":"Too many requests"})")},
        {"HTTP 429", json_answer("{}", 429)},
        {"internal error", json_answer(R"({"code":50000,"message":"x"})")},
        {"gateway with HTML", {.status = 502, .content_type = "text/html", .body = "<html>"}},
        {"HTTP 200 without a code", json_answer("{}")},
        {"HTTP 200 without JSON", json_answer("OK")},
        {"redirect", {.status = 302, .headers = {{"Location", "http://127.0.0.1:1/"}}}},
        {"reset", reset},
        // Until pixels can pause, what would pause one is tried again like a server's failure.
        {"no permission for the pixel", json_answer(R"({"code":40001,"message":"x"})")},
        {"wrong token", json_answer(R"({"code":40105,"message":"x"})")},
        {"HTTP 401", json_answer("", 401)},
        {"HTTP 403", {.status = 403, .content_type = "text/html", .body = "<html>"}},
    }));
    CAPTURE(first.name);
    way_out test;
    test.server.script({first.answer, first.answer});
    test.post(1, 10);
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 10));
    CHECK(test.queue->count().dead == 0);
    CHECK(test.server.requests() >= 3);
}

TEST_CASE("relay: events of a pixel that is not configured any more expire all the same") {
    way_out test;
    const auto now = core::system_clock().wall();
    test.post(1, 10, "CREMOVED0PIXEL0CODE", now - std::chrono::hours(24 * 8));
    test.post(11, 20, "CREMOVED0PIXEL0CODE", now);
    test.start();
    REQUIRE(test::eventually([&] { return test.queue->count().dead == 10; }));
    CHECK(test.queue->count().waiting == 10);
    CHECK(test.server.requests() == 0);
}

TEST_CASE("relay: partial success is success, but for the events named as failed") {
    way_out test;
    test.server.script({json_answer(
        R"({"code":20001,"message":"partial","data":{"failed_events":[{"index":1},4]}})")});
    test.post(1, 10);
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(test.queue->count().dead == 2);
    CHECK(test.server.requests() == 1);
    CHECK(test.metrics.render().find(R"(reason="failed_event"} 2)") != std::string::npos);
}

TEST_CASE("relay: the event a message names dies, the rest goes out at once") {
    way_out test;
    test.server.script(
        {json_answer(R"({"code":40002,"message":"data.7.event_id: Not a valid string."})")});
    test.post(1, 10);
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(test.queue->count().dead == 1);
    CHECK(each_once(test.server.taken(), 9));
    CHECK_FALSE(test.server.taken().contains("e8"));
    CHECK(test.server.requests() == 2);
}

TEST_CASE("relay: HTTP 413 halves the batch") {
    way_out test;
    test.server.script({json_answer("", 413)});
    test.post(1, 100);
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 100));
    CHECK(test.server.requests() == 3);
}

TEST_CASE("relay: many failures open the breaker, and everything arrives when they end") {
    way_out test;
    test.server.script(std::vector<net::response>(12, json_answer("", 503)));
    for (std::size_t i = 0; i < 20; ++i) {
        test.post(i * 100 + 1, i * 100 + 100);
    }
    test.start();
    REQUIRE(test::eventually([&] {
        return test.metrics.render().find("gatepost_breaker_state{pixel=\"" + std::string(pixel) +
                                          "\"} 2") != std::string::npos;
    }));
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 2000));
    CHECK(test.metrics.render().find("gatepost_breaker_state{pixel=\"" + std::string(pixel) +
                                     "\"} 0") != std::string::npos);
}

TEST_CASE("relay: a rate limit stops the whole lane, not only the batch it answered") {
    way_out test;
    test.server.script(std::vector<net::response>(3, json_answer(R"({"code":40100})")));
    for (std::size_t i = 0; i < 10; ++i) {
        test.post(i * 1000 + 1, i * 1000 + 1000);
    }
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 10'000));
    CHECK(test.server.requests() <= 3 + 10 + 3); // what was under way together, and no storm
}

TEST_CASE("relay: the longest Retry-After holds, whatever else was under way") {
    way_out test;
    net::response later = json_answer("{}", 429);
    later.headers = {{"Retry-After", "1"}};
    test.server.script({later, json_answer("{}", 429), json_answer("{}", 429)});
    test.post(1, 1000);
    test.post(1001, 2000);
    test.post(2001, 3000);
    const auto begun = std::chrono::steady_clock::now();
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1));
    CHECK(each_once(test.server.taken(), 3000));
}

TEST_CASE("relay: Retry-After is waited for") {
    way_out test;
    net::response later = json_answer("{}", 429);
    later.headers = {{"Retry-After", "1"}};
    test.server.script({later});
    test.post(1, 1);
    const auto begun = std::chrono::steady_clock::now();
    test.start();
    REQUIRE(test::eventually([&] { return test.idle(); }));
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1));
    CHECK(test.server.requests() == 2);
    CHECK(each_once(test.server.taken(), 1));
}
