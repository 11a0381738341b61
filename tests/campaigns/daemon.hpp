// The daemon under test: started, stopped and killed again and again on one spool.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <support/child_process.hpp>
#include <vector>

namespace gatepost::campaigns {

// Where the daemon listens now, for whoever posts; empty while it does not run.
class doors {
  public:
    void open(std::vector<std::string> urls);
    void close() { open({}); }
    // One of them, by any number; "" when there is none.
    std::string pick(std::size_t any) const;

  private:
    mutable std::mutex guard_;
    std::vector<std::string> urls_;
};

class daemon_under_test {
  public:
    struct setup {
        std::string program;
        std::filesystem::path directory; // for the configuration, the log and the socket
        std::filesystem::path spool;
        std::string upstream; // URL
        std::string durability = "process";
        std::string max_bytes = "4GiB";
    };
    explicit daemon_under_test(setup chosen);

    // Starts the process; does not wait until it listens.
    void launch();
    // Waits until it does. Throws when it ends before.
    void await();
    void start() {
        launch();
        await();
    }
    void signal(int number) const { process_->signal(number); }
    // Stops it where it is, perhaps in the middle of a write: from now on it says nothing more.
    void freeze() const;
    // Its exit code, or 128 + the signal that ended it.
    int wait();
    void kill();
    // Whether it has ended by itself.
    bool has_ended();
    // With another linger, so that a reload has something to do.
    void rewrite_configuration(std::chrono::milliseconds linger) const;

    doors& entrances() { return doors_; }
    std::string status(const std::string& target) const; // GET from the admin address
    double metric(const std::string& name) const;        // 0 when there is none
    double unsettled() const;                            // events waiting or leased
    std::uint64_t resident_bytes() const;
    std::size_t descriptors() const;
    const std::filesystem::path& spool() const { return setup_.spool; }
    std::filesystem::path log_file() const { return setup_.directory / "gatepost.log"; }
    // From launch to listening, of every start that was awaited.
    const std::vector<std::chrono::milliseconds>& start_times() const { return start_times_; }

  private:
    setup setup_;
    std::unique_ptr<test::child_process> process_;
    std::chrono::steady_clock::time_point launched_;
    std::vector<std::chrono::milliseconds> start_times_;
    std::string admin_;
    doors doors_;
};

} // namespace gatepost::campaigns
