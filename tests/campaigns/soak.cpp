// soak PROGRAM SECONDS [SEED]: applications post all the time, while the upstream fails in every
// way, the daemon is killed, stopped and reloaded, and its disk is full now and then. Prints a line
// every ten seconds and an account of every event at the end. Exit 1 when one is lost, or sent that
// must not be, or when the daemon ends by itself.
#include "closing.hpp"
#include "load.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <poll.h>
#include <support/loop_disk.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using namespace gatepost::campaigns;
using namespace std::chrono_literals;

namespace {

constexpr auto longest_drain = 600s;
constexpr auto line_every = 10s;
constexpr unsigned disk_mebibytes = 512;

using clock_type = std::chrono::steady_clock;

// A disk that can be filled, where there can be one.
std::unique_ptr<test::loop_disk> make_disk(const std::filesystem::path& directory) {
    if (const auto reason = test::loop_disk::why_not(directory)) {
        std::cout << "SKIPPED: full disks are NOT part of this: " << *reason << std::endl;
        return nullptr;
    }
    return std::make_unique<test::loop_disk>(directory, disk_mebibytes);
}

class campaign {
  public:
    campaign(const std::string& program, std::uint64_t seed)
        : disk_(make_disk(directory_.path())), dice_(seed), upstream_(account_, dice_.seed()),
          daemon_({.program = program,
                   .directory = directory_.path(),
                   .spool = (disk_ ? disk_->root() : directory_.path()) / "spool",
                   .upstream = upstream_.url(),
                   .max_bytes = "256MiB"}) {}

    bool run(std::chrono::seconds length) {
        daemon_.start();
        bool alive = true;
        std::cout << "     s  events/s   p50 ms   p99 ms   max ms  waiting  dead  RSS MiB  fds  "
                     "since the last line"
                  << std::endl;
        {
            load applications(account_, daemon_.entrances(), dice_.seed(),
                              {.applications = 4, .pause = 8ms, .withdrawals = 0.05});
            while (alive && clock_type::now() < begun_ + length) {
                make_trouble();
                poll(nullptr, 0, static_cast<int>((200ms + dice_.at_most(2800ms)).count()));
                alive = !daemon_.has_ended();
                if (alive && clock_type::now() >= shown_ + line_every) {
                    show(applications.take_latencies());
                }
            }
        }
        if (!alive) {
            std::cout << "the daemon ended by itself with " << daemon_.wait() << '\n';
            daemon_.start();
        }
        const bool passed = close_account(daemon_, upstream_, account_, longest_drain);
        std::cout << "requests to the upstream " << upstream_.requests()
                  << ", of these met a fault " << upstream_.faults() << '\n';
        return passed && alive && ended_well_;
    }

  private:
    void make_trouble() {
        switch (dice_.below(8)) {
        case 0:
        case 1:
            note("storm");
            upstream_.listen();
            upstream_.storm(std::array{0.1, 0.4, 0.7, 1.0}[dice_.below(4)]);
            break;
        case 2:
            note("calm");
            upstream_.listen();
            upstream_.storm(0);
            break;
        case 3:
            note("refused");
            upstream_.refuse();
            break;
        case 4:
            note("kill -9");
            daemon_.kill();
            daemon_.start();
            break;
        case 5:
            restart();
            break;
        case 6:
            note("reload");
            daemon_.rewrite_configuration(10ms + dice_.at_most(40ms));
            daemon_.signal(SIGHUP);
            break;
        default:
            fill_disk();
            break;
        }
    }

    void restart() {
        note("restart");
        daemon_.signal(SIGTERM);
        if (const int code = daemon_.wait(); code != 0) {
            note("(which ended with " + std::to_string(code) + ")");
            ended_well_ = false;
        }
        daemon_.start();
    }

    void fill_disk() {
        if (!disk_) {
            return;
        }
        note("disk full");
        disk_->fill();
        poll(nullptr, 0, static_cast<int>((1s + dice_.at_most(2s)).count()));
        disk_->free();
    }

    void note(const std::string& trouble) {
        troubles_ += (troubles_.empty() ? "" : ", ") + trouble;
    }

    void show(const latencies& took) {
        const auto now = clock_type::now();
        const auto acknowledged = account_.acknowledged();
        const std::chrono::duration<double> passed = now - shown_;
        const auto milliseconds = [](std::chrono::microseconds time) {
            return std::chrono::duration<double, std::milli>(time).count();
        };
        std::cout << std::fixed << std::setprecision(1) << std::setw(6)
                  << std::chrono::duration_cast<std::chrono::seconds>(now - begun_).count()
                  << std::setw(10)
                  << static_cast<double>(acknowledged - shown_acknowledged_) / passed.count()
                  << std::setw(9) << milliseconds(took.p50) << std::setw(9)
                  << milliseconds(took.p99) << std::setw(9) << milliseconds(took.most)
                  << std::setprecision(0) << std::setw(9) << daemon_.unsettled() << std::setw(6)
                  << daemon_.metric("gatepost_spool_events{state=\"dead\"}") << std::setprecision(1)
                  << std::setw(9) << static_cast<double>(daemon_.resident_bytes()) / (1024 * 1024)
                  << std::setw(5) << daemon_.descriptors() << "  " << troubles_ << std::endl;
        shown_ = now;
        shown_acknowledged_ = acknowledged;
        troubles_.clear();
    }

    test::temporary_directory directory_;
    std::unique_ptr<test::loop_disk> disk_;
    dice dice_;
    account account_;
    upstream upstream_;
    daemon_under_test daemon_;
    clock_type::time_point begun_ = clock_type::now();
    clock_type::time_point shown_ = begun_;
    std::uint64_t shown_acknowledged_ = 0;
    std::string troubles_; // since the last line
    bool ended_well_ = true;
};

} // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::cerr << "usage: soak PROGRAM SECONDS [SEED]\n";
        return 64;
    }
    const auto seed = count > 3 ? std::strtoull(words[3], nullptr, 10) : std::random_device()();
    std::cout << "seed " << seed << std::endl;
    return run(
        [&] { return campaign(words[1], seed).run(std::chrono::seconds(std::atoi(words[2]))); });
}
