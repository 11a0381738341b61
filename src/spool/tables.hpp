// The statements of the one connection that writes. Failures stick to the database; results mean
// nothing after one.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::spool {

// What is left to know of a record that is no longer waiting.
struct taken_record {
    core::key128 duplicate_key;
    std::uint64_t size = 0;
};

class tables {
  public:
    explicit tables(sqlite::database& on);

    void insert(record_id id, const core::record& content);
    // Removes the records with first <= id <= last and adds what they were to `taken`.
    void remove(record_id first, record_id last, std::vector<taken_record>& taken);
    // Moves a record to the dead letters; nullopt when there is none.
    struct buried_record {
        taken_record was;
        std::uint64_t size = 0; // of the dead letter
    };
    std::optional<buried_record> bury(const settlement& dead, core::wall_time at);
    // When the oldest record of a pixel was received.
    std::optional<core::wall_time> oldest(std::int64_t pixel);
    void reserve(std::int64_t pixel, std::string_view id, std::int64_t below);
    void log_keys(core::wall_time at, std::string_view freed, std::string_view added);

    // For walks: the first rows with first <= id <= last, a bounded number of them...
    struct sized_row {
        std::int64_t id = 0;
        std::uint64_t size = 0;
    };
    std::vector<sized_row> next_records(record_id first, record_id last);
    std::vector<sized_row> next_dead(std::int64_t first, std::int64_t last);
    // ... and what is in them, but for the pixel's id and whether it is leased.
    using visit_row = std::function<void(std::int64_t id, std::int64_t pixel, held_record& held)>;
    void show_records(record_id first, record_id last, const visit_row& visit);
    void show_dead(std::int64_t first, std::int64_t last, const visit_row& visit);
    std::int64_t last_dead();
    struct removed_dead {
        std::int64_t pixel = 0;
        std::uint64_t size = 0;
    };
    std::optional<removed_dead> remove_dead(std::int64_t id);
    // Reading begins anew after a failure.
    void forget_failure() { database_.forget_failure(); }
    core::error_code failure() const { return database_.failure(); }

    // A few of the oldest rows, to see which may go, and their removal.
    struct old_row {
        std::int64_t id = 0;
        core::wall_time at;
        std::uint64_t weight = 0; // a dead letter's size, a log row's added keys
        std::int64_t pixel = 0;   // a dead letter's
    };
    std::vector<old_row> oldest_dead();
    std::vector<old_row> oldest_keys();
    void remove_dead_up_to(std::int64_t id);
    void remove_keys_up_to(std::int64_t id);

    // At start.
    struct stored_pixel {
        std::int64_t number = 0;
        std::string id;
        std::int64_t reserved = 0;
    };
    std::vector<stored_pixel> read_pixels();
    // Calls visit(at, freed, added) for each row of the log, oldest first.
    void read_keys(
        const std::function<void(core::wall_time, std::string_view, std::string_view)>& visit);
    // Calls visit(id, record) for each waiting record, pixel by pixel.
    void read_records(const std::function<void(record_id, const taken_record&)>& visit);
    struct dead_sum {
        std::int64_t pixel = 0;
        std::uint64_t count = 0;
        std::uint64_t size = 0;
    };
    std::vector<dead_sum> sum_dead(); // for each pixel that has any

  private:
    static std::vector<old_row> read_old(sqlite::statement& query);
    static std::vector<sized_row> read_sized(sqlite::statement& query);

    sqlite::database& database_;
    sqlite::statement insert_, select_range_, delete_range_, bury_, oldest_, reserve_, log_keys_,
        oldest_dead_, oldest_keys_, delete_dead_, delete_keys_, next_records_, next_dead_,
        show_records_, show_dead_, remove_dead_;
};

} // namespace gatepost::spool
