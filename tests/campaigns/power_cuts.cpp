// power_cuts PROGRAM CUTS [SEED [DURABILITY]]: cuts the power of the disk under the spool while
// applications post, starts anew, and accounts for every event. With the durability `process`
// instead of `power` events are lost: the proof that the cuts are real. A quarter as many cuts
// follow under `process` whatever was asked for: there they may take events, but bring none back
// whose visitor has said no. Exit 77 where there can be no such disk.
#include "closing.hpp"
#include "load.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <poll.h>
#include <stdexcept>
#include <support/eventually.hpp>
#include <support/loop_disk.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using namespace gatepost::campaigns;
using namespace std::chrono_literals;

namespace {

constexpr int skipped = 77;
constexpr unsigned disk_mebibytes = 512;
constexpr auto longest_drain = 120s;

void wait_for(std::chrono::milliseconds time) {
    poll(nullptr, 0, static_cast<int>(time.count()));
}

// A real cut stops the machine as well. Without this an answer may come out after it: a sync that
// the cut overtakes can still return success.
void cut(daemon_under_test& running, test::loop_disk& disk) {
    running.freeze();
    disk.cut_power();
    running.kill();
    disk.remount();
}

bool survives(const std::string& program, int cuts, std::uint64_t seed,
              const std::string& durability) {
    const test::temporary_directory directory;
    std::cout << "seed " << seed << ", durability " << durability << std::endl;
    test::loop_disk disk(directory.path(), disk_mebibytes);
    dice chance(seed);
    account book;
    upstream to(book, chance.seed());
    daemon_under_test daemon({.program = program,
                              .directory = directory.path(),
                              .spool = disk.root() / "spool",
                              .upstream = to.url(),
                              .durability = durability});
    daemon.start();
    {
        load applications(book, daemon.entrances(), chance.seed(),
                          {.applications = 4, .pause = 2ms, .withdrawals = 0.05});
        for (int each = 1; each <= cuts; ++each) {
            to.storm(std::array{0.0, 0.5, 1.0}[chance.below(3)]);
            const auto lives = 100ms + chance.at_most(900ms);
            wait_for(lives);
            std::cout << "cut " << each << " at " << book.age().count() << " ms" << std::endl;
            cut(daemon, disk);
            daemon.start();
        }
    }
    return close_account(daemon, to, book, longest_drain);
}

// Events wait on the disk, nobody upstream has heard of them, and each one's visitor says no with
// another event. Their deletion makes the daemon forget the denials, and the power is cut.
class denials {
  public:
    denials(const std::string& program, std::uint64_t seed)
        : disk_(directory_.path(), disk_mebibytes), dice_(seed), upstream_(book_, dice_.seed()),
          daemon_({.program = program,
                   .directory = directory_.path(),
                   .spool = disk_.root() / "spool",
                   .upstream = upstream_.url(),
                   .durability = "process"}) {
        upstream_.watch(
            [this](const sighting& one) { book_.find(one.number, "sent after the denial"); });
    }

    bool hold(int cuts) {
        daemon_.start();
        for (int each = 1; each <= cuts; ++each) {
            upstream_.refuse();
            const auto orders = post_orders();
            disk_.sync();
            deny(orders);
            await_nothing_waiting();
            wait_for(dice_.at_most(100ms));
            std::cout << "cut " << each << " after denials" << std::endl;
            cut(daemon_, disk_);
            daemon_.start();
            upstream_.listen();
            await_nothing_waiting();
        }
        return close_account(daemon_, upstream_, book_, longest_drain);
    }

  private:
    static constexpr std::size_t orders_at_once = 20;

    posting post_orders() {
        posting made{.target = "/v1/events"};
        for (std::size_t i = 0; i < orders_at_once; ++i) {
            const auto pixel = dice_.below(pixels.size());
            const auto number = book_.open(pixel, said::yes, true);
            made.orders.push_back(number);
            book_.withdrawing(number);
            add(made, {number, pixel, true, claims_of(said::yes, dice_.below(6))});
        }
        enter(book_, made, post(made));
        return made;
    }

    void deny(const posting& orders) {
        posting made{.target = "/v1/events"};
        for (const auto number : orders.orders) {
            add(made, {number, book_.pixel_of(number), false, claims_of(said::no, dice_.below(6))});
        }
        const auto answer = post(made);
        if (answer.status != 200 || answer.body.find("queued") != std::string::npos) {
            book_.find(orders.orders.front(), "a denial answered otherwise");
        }
    }

    static void add(posting& to, const wording& order) {
        to.body += (to.body.empty() ? "" : "\n") + as_event(order);
    }
    test::http_answer post(const posting& what) {
        return test::http_connection(daemon_.entrances().pick(0))
            .post(what.target, what.body, {{"Content-Type", "application/x-ndjson"}});
    }
    void await_nothing_waiting() {
        if (!test::eventually([&] { return daemon_.unsettled() == 0; }, longest_drain)) {
            throw std::runtime_error("events wait that should not");
        }
    }

    test::temporary_directory directory_;
    test::loop_disk disk_;
    dice dice_;
    account book_;
    upstream upstream_;
    daemon_under_test daemon_;
};

} // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::cerr << "usage: power_cuts PROGRAM CUTS [SEED [DURABILITY]]\n";
        return 64;
    }
    if (const auto reason = test::loop_disk::why_not(test::temporary_directory().path())) {
        std::cout << "SKIPPED: power cuts were NOT tried: " << *reason << std::endl;
        return skipped;
    }
    const auto seed = count > 3 ? std::strtoull(words[3], nullptr, 10) : std::random_device()();
    const int cuts = std::atoi(words[2]);
    return run([&] {
        const bool kept = survives(words[1], cuts, seed, count > 4 ? words[4] : "power");
        return denials(words[1], seed).hold((cuts + 3) / 4) && kept;
    });
}
