// The thread that writes: it takes what has queued while the last commit ran, commits it as one
// group, answers, and uses the time between commits for walks, checkpoints and maintenance.
#pragma once

#include "committer.hpp"
#include "lease_desk.hpp"
#include "reserve.hpp"
#include "tallies.hpp"
#include "walk.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace gatepost::spool {

class writer {
  public:
    // Reads what the file holds into `counters` and starts the thread. `desk` is asked about leases
    // by walks.
    static core::result<std::unique_ptr<writer>>
    start(sqlite::database opened, std::string reserve_file, const options& chosen,
          const core::clock& clock, observe::metrics& metrics, tallies& counters, lease_desk& desk);
    ~writer();
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    // Any thread.
    void append(std::vector<core::sealed_record> records, queue::append_done done);
    void settle(settlement_list list);
    void on_arrival(queue::arrival notify);
    void walk(queue::walk_visit visit, queue::walk_done done);
    // Finishes what was handed over, closes the file and ends the thread.
    void close();

  private:
    // Between two tries to settle, or to take a walk's step, on a disk that fails.
    static constexpr std::chrono::milliseconds retry_pause{250};
    // The log is copied back once it is longer and nobody waits.
    static constexpr int pages_when_idle = 250;

    struct asked_walk {
        queue::walk_visit visit;
        queue::walk_done done;
    };
    struct inbox {
        std::vector<append_list> appends;
        std::vector<settlement_list> settlements;
        std::vector<asked_walk> walks;
        bool empty() const { return appends.empty() && settlements.empty() && walks.empty(); }
    };

    writer(sqlite::database opened, std::string reserve_file, const options& chosen,
           const core::clock& clock, observe::metrics& metrics, tallies& counters,
           lease_desk& desk);

    void run();
    // What has queued; nothing when it is time for maintenance or for the end.
    inbox wait(bool& closing);
    void handle(inbox work);
    // One group; false when it failed and nothing was done.
    bool commit(std::span<const append_list> appends, std::span<const settlement_list> settlements);
    void settle_alone();
    // Gives the reserve back to the disk; false when that was done before.
    bool use_reserve();
    void publish(const committed_group& group, std::span<const append_list> appends);
    // Settlements could not be committed and are tried again.
    bool stuck() const { return failure_ && !unsettled_.empty(); }
    void count(const group_change& change);
    void complain(core::error_code failure);

    // The next step of the walk under way; begins those that were asked for.
    void walk_on(std::vector<asked_walk> asked);
    core::error_code carry_out(const spool::walk::step& step);
    core::error_code remove_records(const spool::walk::step& step);
    void postpone_walk(core::error_code failure);
    std::vector<bool> on_its_way(const std::string& pixel, std::span<const record_id> records);
    std::size_t take_back_settlements(std::span<const record_id> records);
    void end_walks(std::vector<asked_walk> asked);

    void upkeep();
    void shrink();
    void keep_log_short();
    void copy_log_back();
    void cut_log_off();
    void regain_reserve();

    options options_;
    const core::clock& clock_;
    observe::metrics& metrics_;
    tallies& tallies_;
    lease_desk& desk_;
    reserve reserve_;
    std::optional<sqlite::database> database_;
    std::optional<committer> committer_;

    // Of the thread.
    std::vector<settlement_list> unsettled_; // handed over, not committed yet
    core::error_code failure_;               // of the last group
    std::deque<spool::walk> walks_;          // the first is under way
    bool walk_failed_ = false;               // its last step, until next_step_
    core::steady_time next_step_, next_upkeep_, next_complaint_, next_warning_;
    bool warned_ = false; // that the disk is full
    bool more_upkeep_ = false;
    // The log may hold what was withdrawn or erased; also from before the start, after a crash.
    bool log_remembers_ = true;

    std::mutex notify_mutex_;
    queue::arrival notify_;

    std::mutex mutex_;
    std::condition_variable wake_;
    inbox inbox_;
    bool closing_ = false;
    std::thread thread_;
};

} // namespace gatepost::spool
