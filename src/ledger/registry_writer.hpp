// The thread that writes the registry's file: it takes what has queued while the last commit ran,
// commits it as one transaction, and answers. What a failing disk refuses is kept and tried again.
#pragma once

#include "change_set.hpp"
#include "registry_tables.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/sqlite/database.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace gatepost::ledger {

class registry_writer {
  public:
    // `inspect` is called on the thread with the keys of the file, a few at a time, all of them
    // about once an hour (when there are none, with none); it may add changes.
    using inspection = std::function<void(std::span<const stored_choice>)>;
    registry_writer(sqlite::database opened, const core::clock& clock, inspection inspect);
    ~registry_writer();
    registry_writer(const registry_writer&) = delete;
    registry_writer& operator=(const registry_writer&) = delete;

    // Any thread. What was added first is written first; `finished` may be empty. An empty set is
    // answered when everything before it is on disk.
    void add(change_set changes, registry::done finished);
    // Finishes what was added, closes the file and ends the thread.
    void close();

  private:
    struct handed_over {
        change_set changes;
        registry::done finished;
    };

    void run();
    std::vector<handed_over> wait(bool& closing);
    void handle(std::vector<handed_over> work);
    core::error_code write();
    void upkeep();
    void inspect();
    void cut_log_off();
    bool idle();
    void complain(core::error_code failure);
    // Changes could not be written and are tried again.
    bool stuck() const { return !unwritten_.empty(); }

    const core::clock& clock_;
    inspection inspect_;
    std::optional<sqlite::database> database_;
    std::optional<registry_tables> tables_;

    // Of the thread.
    change_set unwritten_;
    bool log_holds_any_ = true; // also at the start: a crash may have left something in it
    registry_tables::position inspected_; // the last one, while there are more
    core::steady_time next_inspection_, next_complaint_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<handed_over> inbox_;
    bool closing_ = false;
    std::thread thread_;
};

} // namespace gatepost::ledger
