#include "spool_fixture.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr std::uint64_t threads = 4;
constexpr std::uint64_t lists = 60;
constexpr std::uint64_t list_size = 10;
constexpr std::uint64_t events = threads * lists * list_size;

// Lets the consuming thread wait until something has come.
class arrivals {
  public:
    void tell() {
        const std::lock_guard lock(mutex_);
        ++told_;
        wake_.notify_one();
    }
    void wait_for_more() {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return told_ != seen_; });
        seen_ = told_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    int told_ = 0;
    int seen_ = 0;
};

// Gives each record back once, then settles it: every seventh as a dead letter.
void consume(spool::queue& queue, const std::string& pixel, core::steady_time now,
             std::map<std::string, int>& settled) {
    for (;;) {
        const auto records = queue.lease(pixel, {.max_events = 37}).value();
        if (records.empty()) {
            return;
        }
        std::vector<spool::record_id> back;
        std::vector<spool::settlement> settlements;
        for (const auto& record : records) {
            if (record.attempts == 0) {
                back.push_back(record.id);
                continue;
            }
            settlements.push_back(record.id % 7 == 0 ? dead_letter("invalid")
                                                     : spool::settlement());
            settlements.back().id = record.id;
            ++settled[pixel + record.event_id];
        }
        queue.release(pixel, back, now);
        queue.settle(pixel, std::move(settlements));
    }
}

} // namespace

TEST_CASE_METHOD(spool_fixture,
                 "concurrency: with many appending and one consuming all is accounted for") {
    open();
    arrivals arrived;
    queue->on_arrival([&](const std::string&) { arrived.tell(); });
    std::vector<std::thread> apps;
    for (std::uint64_t thread = 0; thread < threads; ++thread) {
        apps.emplace_back([this, thread] {
            const std::string mine = thread % 2 == 0 ? pixel : other_pixel;
            for (std::uint64_t list = 0; list < lists; ++list) {
                const auto first = (thread * lists + list) * list_size;
                static_cast<void>(append(*queue, make_records(mine, first, list_size)));
            }
        });
    }
    std::map<std::string, int> settled;
    while (settled.size() < events) {
        arrived.wait_for_more();
        consume(*queue, pixel, clock.steady(), settled);
        consume(*queue, other_pixel, clock.steady(), settled);
    }
    for (auto& app : apps) {
        app.join();
    }
    flush();
    CHECK(std::ranges::all_of(settled, [](const auto& one) { return one.second == 1; }));
    const auto total = queue->count();
    CHECK(total.waiting == 0);
    CHECK(total.leased == 0);
    CHECK_FALSE(total.oldest);
    queue->close();
    CHECK(ask("SELECT count(*) FROM records") == 0);
    CHECK(static_cast<std::uint64_t>(ask("SELECT count(*) FROM dead")) == total.dead);
    CHECK(static_cast<std::uint64_t>(ask("SELECT ifnull(sum(size), 0) FROM dead")) == total.bytes);
    CHECK(total.dead > 0);
}

TEST_CASE_METHOD(spool_fixture, "concurrency: the kept counters agree with the file") {
    open();
    std::vector<std::thread> apps;
    for (std::uint64_t thread = 0; thread < threads; ++thread) {
        apps.emplace_back([this] {
            for (std::uint64_t list = 0; list < lists; ++list) {
                // Every thread sends the same events: each is queued once.
                static_cast<void>(append(*queue, make_records(pixel, list * list_size, list_size)));
                static_cast<void>(queue->count());
            }
        });
    }
    for (auto& app : apps) {
        app.join();
    }
    settle(lease(100));
    flush();
    const auto total = queue->count();
    CHECK(total.waiting == lists * list_size - 100);
    queue->close();
    CHECK(static_cast<std::uint64_t>(ask("SELECT count(*) FROM records")) == total.waiting);
    CHECK(static_cast<std::uint64_t>(ask("SELECT sum(size) FROM records")) == total.bytes);
}
