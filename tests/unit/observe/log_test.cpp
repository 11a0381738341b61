#include <gatepost/core/json.hpp>
#include <gatepost/observe/log.hpp>

#include <catch2/catch.hpp>

#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <limits>
#include <regex>
#include <support/temporary_directory.hpp>
#include <thread>
#include <unistd.h>

using namespace gatepost;
using observe::level;
using observe::log;

namespace {

// The lines that `act` leaves on standard error.
std::vector<std::string> lines_of(const std::function<void()>& act) {
    const test::temporary_directory directory;
    const auto path = directory.file("stderr");
    std::fflush(stderr);
    const int kept = dup(STDERR_FILENO);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    act();
    std::fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(file);
    std::vector<std::string> lines;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

const std::regex iso_time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");

} // namespace

TEST_CASE("log: a line is one JSON object of time, level, message and fields") {
    observe::configure_log({});
    const std::string error = "say \"no\"\nback\\slash \t\u00e4";
    const auto lines = lines_of([&] {
        log(level::warn, "it went wrong",
            {{"error", error},
             {"count", 7},
             {"big", std::uint64_t{1} << 40},
             {"ratio", 0.5},
             {"none", std::numeric_limits<double>::infinity()},
             {"final", true},
             {"literal", "x"}});
    });
    REQUIRE(lines.size() == 1);
    const auto parsed = core::json::parse(lines[0]);
    REQUIRE(parsed.has_value());
    const auto line = parsed->root();
    CHECK(std::regex_match(std::string(line.find("time").text()), iso_time));
    CHECK(line.find("level").text() == "warn");
    CHECK(line.find("message").text() == "it went wrong");
    CHECK(line.find("error").text() == error);
    CHECK(line.find("count").integer() == 7);
    CHECK(line.find("big").integer() == std::int64_t{1} << 40);
    CHECK(line.find("ratio").number() == 0.5);
    CHECK(line.find("none").is_null());
    CHECK(line.find("final").boolean() == true);
    CHECK(line.find("literal").text() == "x");
    CHECK(line.size() == 10);
}

TEST_CASE("log: the time is now, in UTC") {
    observe::configure_log({});
    const auto before = std::time(nullptr);
    const auto lines = lines_of([] { log(level::info, "now"); });
    const auto parsed = core::json::parse(lines.at(0)).value();
    std::tm parts{};
    REQUIRE(strptime(std::string(parsed.root().find("time").text()).c_str(), "%Y-%m-%dT%H:%M:%S",
                     &parts) != nullptr);
    CHECK(timegm(&parts) >= before);
    CHECK(timegm(&parts) <= std::time(nullptr));
}

TEST_CASE("log: what is below the chosen level is not written") {
    using levels = std::vector<std::string>;
    const auto [chosen, expected] = GENERATE(table<level, levels>({
        {level::debug, {"debug", "info", "warn", "error"}},
        {level::info, {"info", "warn", "error"}},
        {level::warn, {"warn", "error"}},
        {level::error, {"error"}},
    }));
    observe::configure_log({.level = chosen});
    levels written;
    for (const auto& line : lines_of([] {
             log(level::debug, "a");
             log(level::info, "b");
             log(level::warn, "c");
             log(level::error, "d");
         })) {
        written.emplace_back(core::json::parse(line)->root().find("level").text());
    }
    CHECK(written == expected);
    observe::configure_log({});
}

TEST_CASE("log: the level can be changed at any time, the format stays") {
    observe::configure_log({.format = observe::log_format::text});
    const auto lines = lines_of([] {
        log(level::debug, "not yet");
        observe::set_log_level(level::debug);
        log(level::debug, "now");
        observe::set_log_level(level::error);
        log(level::warn, "no more");
    });
    observe::configure_log({});
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with("Z debug now"));
}

TEST_CASE("log: a line for people is one line, too") {
    observe::configure_log({.format = observe::log_format::text});
    const auto lines = lines_of([] {
        log(level::error, "it went wrong", {{"error", "two\nlines"}, {"count", 7}});
    });
    observe::configure_log({});
    REQUIRE(lines.size() == 1);
    CHECK(std::regex_search(lines[0], std::regex("^"
                                                 R"(\d{4}-\d\d-\d\dT\S+Z error it went wrong )"
                                                 R"(error="two\\nlines" count=7$)")));
}

TEST_CASE("log: lines of several threads do not mix") {
    observe::configure_log({});
    const std::string long_text(3000, 'x');
    const auto lines = lines_of([&] {
        std::vector<std::thread> writers;
        for (int i = 0; i < 4; ++i) {
            writers.emplace_back([&] {
                for (int line = 0; line < 50; ++line) {
                    log(level::info, "line", {{"text", long_text}});
                }
            });
        }
        for (auto& writer : writers) {
            writer.join();
        }
    });
    REQUIRE(lines.size() == 200);
    for (const auto& line : lines) {
        REQUIRE(core::json::parse(line).has_value());
    }
}
