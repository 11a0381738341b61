// crowd PROGRAM [CONNECTIONS [SECONDS [MILLISECONDS]]]: a normal application posts granted events,
// first alone, then beside so many connections of which half send a byte now and then and half have
// asked once and stay. Prints what the application waited, and what the crowd cost. Exit 1 when its
// p99, from when a post was due, is not under so many milliseconds (20), when one of its events is
// not taken or does not arrive, or when slow senders are not thrown out; 77 where there are not
// enough descriptors.
#include "idlers.hpp"

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <optional>
#include <poll.h>
#include <support/eventually.hpp>
#include <support/scripted_upstream.hpp>
#include <support/sidecar.hpp>
#include <support/temporary_directory.hpp>
#include <sys/resource.h>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::campaigns;
using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

constexpr auto between_posts = 5ms;
constexpr auto between_bytes = 1s;      // of one slow sender
constexpr std::size_t beside_them = 64; // connections of others
constexpr std::size_t own_files = 512;  // of either process

struct plan {
    std::string program;
    std::size_t connections = 5000;
    std::chrono::seconds length = 30s;
    std::chrono::milliseconds bound = 20ms;
    // Within which slow senders have to be done; so that some are thrown out while it runs.
    std::chrono::milliseconds patience() const {
        return std::min<std::chrono::milliseconds>(10s, length / 2);
    }
};

bool raise_descriptors(std::size_t needed) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur >= needed;
}

struct waits {
    std::vector<std::chrono::microseconds> sorted;
    std::chrono::microseconds at(std::size_t percent) const {
        return sorted.empty() ? 0us : sorted[(sorted.size() - 1) * percent / 100];
    }
};

// From the time that was fixed for a post, and from when it was really sent, to its answer.
struct measured {
    waits due;
    waits sent;
};

// Posts on a kept connection at times that are fixed beforehand: a post that comes late because the
// one before it was answered late has waited since its own time.
class application {
  public:
    explicit application(const std::string& url) : url_(url) { connection_.emplace(url); }

    measured post_for(std::chrono::milliseconds length) {
        measured took;
        const auto begun = clock_type::now();
        for (auto due = begun; due < begun + length; due += between_posts) {
            if (const auto early = due - clock_type::now(); early > 0ns) {
                const auto seconds = std::chrono::floor<std::chrono::seconds>(early);
                const timespec time{seconds.count(), (early - seconds) / 1ns};
                ppoll(nullptr, 0, &time, nullptr);
            }
            const auto sent = clock_type::now();
            post();
            const auto now = clock_type::now();
            took.due.sorted.push_back(std::chrono::floor<std::chrono::microseconds>(now - due));
            took.sent.sorted.push_back(std::chrono::floor<std::chrono::microseconds>(now - sent));
        }
        std::ranges::sort(took.due.sorted);
        std::ranges::sort(took.sent.sorted);
        return took;
    }
    std::size_t taken() const { return taken_; }
    std::size_t refused() const { return refused_; }

  private:
    void post() {
        const auto answer =
            connection_->post("/v1/events", R"({"event":"Purchase","visitor":{"country":"DE"},)"
                                            R"("consent":{"marketing":"granted"}})");
        ++(answer.status == 202 ? taken_ : refused_);
        if (answer.status == 0 || answer.headers.contains("connection")) {
            connection_.emplace(url_);
        }
    }

    std::string url_;
    std::optional<test::http_connection> connection_;
    std::size_t taken_ = 0;
    std::size_t refused_ = 0;
};

double mebibytes_of(pid_t process) {
    const auto pages = test::read_file("/proc/" + std::to_string(process) + "/statm");
    const auto resident = std::strtod(pages.c_str() + pages.find(' '), nullptr);
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

std::size_t descriptors_of(pid_t process) {
    const auto open = std::filesystem::path("/proc") / std::to_string(process) / "fd";
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(open), {}));
}

void show(const std::string& what, const measured& took) {
    std::cout << what << took.due.sorted.size() << " posts";
    const auto show_waits = [](const char* since, const waits& some) {
        const auto milliseconds = [&](std::size_t percent) {
            return std::chrono::duration<double, std::milli>(some.at(percent)).count();
        };
        std::cout << "; " << since << ": p50 " << milliseconds(50) << " ms, p99 "
                  << milliseconds(99) << " ms, max " << milliseconds(100) << " ms";
    };
    show_waits("since due", took.due);
    show_waits("since sent", took.sent);
    std::cout << std::endl;
}

void show(const std::string& what, const std::map<int, std::uint64_t>& ended) {
    std::cout << what;
    for (const auto& [status, count] : ended) {
        std::cout << "  " << (status == 0 ? "closed" : std::to_string(status)) << ": " << count;
    }
    std::cout << (ended.empty() ? "  none\n" : "\n");
}

// Events in the bodies that the upstream got.
std::size_t arrived(const test::scripted_upstream& at) {
    std::size_t events = 0;
    for (const auto& request : at.received()) {
        const auto body = core::json::parse(request.body);
        events += body ? body->root().find("data").size() : 0;
    }
    return events;
}

bool holds(bool condition, const char* complaint) {
    if (!condition) {
        std::cout << "FAILED: " << complaint << '\n';
    }
    return condition;
}

bool run(const plan& chosen) {
    const test::temporary_directory directory;
    test::scripted_upstream upstream;
    test::sidecar gatepost(
        chosen.program, directory.path(), {upstream.url(), ""},
        {.more = "listen: {http: 127.0.0.1:0, max_connections: " +
                 std::to_string(chosen.connections + beside_them) +
                 ", request_timeout: " + std::to_string(chosen.patience().count()) + "ms}"});
    gatepost.start();
    const auto process = gatepost.process().pid();
    application shop(gatepost.ingest());
    shop.post_for(500ms); // until everything is warm
    show("alone:            ",
         shop.post_for(std::min<std::chrono::milliseconds>(5s, chosen.length)));
    const auto before = mebibytes_of(process);

    bool passed = true;
    {
        idlers crowd(gatepost.ingest(), chosen.connections, between_bytes);
        passed = holds(test::eventually([&] { return crowd.stand(); }, 60s),
                       "the crowd was not let in") &&
                 passed;
        const auto beside = shop.post_for(chosen.length);
        show("beside the crowd: ", beside);
        const auto after = mebibytes_of(process);
        std::cout << "memory: " << before << " MiB alone, " << after << " MiB with it, "
                  << (after - before) * 1024 / static_cast<double>(chosen.connections)
                  << " KiB a connection\ndescriptors: " << descriptors_of(process) << '\n';
        const auto ended = crowd.ended();
        show("slow senders ended with", ended.slow);
        show("idle ones ended with   ", ended.idle);
        std::cout << "not let in: " << ended.refused << '\n';
        passed = holds(beside.due.at(99) < chosen.bound, "the p99 beside the crowd") && passed;
        passed = holds(ended.slow.contains(408), "no slow sender was told 408") && passed;
        passed = holds(ended.slow.size() == 1, "slow senders ended otherwise") && passed;
    }
    passed = holds(shop.refused() == 0, "a granted event was not taken") && passed;
    test::eventually([&] { return arrived(upstream) >= shop.taken(); });
    return holds(arrived(upstream) == shop.taken(), "what arrived is not what was taken") && passed;
}

} // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::cerr << "usage: crowd PROGRAM [CONNECTIONS [SECONDS [MILLISECONDS]]]\n";
        return 64;
    }
    plan chosen{.program = words[1]};
    if (count > 2) {
        chosen.connections = std::strtoul(words[2], nullptr, 10);
    }
    if (count > 3) {
        chosen.length = std::chrono::seconds(std::atoi(words[3]));
    }
    if (count > 4) {
        chosen.bound = std::chrono::milliseconds(std::atoi(words[4]));
    }
    if (!raise_descriptors(chosen.connections + own_files)) {
        std::cout << "SKIPPED: the limit of open files is below " << chosen.connections + own_files
                  << '\n';
        return 77;
    }
    std::cout << std::fixed << std::setprecision(1) << chosen.connections << " connections, "
              << chosen.length.count() << " s, requests have to be whole within "
              << chosen.patience().count() << " ms" << std::endl;
    return run(chosen) ? 0 : 1;
}
