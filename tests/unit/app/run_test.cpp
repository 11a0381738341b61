// A run against a daemon that answers what the test tells it to, over a real socket.

#include "upload/run.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/net/http_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include <deque>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <support/temporary_directory.hpp>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace gatepost;
using namespace gatepost::app;

namespace {

namespace asio = boost::asio;

struct posted_chunk {
    std::string target;
    std::string key;
    std::string body;
    friend bool operator==(const posted_chunk&, const posted_chunk&) = default;
};

// Queues every row, unless the test has put another answer at the front of `next`.
class scripted_daemon final : public net::http_handler {
  public:
    std::optional<net::response> refuse(const net::request_head&) override { return std::nullopt; }

    asio::awaitable<net::response> answer(const net::request_head& head,
                                          std::string body) override {
        posted.push_back({std::string(head.target),
                          std::string(head.find("Idempotency-Key").value_or("")), body});
        if (seen) {
            seen();
        }
        if (next.empty()) {
            co_return all_queued(body);
        }
        auto result = std::move(next.front());
        next.pop_front();
        co_return result;
    }

    static net::response all_queued(const std::string& body) {
        std::string results;
        for (const char c : body) {
            if (c == '\n') {
                results += std::string(results.empty() ? "" : ",") + R"({"outcome":"queued"})";
            }
        }
        net::response result{.status = 202};
        result.body = R"({"results":[)" + results + R"(],"warnings":[]})";
        return result;
    }
    static net::response status(unsigned code, const std::string& retry_after = "") {
        auto result = net::error_response(code, {"some_code", "some words", ""});
        if (!retry_after.empty()) {
            result.headers.emplace_back("Retry-After", retry_after);
        }
        return result;
    }

    std::deque<net::response> next;
    std::vector<posted_chunk> posted;
    std::function<void()> seen; // called with each request
};

// A file of rows, a daemon, and what is kept of uploads between runs.
class scene {
  public:
    explicit scene(const std::string& text, row_format format = row_format::ndjson)
        : format_(format), size_(text.size()) {
        std::ofstream(file(), std::ios::binary) << text;
        server_ = std::make_unique<net::http_server>(
            std::vector<net::server_room>{{&context_, &daemon}}, net::server_options());
        const auto bound = server_->listen({"127.0.0.1", 0});
        address_ = {.tls = false, .host = bound.host, .port = bound.port};
    }

    // One process's worth of uploading.
    upload_run::end run(upload_progress from = {}, bool dry_run = false) {
        const int descriptor = ::open(file().c_str(), O_RDONLY | O_CLOEXEC);
        upload_input input(descriptor, size_);
        const auto rows = open_rows(input, format_, {});
        REQUIRE(rows.has_value());
        if (from.at.offset > 0) {
            (*rows)->seek(from.at);
        }
        upload_display display(said, false, size_, from.at.offset, {});
        courier to(context_, {.at = address_},
                   [&](const std::string& text) { display.note(text); });
        interrupt = [&to] { to.interrupt(); };
        upload_run run({**rows, to, display},
                       {.key = "content",
                        .progress_file = dry_run ? "" : progress_file(),
                        .rejected_file = dry_run ? "" : rejected_file_name(),
                        .dry_run = dry_run},
                       std::move(from));
        auto ended = upload_run::end::interrupted;
        std::exception_ptr thrown;
        asio::co_spawn(context_, run.run(), [&](std::exception_ptr failure, upload_run::end end) {
            thrown = failure;
            ended = end;
            context_.stop();
        });
        context_.restart();
        context_.run();
        ::close(descriptor);
        last = run.progress();
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        return ended;
    }
    // As the next process finds it.
    upload_progress kept() const { return load_progress(progress_file()).value().value(); }
    bool keeps_anything() const { return std::filesystem::exists(progress_file()); }
    std::string rejected() const {
        std::ostringstream text;
        text << std::ifstream(rejected_file_name()).rdbuf();
        return std::move(text).str();
    }
    std::string progress_file() const { return directory_.file("progress"); }
    void stop_listening() {
        server_->drain();
        context_.run();
        server_.reset();
    }

    scripted_daemon daemon;
    std::ostringstream said;
    std::function<void()> interrupt;
    upload_progress last;

  private:
    std::string file() const { return directory_.file("rows"); }
    std::string rejected_file_name() const { return directory_.file("rejected"); }

    test::temporary_directory directory_;
    row_format format_;
    std::uint64_t size_;
    asio::io_context context_{1};
    std::unique_ptr<net::http_server> server_;
    net::endpoint address_;
};

std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += R"({"event":"Purchase","properties":{"order_id":")" + std::to_string(i) + "\"}}\n";
    }
    return text;
}

} // namespace

TEST_CASE("upload: every row is posted once, in chunks with keys of their own") {
    scene at(lines(1200));
    REQUIRE(at.run() == upload_run::end::done);
    REQUIRE(at.daemon.posted.size() == 3);
    std::string all;
    std::set<std::string> keys;
    for (const auto& each : at.daemon.posted) {
        CHECK(each.target == "/v1/events");
        keys.insert(each.key);
        all += each.body;
    }
    CHECK(all == lines(1200));
    CHECK(keys.size() == 3);
    CHECK(keys.contains("content-0"));
    CHECK(at.kept().finished);
    CHECK(at.kept().so_far.queued == 1200);
    CHECK(at.kept().at == row_position{lines(1200).size(), 1201});
}

TEST_CASE("upload: a chunk that was not taken is posted again as it was, with the same key") {
    scene at(lines(600));
    at.daemon.next = {scripted_daemon::status(503, "0"), scripted_daemon::status(429, "0"),
                      scripted_daemon::status(500, "0")};
    REQUIRE(at.run() == upload_run::end::done);
    REQUIRE(at.daemon.posted.size() == 5);
    for (int i = 1; i < 4; ++i) {
        CHECK(at.daemon.posted[static_cast<std::size_t>(i)] == at.daemon.posted[0]);
    }
    CHECK(at.kept().so_far.queued == 600);
    CHECK(at.said.str().find("HTTP 503: some_code: some words; trying again") != std::string::npos);
}

TEST_CASE("upload: broken off after any chunk, the next run posts the rest with the same keys") {
    const auto text = lines(2100);
    scene whole(text);
    REQUIRE(whole.run() == upload_run::end::done);
    REQUIRE(whole.daemon.posted.size() == 5);
    for (std::size_t after = 1; after < 5; ++after) {
        INFO(after);
        scene at(text);
        at.daemon.seen = [&] {
            if (at.daemon.posted.size() == after) {
                at.interrupt();
            }
        };
        REQUIRE(at.run() == upload_run::end::interrupted);
        // The request under way was waited for.
        CHECK(at.kept().so_far.queued == after * 500);
        CHECK_FALSE(at.kept().finished);
        at.daemon.seen = {};
        REQUIRE(at.run(at.kept()) == upload_run::end::done);
        CHECK(at.daemon.posted == whole.daemon.posted);
        CHECK(at.kept().so_far.queued == 2100);
    }
}

TEST_CASE("upload: what a lost answer was for is posted again, as an old progress file says") {
    scene at(lines(1200));
    REQUIRE(at.run() == upload_run::end::done);
    upload_progress before; // as if the process had been killed before the second answer was kept
    before.at = {.offset = lines(500).size(), .line = 501};
    before.so_far.queued = 500;
    const auto first = at.daemon.posted;
    REQUIRE(at.run(before) == upload_run::end::done);
    REQUIRE(at.daemon.posted.size() == 5);
    CHECK(at.daemon.posted[3] == first[1]);
    CHECK(at.daemon.posted[4] == first[2]);
}

TEST_CASE("upload: an interruption ends the waiting at once") {
    scene at(lines(10));
    at.daemon.next = {scripted_daemon::status(503, "3000")};
    at.daemon.seen = [&] { at.interrupt(); };
    REQUIRE(at.run() == upload_run::end::interrupted);
    CHECK_FALSE(at.keeps_anything());
}

TEST_CASE("upload: a refusal ends it with the daemon's words, and what was answered is kept") {
    scene at(lines(1200));
    at.daemon.next = {scripted_daemon::all_queued(std::string(500, '\n')),
                      scripted_daemon::status(401)};
    REQUIRE(at.run() == upload_run::end::refused);
    CHECK(at.kept().so_far.queued == 500);
    CHECK(at.said.str().find("refused: HTTP 401: some_code: some words") != std::string::npos);
}

TEST_CASE("upload: something else than Gatepost is not taken for it") {
    scene at(lines(3));
    net::response page;
    page.content_type = "text/html";
    page.body = "<html>welcome</html>";
    at.daemon.next = {page};
    REQUIRE(at.run() == upload_run::end::refused);
    CHECK_FALSE(at.keeps_anything());
}

TEST_CASE("upload: without a daemon at the start nothing is kept") {
    scene at(lines(3));
    at.stop_listening();
    REQUIRE(at.run() == upload_run::end::unavailable);
    CHECK_FALSE(at.keeps_anything());
    CHECK(at.said.str().find("no answer from 127.0.0.1:") != std::string::npos);
}

TEST_CASE("upload: rejected rows are kept by line, those found here and those the daemon names") {
    scene at("event,email\nLead,a\nLead,b,c,d\nLead,e\nLead,f\n", row_format::csv);
    net::response answer;
    answer.body = R"({"results":[{"outcome":"queued"},)"
                  R"({"outcome":"rejected","error":{"code":"invalid_event","message":"missing",)"
                  R"("path":"/events/1/event"}},{"outcome":"queued"}],"warnings":[]})";
    at.daemon.next = {answer};
    REQUIRE(at.run() == upload_run::end::done);
    CHECK(at.rejected() ==
          R"({"line":3,"code":"bad_row","message":"4 cells where the header has 2"})"
          "\n"
          R"({"line":4,"code":"invalid_event","message":"missing","path":"/event"})"
          "\n");
    CHECK(at.kept().so_far.rejected == 2);
    CHECK(at.kept().so_far.queued == 2);
    CHECK(at.kept().rejected_bytes == at.rejected().size());
}

TEST_CASE("upload: a dry run asks for explanations and keeps nothing") {
    scene at("{\"event\":\n" + lines(3));
    REQUIRE(at.run({}, true) == upload_run::end::done);
    REQUIRE(at.daemon.posted.size() == 1);
    CHECK(at.daemon.posted[0].target == "/v1/explain");
    CHECK_FALSE(at.keeps_anything());
    CHECK(at.rejected().empty());
    CHECK(at.said.str().find("line 1: ") != std::string::npos);
    CHECK(at.last.so_far.queued == 3);
    CHECK(at.last.so_far.rejected == 1);
}

TEST_CASE("upload: progress that cannot be written ends it before more is posted") {
    scene at(lines(1200));
    std::filesystem::create_directory(at.progress_file() + ".new");
    CHECK_THROWS(at.run());
    CHECK(at.daemon.posted.size() == 1);
}
