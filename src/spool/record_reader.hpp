// The consuming thread's own view of the waiting records.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace gatepost::spool {

class record_reader {
  public:
    static constexpr std::string_view query =
        "SELECT id, received, event_time, event, event_id, controller, subjects, evidence, payload,"
        " variant FROM records WHERE id BETWEEN ? AND ? ORDER BY id";

    static core::result<record_reader> open(const std::string& file);

    // Calls visit(record) for the records with first <= id <= last in order, until it says false.
    // Committed ones only; `attempts` is left 0.
    core::error_code each(record_id first, record_id last,
                          const std::function<bool(leased_record)>& visit);

  private:
    explicit record_reader(sqlite::database opened);
    sqlite::database database_;
    sqlite::statement query_;
};

} // namespace gatepost::spool
