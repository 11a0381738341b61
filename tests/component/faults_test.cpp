// What the network does to a request, and what an answer leaves behind for whoever asks TikTok
// about it.

#include "broken_upstream.hpp"
#include "way_out.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <support/eventually.hpp>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

way_out_options against(const broken_upstream& peer) {
    return {.request_timeout = 300ms, .endpoint = peer.endpoint()};
}

// What a query finds in the spool's file, a line for each row.
std::vector<std::string> rows(const std::string& file, const std::string& sql) {
    sqlite3* opened = nullptr;
    REQUIRE(sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    std::vector<std::string> found;
    const auto add = [](void* into, int count, char** values, char**) {
        std::string line;
        for (int i = 0; i < count; ++i) {
            line.append(i == 0 ? "" : "|").append(values[i]);
        }
        static_cast<std::vector<std::string>*>(into)->push_back(line);
        return 0;
    };
    CHECK(sqlite3_exec(opened, sql.c_str(), add, &found, nullptr) == SQLITE_OK);
    sqlite3_close(opened);
    return found;
}

// Standard error goes into a file as long as it lives.
class kept_log {
  public:
    kept_log() : kept_(dup(STDERR_FILENO)) {
        std::fflush(stderr);
        const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        dup2(file, STDERR_FILENO);
        close(file);
    }
    ~kept_log() {
        std::fflush(stderr);
        dup2(kept_, STDERR_FILENO);
        close(kept_);
    }
    kept_log(const kept_log&) = delete;
    kept_log& operator=(const kept_log&) = delete;

    // The lines that hold all of these.
    std::size_t lines_with(const std::vector<std::string>& words) const {
        std::ifstream in(path_);
        std::size_t count = 0;
        for (std::string line; std::getline(in, line);) {
            count += std::ranges::all_of(
                words, [&](const auto& word) { return line.find(word) != std::string::npos; });
        }
        return count;
    }

  private:
    temporary_directory directory_;
    std::string path_ = directory_.file("stderr");
    int kept_;
};

} // namespace

TEST_CASE("faults: what the network breaks is tried again, and taken twice only if taken before") {
    const auto [what, taken_before] = GENERATE(table<fault, bool>({
        {fault::reset_unread, false},
        {fault::reset_taken, true},
        {fault::reset_in_answer, true},
        {fault::no_answer, false},
    }));
    CAPTURE(static_cast<int>(what));
    broken_upstream peer({what, what});
    way_out test(against(peer));
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(peer.connections() == 3);
    const auto taken = peer.taken();
    CHECK(taken.size() == 10);
    CHECK(std::ranges::all_of(
        taken, [&](const auto& entry) { return entry.second == (taken_before ? 3 : 1); }));
    CHECK(test.queue->count().dead == 0);
    CHECK(test.status().delivered == 10);
}

TEST_CASE("faults: a reset after a whole answer changes nothing about it") {
    broken_upstream peer({fault::reset_after_answer});
    way_out test(against(peer));
    test.post(1, 10);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    test.post(11, 20);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(peer.taken(), 20));
    CHECK(peer.connections() == 2);
    CHECK_FALSE(test.metric(R"(gatepost_upstream_requests_total{outcome="reset",pixel=")" +
                            std::string(pixel) + "\"} 1"));
}

TEST_CASE("faults: a refusal while the batch is on its way is a refusal, not a reset") {
    broken_upstream peer({fault::refused_in_the_body});
    way_out test(against(peer));
    test.post(1, 1000);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(peer.taken(), 1000));
    CHECK(peer.connections() == 3); // the batch, and its halves
    CHECK(test.metric(R"(gatepost_upstream_requests_total{outcome="too_large",pixel=")" +
                      std::string(pixel) + "\"} 1"));
}

TEST_CASE("faults: one poisoned event among 1,000 costs at most 12 requests more, wherever it is") {
    const auto bad = GENERATE(3, 250, 333, 512, 513, 998);
    CAPTURE(bad);
    way_out test;
    test.server.poison({"e" + std::to_string(bad)});
    test.post(1, 1000);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 999));
    CHECK(test.server.requests() <= 1 + 12);
    const auto dead = rows(test.directory.file("spool") + "/spool.db", "SELECT event_id FROM dead");
    CHECK(dead == std::vector<std::string>{"e" + std::to_string(bad)});
}

TEST_CASE("faults: a dead letter keeps the code, the words and the request id of its answer") {
    way_out test;
    test.server.script({
        json_answer(R"({"code":40002,"message":"data.1.event: Invalid.","request_id":"R-one"})"),
        json_answer(R"({"code":20001,"message":"Partial","request_id":"R-two",
                        "data":{"failed_events":[0]}})"),
    });
    test.post(1, 3);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(rows(test.directory.file("spool") + "/spool.db",
               "SELECT event_id, reason, code, message, request_id, attempts FROM dead "
               "ORDER BY event_id") ==
          std::vector<std::string>{"e1|failed_event|20001|Partial|R-two|1",
                                   "e2|invalid|40002|data.1.event: Invalid.|R-one|1"});
}

TEST_CASE("faults: of each batch that was not ok the log has the request id, and no event's") {
    const kept_log log;
    {
        way_out test;
        test.server.script({
            json_answer(R"({"code":50000,"message":"e1 x","request_id":"R-fails"})"),
            json_answer(R"({"code":40100,"message":"e1 x","request_id":"R-slow"})"),
            json_answer(R"({"code":40105,"message":"e1 x","request_id":"R-token"})"),
            json_answer(R"({"code":40002,"message":"data.0.e1: x","request_id":"R-bad"})"),
        });
        test.post(1, 3);
        test.start();
        REQUIRE(eventually([&] { return test.idle(); }));
        CHECK(test.queue->count().dead == 1);
    }
    for (const std::string id : {"R-fails", "R-slow", "R-token", "R-bad"}) {
        CAPTURE(id);
        CHECK(log.lines_with({"did not take a batch", id}) == 1);
    }
    CHECK(log.lines_with({"is paused", "\"token\"", "R-token"}) == 1);
    CHECK(log.lines_with({"not paused any more"}) == 1);
    CHECK(log.lines_with({"e1"}) == 0);
}
