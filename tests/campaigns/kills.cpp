// kills PROGRAM ROUNDS [SEED]: kills the daemon at random moments, while applications post and the
// upstream fails, and accounts for every event. Exit 1 when one is lost, or sent that must not be.
#include "closing.hpp"
#include "load.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <poll.h>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using namespace gatepost::campaigns;
using namespace std::chrono_literals;

namespace {

constexpr auto longest_drain = 300s;
constexpr int rounds_a_line = 50;

void wait_for(std::chrono::milliseconds time) {
    poll(nullptr, 0, static_cast<int>(time.count()));
}

class campaign {
  public:
    campaign(const std::string& program, std::uint64_t seed)
        : dice_(seed), upstream_(account_, dice_.seed()),
          daemon_({.program = program,
                   .directory = directory_.path(),
                   .spool = directory_.path() / "spool",
                   .upstream = upstream_.url()}) {}

    bool run(int rounds) {
        const auto begun = std::chrono::steady_clock::now();
        daemon_.start();
        {
            load applications(account_, daemon_.entrances(), dice_.seed(),
                              {.applications = 4, .pause = 4ms, .withdrawals = 0.05});
            for (int round = 1; round <= rounds; ++round) {
                set_weather();
                live_and_die();
                if (round % rounds_a_line == 0) {
                    show(round, begun);
                }
            }
        }
        const bool passed = close_account(daemon_, upstream_, account_, longest_drain);
        show_starts(rounds);
        return passed;
    }

  private:
    void set_weather() {
        upstream_.storm(std::array{0.0, 0.3, 0.7, 1.0}[dice_.below(4)]);
        if (dice_.happens(0.2)) {
            upstream_.refuse();
        } else {
            upstream_.listen();
        }
    }

    // From a daemon that listens to the next one that does.
    void live_and_die() {
        wait_for(dice_.at_most(1200ms));
        switch (dice_.below(4)) {
        case 0:
            daemon_.signal(SIGTERM); // and killed while it drains, or when it has ended
            wait_for(dice_.at_most(600ms));
            break;
        case 1:
            daemon_.rewrite_configuration(10ms + dice_.at_most(20ms));
            daemon_.signal(SIGHUP);
            wait_for(dice_.at_most(20ms));
            break;
        default:
            break;
        }
        daemon_.kill();
        while (dice_.happens(0.25)) {
            die_at_start();
        }
        daemon_.start();
    }

    void die_at_start() {
        const auto& known = daemon_.start_times();
        daemon_.launch();
        wait_for(dice_.at_most(known.back() * 3 / 2));
        daemon_.kill();
        ++killed_at_start_;
    }

    void show(int round, std::chrono::steady_clock::time_point begun) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
            std::chrono::steady_clock::now() - begun);
        std::cout << round << " kills in " << seconds.count() << " s, acknowledged "
                  << account_.acknowledged() << ", delivered " << account_.delivered()
                  << ", waiting " << daemon_.unsettled() << ", requests to the upstream "
                  << upstream_.requests() << ", of these met a fault " << upstream_.faults()
                  << std::endl;
    }

    void show_starts(int rounds) const {
        auto times = daemon_.start_times();
        std::ranges::sort(times);
        std::cout << rounds << " kills while it ran, reloaded or drained, " << killed_at_start_
                  << " more while it started; from start to listening: p50 "
                  << times[times.size() / 2].count() << " ms, most " << times.back().count()
                  << " ms; requests to the upstream " << upstream_.requests()
                  << ", of these met a fault " << upstream_.faults() << std::endl;
    }

    test::temporary_directory directory_;
    dice dice_;
    account account_;
    upstream upstream_;
    daemon_under_test daemon_;
    int killed_at_start_ = 0;
};

} // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::cerr << "usage: kills PROGRAM ROUNDS [SEED]\n";
        return 64;
    }
    const auto seed = count > 3 ? std::strtoull(words[3], nullptr, 10) : std::random_device()();
    std::cout << "seed " << seed << std::endl;
    return run([&] { return campaign(words[1], seed).run(std::atoi(words[2])); });
}
