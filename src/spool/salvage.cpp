#include "salvage.hpp"

#include "box_check.hpp"
#include "event_row.hpp"
#include "lost_pixels.hpp"
#include "schema.hpp"
#include "soundness.hpp"
#include "table_salvage.hpp"

#include <gatepost/core/key_codec.hpp>

#include <algorithm>
#include <set>

namespace gatepost::spool {
namespace {

// Beyond what any dead letter or group of keys was ever numbered.
constexpr std::int64_t last_row = std::int64_t(1) << 48;

// For a pixel whose row is lost: as many ids as were reserved at once.
constexpr std::int64_t places_of_a_lost_row = 1 << 16;

// The names of the columns that both files have; a column that only the new one has takes its
// default.
std::vector<column> shared_columns(sqlite::database& from, sqlite::database& into,
                                   std::string_view table) {
    auto shared = columns_of(from, table);
    const auto known = columns_of(into, table);
    std::erase_if(shared, [&](const column& one) {
        return std::ranges::find(known, one.name, &column::name) == known.end();
    });
    // The types as they ought to be.
    for (auto& one : shared) {
        one.type = std::ranges::find(known, one.name, &column::name)->type;
    }
    return shared;
}

std::string joined(const std::vector<column>& columns) {
    std::string names;
    for (const auto& one : columns) {
        names += (names.empty() ? "" : ", ") + one.name;
    }
    return names;
}

std::string listed(const std::set<std::int64_t>& numbers) {
    std::string list;
    for (const auto number : numbers) {
        list += (list.empty() ? "" : ", ") + std::to_string(number);
    }
    return "(" + list + ")";
}

class salvaging {
  public:
    salvaging(sqlite::database& from, sqlite::database& into, const key_ring& keys)
        : from_(from), into_(into) {
        boxes_.use(keys);
    }

    core::result<salvaged> run() {
        if (!take_pixels() || !name_lost_pixels() || !take_records() || !take_dead() ||
            (all_records_taken() && !take_keys()) || !tidy()) {
            return failure_;
        }
        done_.keys_forgotten = !all_records_taken();
        return std::move(done_);
    }

  private:
    template <class Take>
    bool take_table(std::string_view table, std::string_view key,
                    const std::vector<column>& columns, const std::string& sound,
                    salvaged::table& result, Take take) {
        if (columns.empty() || columns.front().name != key) {
            return true;
        }
        from_.forget_failure();
        table_salvage rows(from_, into_, table, key,
                           {joined(columns), static_cast<int>(columns.size())}, sound,
                           [this, check = box_check(columns)](const sqlite::statement& row) {
                               return check.look(row, boxes_) != box_check::finding::broken;
                           });
        if (from_.failure()) {
            return true;
        }
        // Prepared from a schema that can be read: there is something of it.
        done_.readable = true;
        take(rows);
        failure_ = rows.finish();
        result = rows.result();
        return !failure_;
    }

    bool take_pixels() {
        const auto columns = shared_columns(from_, into_, "pixels");
        const bool done =
            take_table("pixels", "number", columns, sound_pixel(columns), done_.pixels,
                       [](table_salvage& rows) { rows.take(1, last_number); });
        return done && take_names();
    }

    // The index alone is read: it says of each pixel what its lost row said, but for `reserved`.
    bool take_names() {
        from_.forget_failure();
        auto names = from_.prepare("SELECT number, id FROM pixels"
                                   " INDEXED BY sqlite_autoindex_pixels_1 WHERE " +
                                   sound_name() + " ORDER BY id");
        sqlite::transaction work(into_);
        while (names.next()) {
            const auto number = names.integer(0);
            if (number >= 1 && number <= last_number) {
                add_pixel(number, names.text(1));
            }
        }
        failure_ = work.commit();
        return !failure_;
    }

    bool name_lost_pixels() {
        const auto known = read_pixels();
        lost_pixels lost(from_, known);
        lost.search_records(sound_record(shared_columns(from_, into_, "records")));
        lost.search_dead(sound_dead(shared_columns(from_, into_, "dead")));
        sqlite::transaction work(into_);
        for (const auto number : lost.numbers()) {
            add_pixel(number, name_of_lost_pixel(number));
        }
        lost_ = lost.numbers();
        done_.pixels_lost = lost_.size();
        failure_ = work.commit();
        return !failure_;
    }

    void add_pixel(std::int64_t number, std::string_view id) {
        into_.prepare("INSERT OR IGNORE INTO pixels (number, id, reserved) VALUES (?, ?, ?)")
            .with(number, id, places_of_a_lost_row)
            .run();
    }

    std::set<std::int64_t> read_pixels() {
        std::set<std::int64_t> numbers;
        auto query = into_.prepare("SELECT number FROM pixels");
        while (query.next()) {
            numbers.insert(query.integer(0));
        }
        return numbers;
    }

    // Pixel by pixel: between the places of two nobody needs to search.
    bool take_records() {
        const auto columns = shared_columns(from_, into_, "records");
        const auto numbers = read_pixels();
        return take_table("records", "id", columns, sound_record(columns, listed(numbers)),
                          done_.records,
                          [&](table_salvage& rows) {
                              records_read_ = true;
                              for (const auto number : numbers) {
                                  if (!rows.take(first_id(number), end_of(number))) {
                                      return;
                                  }
                              }
                          }) &&
               reserve_what_was_taken() && std::ranges::all_of(lost_, [this](std::int64_t number) {
                   return give_keys_of_their_own(number);
               });
    }

    // To the records of a pixel that is lost: keys which no event that comes in can have. A box is
    // bound to its row's key; where it cannot be opened both stay as they are.
    bool give_keys_of_their_own(std::int64_t number) {
        struct changed_row {
            record_id id = 0;
            std::string key, box;
        };
        into_.forget_failure();
        auto query = into_.prepare("SELECT " + std::string(event_columns) +
                                   ", randomblob(16) FROM records WHERE id BETWEEN ? AND ?"
                                   " ORDER BY id LIMIT 256");
        auto update =
            into_.prepare("UPDATE records SET duplicate_key = ?2, box = ?3 WHERE id = ?1");
        event_row row;
        for (auto next = first_id(number); !failure_ && next <= last_id(number);) {
            std::vector<changed_row> rows;
            query.with(next, last_id(number));
            next = last_id(number) + 1;
            while (query.next()) {
                const bool readable = row.read(query, boxes_);
                const std::string key(query.text(event_columns_end));
                auto identity = row.identity();
                identity.duplicate_key = core::read_key(key);
                const auto box = query.text(event_columns_end - 1);
                next = row.id() + 1;
                if (readable) {
                    rows.push_back({row.id(), key,
                                    box.empty() ? std::string()
                                                : boxes_.seal(key_of_box(box), box_kind::record,
                                                              identity, pack(row.content()))});
                }
            }
            sqlite::transaction work(into_);
            for (const auto& one : rows) {
                update.with(one.id, sqlite::blob{one.key}, sqlite::blob{one.box}).run();
            }
            failure_ = work.commit();
        }
        return !failure_;
    }

    // The last id that a record of the pixel may have: reserved, or there.
    record_id end_of(std::int64_t number) {
        from_.forget_failure();
        auto last = from_.prepare("SELECT max(id) FROM records WHERE id BETWEEN ? AND ?");
        const bool there = last.with(first_id(number), last_id(number)).next();
        const auto last_there = there ? last.integer(0) : 0;
        last.reset();
        auto reserved = into_.prepare("SELECT reserved FROM pixels WHERE number = ?");
        const auto places = reserved.with(number).next() ? reserved.integer(0) : 0;
        reserved.reset();
        return std::max(std::min(first_id(number) + places, last_id(number)), last_there);
    }

    // Where a row was lost, or a number in it.
    bool reserve_what_was_taken() {
        sqlite::transaction work(into_);
        into_.run("UPDATE pixels SET reserved = max(reserved, ifnull((SELECT max(id) FROM records"
                  " WHERE id BETWEEN number << 40 AND ((number + 1) << 40) - 1)"
                  " - (number << 40) + 1, 0))");
        failure_ = work.commit();
        auto count = into_.prepare("SELECT count(*) FROM records WHERE id BETWEEN ? AND ?");
        for (const auto number : lost_) {
            done_.waiting_of_lost += count.with(first_id(number), last_id(number)).next()
                                         ? static_cast<std::uint64_t>(count.integer(0))
                                         : 0;
            count.reset();
        }
        return !failure_;
    }

    bool all_records_taken() const {
        return records_read_ && done_.records.in_one_go && done_.records.unsound == 0 &&
               lost_.empty();
    }

    bool take_dead() {
        const auto columns = shared_columns(from_, into_, "dead");
        const auto last = last_dead();
        return take_table("dead", "id", columns, sound_dead(columns, listed(read_pixels())),
                          done_.dead, [&](table_salvage& rows) { rows.take(0, last); });
    }

    bool take_keys() {
        const auto columns = shared_columns(from_, into_, "key_log");
        return take_table("key_log", "id", columns, sound_keys(columns), done_.keys,
                          [](table_salvage& rows) { rows.take(0, last_row); });
    }

    std::int64_t last_dead() {
        from_.forget_failure();
        const auto last = from_.ask("SELECT seq FROM sqlite_sequence WHERE name = 'dead'");
        return last > 0 && last < last_row ? last : last_row;
    }

    // An id that an operator has noted is not used again, and a clock that was set is remembered.
    bool tidy() {
        const auto last = last_dead();
        from_.forget_failure();
        const auto clock_set = from_.ask("SELECT max(set_at) FROM clock");
        sqlite::transaction work(into_);
        if (clock_set > 0) {
            into_.prepare("INSERT INTO clock (id, set_at) VALUES (1, ?)").with(clock_set).run();
        }
        if (last != last_row) {
            into_.run("DELETE FROM sqlite_sequence WHERE name = 'dead'");
            into_.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('dead', ?)")
                .with(last)
                .run();
        }
        failure_ = work.commit();
        return !failure_;
    }

    sqlite::database& from_;
    sqlite::database& into_;
    boxes boxes_;
    std::set<std::int64_t> lost_; // pixels that have a made-up name
    bool records_read_ = false;   // there was a table that could be read
    salvaged done_;
    core::error_code failure_; // of the new file
};

} // namespace

core::result<salvaged> salvage(const std::string& damaged, sqlite::database& into,
                               const key_ring& keys) {
    auto from = sqlite::database::open(damaged, sqlite::database::access::salvage);
    if (!from && from.error() != sqlite::errc::damaged) {
        return from.error(); // it may be readable another time
    }
    if (!from) {
        return salvaged();
    }
    return salvaging(*from, into, keys).run();
}

} // namespace gatepost::spool
