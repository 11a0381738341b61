// backlog PROGRAM [EVENTS [MEBIBYTES]]: lets so many events wait for an upstream that nobody
// listens at, and then delivers them while new ones come in. Exit 1 when the daemon's resident
// memory grows by MEBIBYTES (16) or more while they gather, when one does not arrive, when they do
// not arrive oldest first, or when a new one waits for its answer too long.
#include "closing.hpp"
#include "load.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <support/eventually.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using namespace gatepost::campaigns;
using namespace std::chrono_literals;

namespace {

constexpr auto longest_drain = 900s;
constexpr std::uint64_t orders_a_line = 100'000;
constexpr std::uint64_t one_seed = 1;
// Four connections and one of the pixel's own, a thousand events each; the orders of a pixel are
// every third, more or less. Lists that are committed at the same time may change places as well.
constexpr std::uint64_t batches_under_way = 5 * 1000 * pixels.size();
constexpr std::uint64_t most_behind = batches_under_way * 5 / 4;
// Some ten milliseconds are usual; a machine may be busy.
constexpr std::chrono::microseconds longest_request = 2s;

double mebibytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1024 * 1024);
}

// How far behind a later order of its pixel an order first arrived.
class sequence {
  public:
    void note(const sighting& what) {
        if (what.number >= seen_.size()) {
            seen_.resize(what.number + orders_a_line);
        }
        if (seen_[what.number]) {
            return;
        }
        seen_[what.number] = true;
        const auto pixel = std::ranges::find(pixels, what.pixel) - pixels.begin();
        auto& last = last_.at(static_cast<std::size_t>(pixel));
        most_behind_ = std::max(most_behind_, last - std::min(last, what.number));
        last = std::max(last, what.number);
    }
    std::uint64_t most_behind() const { return most_behind_; }

  private:
    std::vector<bool> seen_;
    std::array<order_number, pixels.size()> last_{};
    std::uint64_t most_behind_ = 0;
};

class campaign {
  public:
    campaign(const std::string& program, std::uint64_t events, std::uint64_t most_growth)
        : events_(events), most_growth_(most_growth), upstream_(account_, one_seed),
          daemon_({.program = program,
                   .directory = directory_.path(),
                   .spool = directory_.path() / "spool",
                   .upstream = upstream_.url()}) {
        upstream_.take_everything();
        upstream_.watch([this](const sighting& what) { sequence_.note(what); });
    }

    bool run() {
        upstream_.refuse();
        daemon_.start();
        const bool flat = gather();
        const bool flowing = drain();
        const bool in_order = sequence_.most_behind() <= most_behind;
        const bool closed = close_account(daemon_, upstream_, account_, longest_drain);
        const auto sum = account_.add_up();
        const bool all = sum.delivered == sum.acknowledged && sum.acknowledged >= events_;
        std::cout << (flat ? "" : "memory grew\n") << (in_order ? "" : "not oldest first\n")
                  << (flowing ? "" : "new events waited too long\n")
                  << (all ? "" : "not all arrived\n");
        return flat && flowing && in_order && all && closed;
    }

  private:
    bool gather() {
        const auto at_start = daemon_.resident_bytes();
        std::cout << "resident at start: " << mebibytes(at_start) << " MiB" << std::endl;
        const auto begun = std::chrono::steady_clock::now();
        load applications(
            account_, daemon_.entrances(), one_seed,
            {.of = {.only_consented = true, .only_own_route = true, .longest_list = 100},
             .applications = 4,
             .pause = 0ms,
             .most_orders = events_});
        for (auto line = orders_a_line; line < events_ + orders_a_line; line += orders_a_line) {
            const auto next = std::min(line, events_);
            if (!test::eventually([&] { return account_.acknowledged() >= next; }, 600s)) {
                std::cout << "the daemon takes no more\n";
                return false;
            }
            show_gathered(begun, applications.take_latencies());
        }
        applications.stop();
        const auto grown = daemon_.resident_bytes() - std::min(daemon_.resident_bytes(), at_start);
        std::cout << "grown by " << mebibytes(grown) << " MiB since the start" << std::endl;
        return grown < most_growth_;
    }

    void show_gathered(std::chrono::steady_clock::time_point begun, const latencies& took) const {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
        std::cout << account_.acknowledged() << " waiting after " << passed.count()
                  << " s: resident " << mebibytes(daemon_.resident_bytes()) << " MiB, spool "
                  << mebibytes(static_cast<std::uint64_t>(daemon_.metric("gatepost_spool_bytes")))
                  << " MiB, a request took p50 " << took.p50.count() << " us, p99 "
                  << took.p99.count() << " us, most " << took.most.count() << " us" << std::endl;
    }

    // False when a new request had to wait too long.
    bool drain() {
        const auto waited = account_.acknowledged();
        load newcomers(account_, daemon_.entrances(), one_seed + 1,
                       {.of = {.only_consented = true, .only_own_route = true, .longest_list = 5},
                        .applications = 2,
                        .pause = 10ms});
        const auto begun = std::chrono::steady_clock::now();
        upstream_.listen();
        std::uint64_t most_resident = 0;
        std::chrono::microseconds slowest{0};
        for (auto line = orders_a_line; line < waited + orders_a_line; line += orders_a_line) {
            test::eventually(
                [&] {
                    most_resident = std::max(most_resident, daemon_.resident_bytes());
                    return account_.delivered() >= std::min(line, waited);
                },
                longest_drain);
            const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
            const auto took = newcomers.take_latencies();
            slowest = std::max(slowest, took.most);
            std::cout << account_.delivered() << " delivered after " << passed.count()
                      << " s: resident at most " << mebibytes(most_resident)
                      << " MiB; new requests " << took.requests << ", p50 " << took.p50.count()
                      << " us, p99 " << took.p99.count() << " us, most " << took.most.count()
                      << " us" << std::endl;
        }
        newcomers.stop();
        std::cout << "an order arrived at most " << sequence_.most_behind()
                  << " orders behind a later one of its pixel (in batches under way may be "
                  << batches_under_way << ")" << std::endl;
        return slowest <= longest_request;
    }

    std::uint64_t events_;
    std::uint64_t most_growth_;
    test::temporary_directory directory_;
    account account_;
    sequence sequence_;
    upstream upstream_;
    daemon_under_test daemon_;
};

} // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::cerr << "usage: backlog PROGRAM [EVENTS [MEBIBYTES]]\n";
        return 64;
    }
    const auto events = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1'000'000;
    const auto growth = count > 3 ? std::strtoull(words[3], nullptr, 10) : 16;
    return run([&] { return campaign(words[1], events, growth * 1024 * 1024).run(); });
}
