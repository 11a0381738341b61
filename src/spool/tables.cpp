#include "tables.hpp"

#include "codec.hpp"
#include "schema.hpp"

#include <gatepost/core/key_codec.hpp>

namespace gatepost::spool {
namespace {

std::int64_t to_number(core::wall_time time) {
    return time.time_since_epoch().count();
}

core::wall_time to_time(std::int64_t milliseconds) {
    return core::wall_time(std::chrono::milliseconds(milliseconds));
}

// The columns that records and dead letters have in common, in the order of the queries below.
held_record read_held(const sqlite::statement& row, std::span<const core::subject_key> subjects) {
    return {.dead = false,
            .leased = false,
            .pixel = {},
            .controller = row.text(5),
            .event = row.text(3),
            .event_id = row.text(4),
            .payload = row.text(8),
            .evidence = row.text(7),
            .subjects = subjects,
            .received = to_time(row.integer(1)),
            .event_time = std::chrono::sys_seconds(std::chrono::seconds(row.integer(2))),
            .reason = {}};
}

} // namespace

tables::tables(sqlite::database& on)
    : database_(on),
      insert_(on.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      select_range_(on.prepare("SELECT size, duplicate_key FROM records WHERE id BETWEEN ? AND ?")),
      delete_range_(on.prepare("DELETE FROM records WHERE id BETWEEN ? AND ?")),
      bury_(on.prepare(
          "INSERT INTO dead (pixel, at, size, reason, code, message, request_id, attempts,"
          " received, event_time, duplicate_key, event, event_id, controller, subjects, evidence,"
          " payload, variant) SELECT ?2, ?3, size + ?4, ?5, ?6, ?7, ?8, ?9, received, event_time,"
          " duplicate_key, event, event_id, controller, subjects, evidence, payload, variant"
          " FROM records WHERE id = ?1")),
      oldest_(on.prepare("SELECT ifnull(nullif(queued, 0), received) FROM records"
                         " WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1")),
      add_pixel_(on.prepare("INSERT INTO pixels (number, id, reserved) VALUES (?, ?, ?)")),
      reserve_(on.prepare("UPDATE pixels SET reserved = ?3 WHERE number = ?1 AND id = ?2")),
      log_keys_(on.prepare("INSERT INTO key_log (at, freed, added) VALUES (?, ?, ?)")),
      oldest_dead_(on.prepare("SELECT id, at, size, pixel FROM dead ORDER BY id LIMIT 64")),
      oldest_keys_(
          on.prepare("SELECT id, at, length(added) / 16, 0 FROM key_log ORDER BY id LIMIT 64")),
      delete_dead_(on.prepare("DELETE FROM dead WHERE id <= ?")),
      delete_keys_(on.prepare("DELETE FROM key_log WHERE id <= ?")),
      next_records_(on.prepare(
          "SELECT id, size, '' FROM records WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 256")),
      next_dead_(on.prepare("SELECT id, size, reason FROM dead WHERE id BETWEEN ? AND ? ORDER BY id"
                            " LIMIT 256")),
      show_records_(on.prepare(
          "SELECT id, received, event_time, event, event_id, controller, subjects, evidence,"
          " payload FROM records WHERE id BETWEEN ? AND ? ORDER BY id")),
      show_dead_(on.prepare(
          "SELECT id, received, event_time, event, event_id, controller, subjects, evidence,"
          " payload, pixel, reason FROM dead WHERE id BETWEEN ? AND ? ORDER BY id")),
      remove_dead_(on.prepare("DELETE FROM dead WHERE id = ? RETURNING pixel, size")),
      find_dead_(on.prepare("SELECT pixel, duplicate_key FROM dead WHERE id = ?")),
      // What bury() added to the size is not counted for a record.
      revive_(on.prepare(
          "INSERT INTO records SELECT ?2, size - length(CAST(reason || message || request_id AS"
          " BLOB)), received, event_time, duplicate_key, event, event_id, controller, subjects,"
          " evidence, payload, variant, ?3 FROM dead WHERE id = ?1 RETURNING size")),
      list_dead_(on.prepare(
          "SELECT id, pixel, event, event_id, reason, code, message, request_id, attempts, at"
          " FROM dead WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 256")),
      date_dead_(on.prepare("UPDATE dead SET at = ?2 WHERE id = ?1")),
      remember_set_(on.prepare("INSERT OR REPLACE INTO clock (id, set_at) VALUES (1, ?)")) {}

void tables::insert(record_id id, const core::record& content, core::wall_time queued) {
    std::string key;
    core::append_key(key, content.duplicate_key);
    const auto subjects = encode_subjects(content.subjects);
    insert_
        .with(id, stored_size(content), to_number(content.received),
              content.event_time.time_since_epoch().count(), sqlite::blob{key}, content.event,
              content.event_id, content.controller, sqlite::blob{subjects}, content.evidence,
              content.payload, content.variant, to_number(queued))
        .run();
}

void tables::remove(record_id first, record_id last, std::vector<taken_record>& taken) {
    select_range_.with(first, last);
    while (select_range_.next()) {
        taken.push_back({core::read_key(select_range_.text(1)),
                         static_cast<std::uint64_t>(select_range_.integer(0))});
    }
    delete_range_.with(first, last).run();
}

std::optional<tables::buried_record> tables::bury(const settlement& dead, core::wall_time at) {
    const auto words = dead.reason.size() + dead.message.size() + dead.request_id.size();
    bury_
        .with(dead.id, pixel_of(dead.id), to_number(at), words, dead.reason, dead.code,
              dead.message, dead.request_id, dead.attempts)
        .run();
    std::vector<taken_record> taken;
    remove(dead.id, dead.id, taken);
    if (taken.empty()) {
        return std::nullopt;
    }
    return buried_record{taken.front(), taken.front().size + words};
}

std::optional<core::wall_time> tables::oldest(std::int64_t pixel) {
    if (!oldest_.with(first_id(pixel), last_id(pixel)).next()) {
        return std::nullopt;
    }
    const auto queued = to_time(oldest_.integer(0));
    oldest_.reset();
    return queued;
}

void tables::add_pixel(std::int64_t pixel, std::string_view id, std::int64_t reserved) {
    add_pixel_.with(pixel, id, reserved).run();
}

void tables::reserve(std::int64_t pixel, std::string_view id, std::int64_t below) {
    reserve_.with(pixel, id, below).run();
}

void tables::log_keys(core::wall_time at, std::string_view freed, std::string_view added) {
    log_keys_.with(to_number(at), sqlite::blob{freed}, sqlite::blob{added}).run();
}

std::vector<tables::old_row> tables::read_old(sqlite::statement& query) {
    std::vector<old_row> rows;
    while (query.next()) {
        rows.push_back({query.integer(0), to_time(query.integer(1)),
                        static_cast<std::uint64_t>(query.integer(2)), query.integer(3)});
    }
    return rows;
}

std::vector<tables::old_row> tables::oldest_dead() {
    return read_old(oldest_dead_);
}

std::vector<tables::old_row> tables::oldest_keys() {
    return read_old(oldest_keys_);
}

void tables::remove_dead_up_to(std::int64_t id) {
    delete_dead_.with(id).run();
}

void tables::remove_keys_up_to(std::int64_t id) {
    delete_keys_.with(id).run();
}

std::vector<tables::sized_row> tables::read_sized(sqlite::statement& query) {
    std::vector<sized_row> rows;
    while (query.next()) {
        rows.push_back({query.integer(0), static_cast<std::uint64_t>(query.integer(1)),
                        std::string(query.text(2))});
    }
    return rows;
}

std::vector<tables::sized_row> tables::next_records(record_id first, record_id last) {
    return read_sized(next_records_.with(first, last));
}

std::vector<tables::sized_row> tables::next_dead(std::int64_t first, std::int64_t last) {
    return read_sized(next_dead_.with(first, last));
}

void tables::show_records(record_id first, record_id last, const visit_row& visit) {
    show_records_.with(first, last);
    while (show_records_.next()) {
        const auto subjects = decode_subjects(show_records_.text(6));
        auto held = read_held(show_records_, subjects);
        const auto id = show_records_.integer(0);
        visit(id, pixel_of(id), held);
    }
}

void tables::show_dead(std::int64_t first, std::int64_t last, const visit_row& visit) {
    show_dead_.with(first, last);
    while (show_dead_.next()) {
        const auto subjects = decode_subjects(show_dead_.text(6));
        auto held = read_held(show_dead_, subjects);
        held.dead = true;
        held.reason = show_dead_.text(10);
        visit(show_dead_.integer(0), show_dead_.integer(9), held);
    }
}

std::int64_t tables::last_dead() {
    return database_.ask("SELECT max(id) FROM dead");
}

std::optional<tables::removed_dead> tables::remove_dead(std::int64_t id) {
    std::optional<removed_dead> removed;
    remove_dead_.with(id);
    while (remove_dead_.next()) {
        removed = {remove_dead_.integer(0), static_cast<std::uint64_t>(remove_dead_.integer(1))};
    }
    return removed;
}

std::optional<tables::found_dead> tables::find_dead(std::int64_t id) {
    std::optional<found_dead> found;
    find_dead_.with(id);
    while (find_dead_.next()) {
        found = {find_dead_.integer(0), core::read_key(find_dead_.text(1))};
    }
    return found;
}

std::uint64_t tables::revive(std::int64_t dead, record_id as, core::wall_time queued) {
    std::uint64_t size = 0;
    revive_.with(dead, as, to_number(queued));
    while (revive_.next()) {
        size = static_cast<std::uint64_t>(revive_.integer(0));
    }
    return size;
}

void tables::list_dead(std::int64_t first, std::int64_t last,
                       const std::function<void(std::int64_t pixel, dead_letter letter)>& visit) {
    list_dead_.with(first, last);
    while (list_dead_.next()) {
        visit(list_dead_.integer(1), {.id = list_dead_.integer(0),
                                      .pixel = {},
                                      .event = std::string(list_dead_.text(2)),
                                      .event_id = std::string(list_dead_.text(3)),
                                      .reason = std::string(list_dead_.text(4)),
                                      .code = list_dead_.integer(5),
                                      .message = std::string(list_dead_.text(6)),
                                      .request_id = std::string(list_dead_.text(7)),
                                      .attempts = static_cast<int>(list_dead_.integer(8)),
                                      .at = to_time(list_dead_.integer(9))});
    }
}

void tables::date_dead(std::int64_t id, core::wall_time at) {
    date_dead_.with(id, to_number(at)).run();
}

void tables::remember_set(core::wall_time clock) {
    remember_set_.with(to_number(clock)).run();
}

std::optional<core::wall_time> tables::clock_set() {
    std::optional<core::wall_time> at;
    auto query = database_.prepare("SELECT set_at FROM clock");
    while (query.next()) {
        at = to_time(query.integer(0));
    }
    return at;
}

std::vector<tables::stored_pixel> tables::read_pixels() {
    std::vector<stored_pixel> pixels;
    auto query = database_.prepare("SELECT number, id, reserved FROM pixels");
    while (query.next()) {
        pixels.push_back({query.integer(0), std::string(query.text(1)), query.integer(2)});
    }
    return pixels;
}

void tables::read_keys(
    const std::function<void(core::wall_time, std::string_view, std::string_view)>& visit) {
    auto query = database_.prepare("SELECT at, freed, added FROM key_log ORDER BY id");
    while (query.next()) {
        visit(to_time(query.integer(0)), query.text(1), query.text(2));
    }
}

void tables::read_records(
    const std::function<void(record_id, const taken_record&, core::wall_time)>& visit) {
    auto query =
        database_.prepare("SELECT id, size, duplicate_key, received FROM records ORDER BY id");
    while (query.next()) {
        visit(query.integer(0),
              {core::read_key(query.text(2)), static_cast<std::uint64_t>(query.integer(1))},
              to_time(query.integer(3)));
    }
}

std::vector<tables::dead_sum> tables::sum_dead() {
    std::vector<dead_sum> sums;
    auto query = database_.prepare("SELECT pixel, count(*), sum(size), max(received) FROM dead"
                                   " GROUP BY pixel");
    while (query.next()) {
        sums.push_back({query.integer(0), static_cast<std::uint64_t>(query.integer(1)),
                        static_cast<std::uint64_t>(query.integer(2)), to_time(query.integer(3))});
    }
    return sums;
}

} // namespace gatepost::spool
