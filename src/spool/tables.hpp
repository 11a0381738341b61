// The statements of the one connection that writes: what is personal goes into boxes and comes out
// of them here. Failures stick to the database; results mean nothing after one.
#pragma once

#include "box.hpp"
#include "event_row.hpp"

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
    std::string key_name; // that it stood under, where that was asked for
};

class tables {
  public:
    // Both outlive it.
    tables(sqlite::database& on, boxes& keys);

    void insert(record_id id, const core::record& content, core::wall_time queued);
    // Removes the records with first <= id <= last and adds what they were to `taken`, with their
    // keys if `tell_keys`: to see them a box is read.
    void remove(record_id first, record_id last, std::vector<taken_record>& taken, bool tell_keys);
    // Moves a record to the dead letters; nullopt when there is none. What is to say of it stands
    // under the record's key, if it has one.
    struct buried_record {
        taken_record was;
        std::uint64_t size = 0; // of the dead letter
    };
    std::optional<buried_record> bury(const settlement& dead, core::wall_time at);
    // Since when the oldest record of a pixel waits.
    std::optional<core::wall_time> oldest(std::int64_t pixel);
    // A new pixel; a failure when its number or its id is taken.
    void add_pixel(std::int64_t pixel, std::string_view id, std::int64_t reserved);
    void reserve(std::int64_t pixel, std::string_view id, std::int64_t below);
    void log_keys(core::wall_time at, std::string_view freed, std::string_view added);

    // For errands: the first rows with first <= id <= last, a bounded number of them...
    struct sized_row {
        std::int64_t id = 0;
        std::uint64_t size = 0;
        std::string reason; // of a dead letter
    };
    std::vector<sized_row> next_records(record_id first, record_id last);
    std::vector<sized_row> next_dead(std::int64_t first, std::int64_t last);
    // ... and what is in them, but for the pixel's id and whether it is leased. One whose box does
    // not open is passed over.
    using visit_row = std::function<void(std::int64_t id, std::int64_t pixel, held_record& held)>;
    void show_records(record_id first, record_id last, const visit_row& visit);
    void show_dead(std::int64_t first, std::int64_t last, const visit_row& visit);
    std::int64_t last_dead();
    struct removed_dead {
        std::int64_t pixel = 0;
        std::uint64_t size = 0;
        std::string key_name;
    };
    std::optional<removed_dead> remove_dead(std::int64_t id);
    // What is to know of a dead letter before it is waiting again; nullopt when there is none.
    struct found_dead {
        std::int64_t pixel = 0;
        core::key128 duplicate_key;
    };
    std::optional<found_dead> find_dead(std::int64_t id);
    // Copies a dead letter to the records. Gives the record's size.
    std::uint64_t revive(std::int64_t dead, record_id as, core::wall_time queued);
    // The last rows with first <= id <= last, the newest first, a bounded number of them; but for
    // the pixel's id, whose number goes to `visit` beside it. One whose box does not open comes
    // without what was in it.
    void list_dead(std::int64_t first, std::int64_t last,
                   const std::function<void(std::int64_t pixel, dead_letter letter)>& visit);
    // Encrypts those with first <= id <= last that do not stand under the newest key, but for those
    // whose box does not open. Gives the names of the keys that they stood under, "" for none.
    std::vector<std::string> encrypt_records(record_id first, record_id last);
    std::vector<std::string> encrypt_dead(std::int64_t first, std::int64_t last);
    // Reading begins anew after a failure.
    void forget_failure() { database_.forget_failure(); }
    core::error_code failure() const { return database_.failure(); }

    // A few of the oldest rows, to see which may go, and their removal.
    struct old_row {
        std::int64_t id = 0;
        core::wall_time at;
        std::uint64_t weight = 0; // a dead letter's size, a log row's added keys
        std::int64_t pixel = 0;   // a dead letter's
        std::string key_name;     // a dead letter's
    };
    std::vector<old_row> oldest_dead();
    std::vector<old_row> oldest_keys();
    void remove_dead_up_to(std::int64_t id);
    void date_dead(std::int64_t id, core::wall_time at);
    void remove_keys_up_to(std::int64_t id);
    void remember_set(core::wall_time clock);

    // At start.
    std::optional<core::wall_time> clock_set();
    struct stored_pixel {
        std::int64_t number = 0;
        std::string id;
        std::int64_t reserved = 0;
    };
    std::vector<stored_pixel> read_pixels();
    // Calls visit(at, freed, added) for each row of the log, oldest first.
    void read_keys(
        const std::function<void(core::wall_time, std::string_view, std::string_view)>& visit);
    // Calls visit(id, record, when it was received) for each waiting record, pixel by pixel, with
    // the begin of its box in the place of its key.
    void
    read_records(const std::function<void(record_id, const taken_record&, core::wall_time)>& visit);
    struct dead_sum {
        std::int64_t pixel = 0;
        std::uint64_t count = 0;
        std::uint64_t size = 0;
        core::wall_time newest; // received
    };
    std::vector<dead_sum> sum_dead(); // for each pixel that has any
    // Calls visit(the begin of their boxes, how many) for dead letters.
    void count_dead_keys(const std::function<void(std::string_view, std::uint64_t)>& visit);

  private:
    static std::vector<old_row> read_old(sqlite::statement& query);
    static std::vector<sized_row> read_sized(sqlite::statement& query);
    struct letter_words {
        std::string_view clear;
        std::string box;
    };
    letter_words words_of(const settlement& dead);
    struct encrypted_row {
        std::int64_t id = 0;
        std::string stood_under;
        std::string box, message_box;
    };
    std::vector<encrypted_row> encrypt(sqlite::statement& stale, bool dead);

    sqlite::database& database_;
    boxes& boxes_;
    sqlite::statement insert_, select_range_, delete_range_, bury_, oldest_, add_pixel_, reserve_,
        log_keys_, oldest_dead_, oldest_keys_, delete_dead_, delete_keys_, next_records_,
        next_dead_, show_records_, show_dead_, remove_dead_, find_dead_, revive_, list_dead_,
        date_dead_, remember_set_, identify_, stale_records_, stale_dead_, encrypt_record_,
        encrypt_dead_;
};

} // namespace gatepost::spool
