// One table of a damaged file: its rows go to the same table of a new one.
#pragma once

#include "salvage.hpp"

#include <gatepost/sqlite/database.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::spool {

class table_salvage {
  public:
    // `key` is the table's INTEGER PRIMARY KEY, which is its first column; `columns` are the names
    // of those to fill. `sound`, an SQL expression over the damaged row, and `opens`, asked about
    // the columns of one that is sound, say whether it is to be taken.
    struct columns {
        std::string names;
        int count = 0;
    };
    using row_opens = std::function<bool(const sqlite::statement& row)>;
    table_salvage(sqlite::database& from, sqlite::database& to, std::string_view table,
                  std::string_view key, const columns& filled, const std::string& sound,
                  row_opens opens);

    // Takes the rows with first <= key <= last; false when they cannot be written.
    bool take(std::int64_t first, std::int64_t last);
    // Ends the last transaction.
    core::error_code finish();
    const salvaged::table& result() const { return result_; }

  private:
    struct reach {
        std::optional<std::int64_t> last; // key that was read
        bool complete = false;
    };
    // Keys between the two, both exclusive.
    struct gap {
        std::int64_t after = 0;
        std::int64_t before = 0;
    };
    reach read(sqlite::statement& query, const gap& where);
    void write_row(const sqlite::statement& row);
    bool narrow(gap widest);
    // Sums up what could not be read.
    void count_lost();
    bool failed() const { return static_cast<bool>(failure_); }

    sqlite::database& from_;
    sqlite::database& to_;
    int columns_;
    row_opens opens_;
    sqlite::statement forwards_, backwards_, insert_;
    std::optional<sqlite::transaction> work_;
    int rows_in_work_ = 0;
    core::error_code failure_; // of writing
    std::vector<gap> lost_;
    salvaged::table result_;
};

} // namespace gatepost::spool
