#include "box_check.hpp"
#include "file_set.hpp"
#include "schema.hpp"
#include "soundness.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/spool/spool_files.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <unistd.h>
#include <utility>

namespace gatepost::spool {
namespace {

// SQLite stops looking after this many.
constexpr std::string_view check_sql = "PRAGMA integrity_check(20)";
constexpr std::string_view known_pixels = "(SELECT number FROM pixels)";

core::wall_time to_time(std::int64_t milliseconds) {
    return core::wall_time(std::chrono::milliseconds(milliseconds));
}

// Not for SQLite to open: it would take it for a new database and delete the log beside it, in
// which all there is may still stand.
bool is_emptied(const std::string& file) {
    std::error_code failure;
    return std::filesystem::file_size(file, failure) == 0 && !failure;
}

inspection emptied() {
    inspection found;
    found.faults.emplace_back("the file is empty");
    return found;
}

core::result<sqlite::database> open_existing(const std::string& file) {
    if (!exists(file)) {
        return core::error_code(ENOENT, boost::system::system_category());
    }
    return sqlite::database::open(file, sqlite::database::access::read_only);
}

class inspector {
  public:
    inspector(sqlite::database& file, const key_ring& keys) : file_(file) { boxes_.use(keys); }

    void look_at_pages() {
        file_.forget_failure();
        auto query = file_.prepare(check_sql);
        while (query.next()) {
            if (query.text(0) != "ok") {
                found_.faults.emplace_back(query.text(0));
            }
        }
        blame("the file cannot be read");
    }

    void look_at_rows() {
        count_pixels();
        count_dead();
        expect_none("pixels that are not sound", "pixels", sound_pixel(columns("pixels")));
        expect_none("waiting events that are not sound (sizes, keys, JSON, pixel)", "records",
                    sound_record(columns("records"), known_pixels));
        expect_none("dead letters that are not sound (sizes, keys, JSON, pixel)", "dead",
                    sound_dead(columns("dead"), known_pixels));
        expect_none("groups of duplicate keys that are not sound", "key_log",
                    sound_keys(columns("key_log")));
        look_at_boxes("waiting events that do not open with their key", "records");
        look_at_boxes("dead letters that do not open with their key", "dead");
        tell_keys();
        expect_none("pixels with events beyond the ids that are reserved", "pixels",
                    "NOT EXISTS (SELECT 1 FROM records WHERE id >= (number << 40) + reserved AND "
                    "id < ((number + 1) << 40))");
    }

    inspection found_;

  private:
    std::vector<column> columns(std::string_view table) { return columns_of(file_, table); }

    void blame(std::string_view what) {
        if (file_.failure()) {
            found_.faults.push_back(std::string(what) + ": " + file_.failure().message());
        }
        file_.forget_failure();
    }

    void count_pixels() {
        file_.forget_failure();
        auto query = file_.prepare(
            "SELECT p.id, count(r.id), ifnull(sum(r.size), 0), min(r.received) FROM pixels p"
            " LEFT JOIN records r ON r.id BETWEEN p.number << 40 AND ((p.number + 1) << 40) - 1"
            " GROUP BY p.number ORDER BY p.id");
        while (query.next()) {
            inspection::pixel one{.id = std::string(query.text(0)),
                                  .waiting = static_cast<std::uint64_t>(query.integer(1)),
                                  .bytes = static_cast<std::uint64_t>(query.integer(2)),
                                  .oldest = {}};
            if (one.waiting > 0) {
                one.oldest = to_time(query.integer(3));
            }
            found_.pixels.push_back(std::move(one));
        }
        blame("waiting events cannot be counted");
    }

    void count_dead() {
        auto query = file_.prepare(
            "SELECT reason, count(*), sum(size) FROM dead GROUP BY reason ORDER BY reason");
        while (query.next()) {
            found_.dead.push_back({.reason = std::string(query.text(0)),
                                   .count = static_cast<std::uint64_t>(query.integer(1)),
                                   .bytes = static_cast<std::uint64_t>(query.integer(2))});
        }
        blame("dead letters cannot be counted");
    }

    void expect_none(std::string_view what, std::string_view table, const std::string& sound) {
        file_.forget_failure();
        const auto count = file_.ask("SELECT count(*) FROM " + std::string(table) +
                                     " WHERE NOT ifnull(" + sound + ", 0)");
        if (count > 0) {
            found_.faults.push_back(std::to_string(count) + " " + std::string(what));
        }
        blame("the rows of " + std::string(table) + " cannot be read");
    }

    void look_at_boxes(std::string_view what, std::string_view table) {
        const auto known = columns(table);
        if (std::ranges::find(known, "box", &column::name) == known.end()) {
            return; // an older version's
        }
        std::string names;
        for (const auto& one : known) {
            names += (names.empty() ? "" : ", ") + one.name;
        }
        const box_check check(known);
        std::uint64_t broken = 0;
        auto query = file_.prepare("SELECT " + names + " FROM " + std::string(table) +
                                   " WHERE length(box) > 0");
        while (query.next()) {
            broken += check.look(query, boxes_) == box_check::finding::broken ? 1 : 0;
            keys_[std::string(check.key_of(query))] += 1;
        }
        if (broken > 0) {
            found_.faults.push_back(std::to_string(broken) + " " + std::string(what));
        }
        blame("the boxes of " + std::string(table) + " cannot be read");
    }

    void tell_keys() {
        for (const auto& [key, records] : keys_) {
            found_.keys.push_back({.key = key, .records = records, .known = boxes_.knows(key)});
        }
    }

    sqlite::database& file_;
    boxes boxes_;
    std::map<key_ring::key_name, std::uint64_t> keys_;
};

// What is said of a file instead of looking into it, by its header; none when it is to be looked
// at.
using refusal = core::error_code (*)(const sqlite::file_header& header);

enum class depth { pages, rows };

core::result<inspection> look_into(const std::string& file, refusal refuse, depth chosen,
                                   const key_ring& keys) {
    if (is_emptied(file)) {
        return emptied();
    }
    auto opened = open_existing(file);
    if (!opened) {
        return opened.error();
    }
    const auto header = sqlite::read_header(*opened);
    const auto refused = header ? refuse(*header) : header.error();
    if (refused && refused != sqlite::errc::damaged) {
        return refused;
    }
    inspector look(*opened, keys);
    look.found_.version = header ? header->version : 0;
    look.look_at_pages();
    if (header && chosen == depth::rows) {
        look.look_at_rows();
    }
    return std::move(look.found_);
}

core::error_code refuse_what_is_no_spool(const sqlite::file_header& header) {
    if (header.application != application_id) {
        return errc::not_a_spool;
    }
    return header.version > current_version ? make_error_code(errc::newer_version)
                                            : core::error_code();
}

core::error_code refuse_nothing(const sqlite::file_header&) {
    return {};
}

} // namespace

core::result<inspection> inspect(const std::string& file, const key_ring& keys) {
    return look_into(file, &refuse_what_is_no_spool, depth::rows, keys);
}

core::result<inspection> inspect_database(const std::string& file) {
    return look_into(file, &refuse_nothing, depth::pages, {});
}

core::error_code back_up(const std::string& file, const std::string& to) {
    if (!exists(file)) {
        return {ENOENT, boost::system::system_category()};
    }
    if (is_emptied(file)) {
        return sqlite::errc::damaged;
    }
    const auto made = core::create_private_file(to);
    if (!made) {
        return made.error();
    }
    ::close(*made);
    auto failure = sqlite::copy_database(file, to);
    if (!failure) {
        const auto copy = inspect_database(to);
        failure = !copy                  ? copy.error()
                  : copy->faults.empty() ? core::error_code()
                                         : make_error_code(sqlite::errc::damaged);
    }
    if (failure) {
        file_set(to).remove();
    }
    return failure;
}

} // namespace gatepost::spool
