// The thread that writes: it takes what has queued while the last commit ran, commits it as one
// group, answers, and uses the time between commits for errands (walks, and what operators do with
// dead letters), checkpoints and maintenance.
#pragma once

#include "calendar.hpp"
#include "committer.hpp"
#include "dead_errands.hpp"
#include "lease_desk.hpp"
#include "reencryption.hpp"
#include "reserve.hpp"
#include "tallies.hpp"
#include "walk.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace gatepost::spool {

// What is done in steps between commits.
using errand = std::variant<walk, dead_listing, dead_replay, dead_removal>;

class writer {
  public:
    // Reads what the file holds into `counters` and starts the thread. `desk` is asked about leases
    // by walks; `on_damage` is called when the file turns out not to be what the writer wrote.
    static core::result<std::unique_ptr<writer>>
    start(sqlite::database opened, std::string reserve_file, const options& chosen,
          const core::clock& clock, calendar& dates, observe::metrics& metrics, tallies& counters,
          lease_desk& desk, std::function<void()> on_damage);
    ~writer();
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    // Any thread.
    void append(std::vector<core::sealed_record> records, queue::append_done done);
    void settle(settlement_list list);
    void on_arrival(queue::arrival notify);
    void ask(errand one);
    void set_limits(const limits& chosen);
    void use_keys(key_ring keys);
    // Finishes what was handed over, closes the file and ends the thread.
    void close();

  private:
    // How many settlements one group takes on, if more wait: those who wait to be let in do not
    // wait for a whole drain.
    static constexpr std::size_t settlements_in_group = 1000;
    // Between two tries to settle, or to take a walk's step, on a disk that fails.
    static constexpr std::chrono::milliseconds retry_pause{250};
    // The log is copied back once it is longer and nobody waits.
    static constexpr int pages_when_idle = 250;

    struct inbox {
        std::vector<append_list> appends;
        std::vector<settlement_list> settlements;
        std::vector<errand> errands;
        std::optional<spool::limits> limits;
        std::optional<key_ring> keys;
        bool empty() const {
            return appends.empty() && settlements.empty() && errands.empty() && !limits && !keys;
        }
    };

    writer(sqlite::database opened, std::string reserve_file, const options& chosen,
           const core::clock& clock, calendar& dates, observe::metrics& metrics, tallies& counters,
           lease_desk& desk, std::function<void()> on_damage);

    void run();
    // What the port says of a failure of the database.
    static core::error_code answer_for(core::error_code failure);
    // What has queued; nothing when it is time for maintenance or for the end.
    inbox wait(bool& closing);
    // Whether there is something to do although nobody has asked for anything.
    bool has_more_to_do() const;
    void take_on(const inbox& chosen);
    void forget_older_keys();
    void handle(inbox work);
    // One group; false when it failed and nothing was done.
    bool commit(std::span<const append_list> appends, std::span<const settlement_list> settlements);
    // Those that the next group takes on: the first ones, at least one list.
    std::span<const settlement_list> next_settlements() const;
    void settle_alone();
    // Gives the reserve back to the disk; false when that was done before.
    bool use_reserve();
    void publish(const committed_group& group, std::span<const append_list> appends);
    void tell_arrivals(const group_change& change);
    // Settlements could not be committed and are tried again.
    bool stuck() const { return failure_ && !unsettled_.empty(); }
    void count(const group_change& change);
    void complain(core::error_code failure);

    // The next step of the errand under way, after which come those that were asked for.
    void go_on(std::vector<errand> asked);
    core::error_code take_step(walk& of);
    core::error_code take_step(dead_listing& of);
    core::error_code take_step(dead_replay& of);
    core::error_code take_step(dead_removal& of);
    void end_step(core::error_code failure);
    static void finish(errand& one, core::error_code how);
    void end_errands(std::vector<errand> asked);
    void encrypt_some();
    core::error_code carry_out(const walk::step& step);
    core::error_code make_removals_durable();
    core::error_code remove_records(const walk::step& step);
    std::vector<bool> on_its_way(const std::string& pixel, std::span<const record_id> records);
    // Settlements that nobody waits for any more; how many there were.
    // Calls visit(list) for everything handed over and not committed yet.
    template <class Visit>
    void each_unsettled(Visit visit) {
        std::ranges::for_each(unsettled_, visit);
        const std::lock_guard lock(mutex_);
        std::ranges::for_each(inbox_.settlements, visit);
    }
    std::size_t take_back_settlements(std::span<const record_id> records);

    void upkeep();
    void shrink();
    bool log_is_to_be_cut(core::steady_time now) const;
    void note_settled();
    void keep_log_short();
    void copy_log_back();
    void cut_log_off();
    bool truncate_log();
    void regain_reserve();

    options options_;
    const core::clock& clock_;
    observe::metrics& metrics_;
    tallies& tallies_;
    lease_desk& desk_;
    std::function<void()> on_damage_;
    reserve reserve_;
    std::optional<sqlite::database> database_;
    std::optional<committer> committer_;

    // Of the thread.
    std::vector<settlement_list> unsettled_; // handed over, not committed yet
    core::error_code failure_;               // of the last group
    std::deque<errand> errands_;             // the first is under way
    reencryption reencryption_;              // while there is no errand
    bool step_failed_ = false;               // the last one of either, until next_step_
    core::steady_time next_step_, next_upkeep_, next_complaint_, next_warning_;
    bool warned_ = false; // that the disk is full
    bool more_upkeep_ = false;
    // The log may hold what was withdrawn or erased, or frames of a group that was refused because
    // they could not be synced; also from before the start, after a crash.
    bool log_remembers_ = true;
    // Since when the log may hold what was delivered, or a dead letter that is gone.
    std::optional<core::steady_time> log_holds_settled_since_;
    core::steady_time last_change_, last_cut_;
    // A power cut could bring back what was taken out of the file.
    bool removals_unsynced_ = false;

    std::mutex notify_mutex_;
    queue::arrival notify_;

    std::mutex mutex_;
    std::condition_variable wake_;
    inbox inbox_;
    bool closing_ = false;
    std::thread thread_;
};

} // namespace gatepost::spool
