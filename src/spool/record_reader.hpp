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
        " variant, ifnull(nullif(queued, 0), received) FROM records WHERE id BETWEEN ? AND ? ORDER "
        "BY id";

    // `on_damage` as in sqlite::database.
    static core::result<record_reader> open(const std::string& file,
                                            std::function<void()> on_damage = {});

    // Calls visit(record, since when it waits) for the records with first <= id <= last in order,
    // until it says false. Committed ones only; `attempts` is left 0.
    using visit_record = std::function<bool(leased_record, core::wall_time queued)>;
    core::error_code each(record_id first, record_id last, const visit_record& visit);

  private:
    explicit record_reader(sqlite::database opened);
    sqlite::database database_;
    sqlite::statement query_;
};

} // namespace gatepost::spool
