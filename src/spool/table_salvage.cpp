#include "table_salvage.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

namespace gatepost::spool {
namespace {

// In a gap every try reads at most a few pages: some 20 µs.
constexpr int most_tries = 1 << 14;
constexpr int rows_in_a_transaction = 1000;
// The new file's log is copied back once it is longer.
constexpr int most_log_pages = 4000;

std::string select(std::string_view table, std::string_view key, const std::string& columns,
                   const std::string& sound, std::string_view order) {
    return "SELECT " + columns + ", " + sound + " FROM " + std::string(table) + " WHERE " +
           std::string(key) + " > ? AND " + std::string(key) + " < ? ORDER BY " + std::string(key) +
           std::string(order);
}

std::string insert(std::string_view table, const std::string& columns, int count) {
    std::string marks = "?";
    for (int i = 1; i < count; ++i) {
        marks += ", ?";
    }
    return "INSERT OR IGNORE INTO " + std::string(table) + " (" + columns + ") VALUES (" + marks +
           ")";
}

} // namespace

table_salvage::table_salvage(sqlite::database& from, sqlite::database& to, std::string_view table,
                             std::string_view key, const columns& filled, const std::string& sound,
                             row_opens opens)
    : from_(from), to_(to), columns_(filled.count), opens_(std::move(opens)),
      forwards_(from.prepare(select(table, key, filled.names, sound, ""))),
      backwards_(from.prepare(select(table, key, filled.names, sound, " DESC"))),
      insert_(to.prepare(insert(table, filled.names, filled.count))) {}

bool table_salvage::take(std::int64_t first, std::int64_t last) {
    const gap all{first - 1, last + 1};
    const auto up = read(forwards_, all);
    if (failed() || up.complete) {
        return !failed();
    }
    result_.in_one_go = false;
    gap rest{up.last.value_or(all.after), all.before};
    const auto down = read(backwards_, rest);
    rest.before = down.last.value_or(rest.before);
    return !failed() && (down.complete || narrow(rest));
}

core::error_code table_salvage::finish() {
    if (!failed() && work_) {
        failure_ = work_->commit();
    }
    work_.reset();
    count_lost();
    return failure_;
}

table_salvage::reach table_salvage::read(sqlite::statement& query, const gap& where) {
    from_.forget_failure();
    reach done;
    query.with(where.after, where.before);
    while (query.next()) {
        const auto key = query.integer(0);
        const bool ahead = &query == &forwards_ ? key > done.last.value_or(where.after)
                                                : key < done.last.value_or(where.before);
        // A page that stands where another belongs: whoever followed it might never end.
        if (!ahead || key <= where.after || key >= where.before) {
            query.reset();
            return done;
        }
        if (query.integer(columns_) == 1 && opens_(query)) {
            write_row(query);
        } else {
            ++result_.unsound;
        }
        if (failed()) {
            query.reset();
            return done;
        }
        done.last = key;
    }
    done.complete = !from_.failure();
    return done;
}

void table_salvage::write_row(const sqlite::statement& row) {
    if (!work_) {
        work_.emplace(to_);
    }
    insert_.with_row(row, columns_).run();
    ++result_.taken;
    if (++rows_in_work_ < rows_in_a_transaction) {
        return;
    }
    rows_in_work_ = 0;
    failure_ = work_->commit();
    work_.reset();
    if (!failure_ && to_.log_pages() > most_log_pages) {
        failure_ = to_.checkpoint(false);
    }
}

// The widest gaps first: what can be read between two damaged pages is found before the tries are
// spent on the rows of a single one.
bool table_salvage::narrow(gap widest) {
    std::deque<gap> open{widest};
    for (int tries = 0; !open.empty() && tries < most_tries; ++tries) {
        const auto where = open.front();
        open.pop_front();
        if (where.before - where.after < 2) {
            continue; // between two neighbours nothing is lost
        }
        const auto middle = where.after + (where.before - where.after + 1) / 2;
        const gap upper{middle - 1, where.before};
        const gap lower{where.after, middle};
        const auto up = read(forwards_, upper);
        const auto down = read(backwards_, lower);
        if (failed()) {
            return false;
        }
        if (middle - where.after == 1 && where.before - middle == 1 && !up.complete) {
            lost_.push_back(where);
            continue;
        }
        if (!up.complete) {
            open.push_back({up.last.value_or(upper.after), upper.before});
        }
        if (!down.complete) {
            open.push_back({lower.after, down.last.value_or(lower.before)});
        }
    }
    // Between two neighbours nothing is lost.
    std::ranges::copy_if(open, std::back_inserter(lost_),
                         [](const gap& where) { return where.before - where.after > 1; });
    return true;
}

void table_salvage::count_lost() {
    std::ranges::sort(lost_, {}, &gap::after);
    for (const auto& one : lost_) {
        if (result_.gaps == 0) {
            result_.first_lost = one.after + 1;
        }
        // Neighbours are one gap.
        result_.gaps += result_.gaps > 0 && one.after == result_.last_lost ? 0 : 1;
        result_.last_lost = one.before - 1;
    }
}

} // namespace gatepost::spool
