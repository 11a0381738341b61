// The consuming thread's own view of the waiting records.
#pragma once

#include "event_row.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace gatepost::spool {

class record_reader {
  public:
    static const std::string query;

    // `on_damage` as in sqlite::database; also when a box does not open.
    static core::result<record_reader> open(const std::string& file, const key_ring& keys,
                                            std::function<void()> on_damage = {});

    // Those that were given before go on opening, until forget_older_keys() leaves the last ones
    // and those that are needed.
    void use_keys(const key_ring& keys) { boxes_.use(keys); }
    void forget_older_keys(const key_ring& needed) { boxes_.forget_older(needed); }

    // Calls visit(record) for the records with first <= id <= last in order, until it says false.
    // Committed ones only; `attempts` is left 0.
    struct read_record {
        leased_record record;
        core::wall_time queued; // since when it waits
        bool readable = true;   // else its box did not open, and nothing that was in it is known
    };
    using visit_record = std::function<bool(read_record)>;
    core::error_code each(record_id first, record_id last, const visit_record& visit);

  private:
    explicit record_reader(sqlite::database opened);
    sqlite::database database_;
    sqlite::statement query_;
    boxes boxes_;
};

} // namespace gatepost::spool
