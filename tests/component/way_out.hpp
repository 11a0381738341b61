// Everything from a sealed record on, with a real spool, a real registry and trail, and a real HTTP
// upstream that answers as a test says.
#pragma once

#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/net/http_server.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/relay/relay.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <support/temporary_directory.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace gatepost::test {

constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE";

// A context on a thread of its own.
class running_context {
  public:
    boost::asio::io_context& get() { return context_; }
    void finish();
    void stop();
    ~running_context() { stop(); }

  private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
        context_.get_executor()};
    std::thread thread_{[this] { context_.run(); }};
};

// A request as the upstream saw it.
struct seen_request {
    std::string to; // the pixel
    std::string token;
    std::string test_code;
    std::vector<std::string> ids;
};

// An upstream that answers as told: not at all for pixels that hang, then what is scripted, then
// the standing answer, then what the judge says, then by looking for poisoned events. Its request
// ids are R1, R2, ...
class upstream final : public net::http_handler {
  public:
    explicit upstream(boost::asio::io_context& context);

    std::optional<net::response> refuse(const net::request_head&) override { return std::nullopt; }
    boost::asio::awaitable<net::response> answer(const net::request_head& head,
                                                 std::string body) override;

    void script(std::vector<net::response> answers);
    // Of this pixel's requests, until told otherwise.
    void stand(const std::string& to, std::optional<net::response> answer);
    // Requests of this pixel are not answered before release().
    void hang(const std::string& to);
    void release();
    void poison(std::set<std::string> ids);
    // Asked about each request, in their order; nullopt lets it be taken.
    using judge = std::function<std::optional<net::response>(const seen_request& asked)>;
    void let_decide(judge rule);
    // Called for each request before it is answered, with its number (from 1).
    void before_answer(std::function<void(std::size_t request)> act);

    std::map<std::string, int> taken() const;
    // The event_ids of each request.
    std::vector<std::vector<std::string>> asked() const;
    std::vector<seen_request> seen() const;
    std::size_t requests() const { return seen().size(); }
    std::size_t requests(const std::string& to) const;
    std::size_t connections() const { return server_.accepted(); }
    net::endpoint endpoint() const { return {false, "127.0.0.1", address_.port}; }

  private:
    net::response verdict(const seen_request& asked, std::size_t number);

    boost::asio::steady_timer gate_;
    net::http_server server_;
    net::listen_address address_;
    mutable std::mutex guard_;
    std::deque<net::response> script_;
    std::set<std::string> poisoned_;
    judge judge_;
    std::function<void(std::size_t)> act_;
    std::map<std::string, net::response> standing_;
    std::set<std::string> hanging_;
    std::map<std::string, int> taken_;
    std::vector<seen_request> seen_;
};

net::response json_answer(std::string body, unsigned status = 200);

// An event as a test posts it.
struct granted_event {
    std::string id;
    std::string to = pixel;
    std::string controller = "shop";
    std::vector<core::subject_key> subjects = {};
    std::optional<std::chrono::sys_seconds> granted_at = {};
    core::wall_time received = core::system_clock().wall();
    std::string test_code = {};
};

// The real registry, in which a test can do something right before an event is looked at.
class watched_registry final : public ledger::registry {
  public:
    explicit watched_registry(std::unique_ptr<ledger::registry> real) : real_(std::move(real)) {}

    // Once, on the thread of whoever asks next.
    void before_look(std::function<void()> act);

    bool forbids(const ledger::waiting_event& event) const override;
    std::vector<std::string> controllers_of(std::string_view of,
                                            std::string_view when_received) const override {
        return real_->controllers_of(of, when_received);
    }
    std::vector<consent::finding> recall(std::string_view controller,
                                         std::span<const core::subject_key> keys) const override {
        return real_->recall(controller, keys);
    }
    bool empty() const override { return real_->empty(); }
    std::size_t size() const override { return real_->size(); }
    std::vector<ledger::entry> entries(std::string_view controller,
                                       std::span<const core::subject_key> keys) const override {
        return real_->entries(controller, keys);
    }
    bool record(const ledger::subject& who, ledger::choice said, std::chrono::sys_seconds at,
                done finished) override {
        return real_->record(who, said, at, std::move(finished));
    }
    void lift(const ledger::subject& who, std::chrono::sys_seconds granted_at) override {
        real_->lift(who, granted_at);
    }
    void note_gpc(const ledger::subject& who, std::chrono::sys_seconds at, done finished) override {
        real_->note_gpc(who, at, std::move(finished));
    }
    void withdraw_waiting(const ledger::subject& who, core::wall_time seen,
                          done finished) override {
        real_->withdraw_waiting(who, seen, std::move(finished));
    }
    std::uint64_t sweep_begins() override { return real_->sweep_begins(); }
    void sweep_finished(std::uint64_t sweep) override { real_->sweep_finished(sweep); }
    bool sweep_needed() const override { return real_->sweep_needed(); }
    void keep_grants_for(std::chrono::seconds time) override { real_->keep_grants_for(time); }
    void use_controllers(ledger::controllers_by_pixel now) override {
        real_->use_controllers(std::move(now));
    }
    void close() override { real_->close(); }

  private:
    std::unique_ptr<ledger::registry> real_;
    mutable std::mutex guard_;
    mutable std::function<void()> act_;
};

// The machine's clocks, ahead by as much as a test lets pass.
class advanced_clock final : public core::clock {
  public:
    void let_pass(std::chrono::milliseconds time) { ahead_ = ahead_.load() + time; }
    core::wall_time wall() const override { return core::system_clock().wall() + ahead_.load(); }
    core::steady_time steady() const override {
        return core::system_clock().steady() + ahead_.load();
    }

  private:
    std::atomic<std::chrono::milliseconds> ahead_{};
};

// Waits that are short enough for a test.
relay::options quick();

struct way_out_options {
    ledger::audit_record recorded = ledger::audit_record::sends;
    std::vector<std::string> pixels = {pixel};
    std::set<std::string> held = {};
    relay::options relay = quick();
    std::size_t most_events = 1000;
    std::chrono::milliseconds request_timeout = std::chrono::seconds(5);
    std::optional<net::endpoint> endpoint = {}; // of another upstream than `server`
    std::string token = "token";
};

class way_out {
  public:
    explicit way_out(const way_out_options& chosen = {});
    explicit way_out(ledger::audit_record recorded)
        : way_out(way_out_options{.recorded = recorded}) {}
    ~way_out();

    void start();
    // On the relay's thread; over when it returns. What the spool records stays.
    void reconfigure(const way_out_options& chosen);
    // The same, without waiting: also from the relay's thread, which goes on first. The client is
    // told only when it is to go elsewhere.
    std::future<void> reconfigure_soon(const way_out_options& chosen);
    // Committed when it returns.
    void post(const std::vector<granted_event>& events);
    // Granted events "e<first>" to "e<last>" of visitor(first) to visitor(last).
    void post(std::size_t first, std::size_t last, const std::string& to = pixel,
              core::wall_time when = core::system_clock().wall());
    static std::vector<core::subject_key> visitor(std::size_t n);

    // A whole sweep: deletes what the registry forbids, which then forgets what was only waiting.
    void sweep();
    // Called once, when a request has been made up and is not yet handed to the client. Before
    // start().
    void before_request(std::function<void()> act) { making_request_ = std::move(act); }

    // The next so many requests cannot be made up. Before start(), or on the relay's thread.
    void break_down(int times) { breakdowns_ = times; }
    int breakdowns_left() const { return breakdowns_; }

    // drain(), on the relay's thread.
    std::future<void> drain();
    relay::lane_status status(const std::string& of = pixel) const;

    bool idle() const { return queue->count().waiting == 0; }
    // What the trail holds: its lines as text.
    std::vector<std::string> lines() const;
    // Whether the metrics have this line.
    bool metric(const std::string& line) const;

    temporary_directory directory;
    observe::metrics metrics;
    running_context upstream_room;
    running_context relay_room;
    upstream server;
    advanced_clock spool_clock;
    std::unique_ptr<spool::queue> queue;
    std::unique_ptr<watched_registry> registry;
    std::unique_ptr<ledger::audit> trail;
    std::unique_ptr<net::http_client> client;
    std::unique_ptr<relay::relay> out;

  private:
    net::client_options client_of(const way_out_options& chosen) const;
    std::vector<relay::route> routes(const way_out_options& chosen);
    relay::destination destination(const std::string& to, const way_out_options& chosen);

    bool elsewhere_; // the client has another endpoint than `server`
    std::function<void()> making_request_;
    std::atomic<int> breakdowns_ = 0;
};

// `count` events arrived, each of them once.
bool each_once(const std::map<std::string, int>& taken, std::size_t count);

} // namespace gatepost::test
