// A row of `records` or `dead` as it is read, whether it stands in the clear or in a box.
#pragma once

#include "box.hpp"

#include <gatepost/spool/queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::spool {

// The columns that both tables have, in the order that read() takes them in; a query may have more
// behind them, from `event_columns_end` on.
constexpr std::string_view event_columns =
    "id, received, event_time, event, event_id, controller, subjects, evidence, payload, variant,"
    " duplicate_key, box";
constexpr int event_columns_end = 12;

class event_row {
  public:
    // What a statement's current row holds. False when its box does not open: then it has no
    // content. Views hold until the statement goes on.
    bool read(const sqlite::statement& row, boxes& keys);

    std::int64_t id() const { return id_; }
    const row_identity& identity() const { return identity_; }
    const personal& content() const { return content_; }
    const std::vector<core::subject_key>& subjects() const { return subjects_; }
    // As a walk shows it, but for the pixel's id and whether it is leased or dead.
    held_record as_held() const;

  private:
    std::int64_t id_ = 0;
    row_identity identity_;
    personal content_;
    std::string opened_;
    std::vector<core::subject_key> subjects_;
};

} // namespace gatepost::spool
