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

row_identity identity_of(const core::record& content) {
    return {.duplicate_key = content.duplicate_key,
            .received = content.received,
            .event_time = content.event_time,
            .variant = content.variant,
            .controller = content.controller};
}

std::string select_events(std::string_view more_columns, std::string_view from) {
    return "SELECT " + std::string(event_columns) + std::string(more_columns) + " FROM " +
           std::string(from);
}

} // namespace

tables::tables(sqlite::database& on, boxes& keys)
    : database_(on), boxes_(keys),
      insert_(on.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      select_range_(on.prepare("SELECT size, duplicate_key, CASE WHEN ?3 THEN substr(box, 2, 8)"
                               " ELSE '' END FROM records WHERE id BETWEEN ?1 AND ?2")),
      delete_range_(on.prepare("DELETE FROM records WHERE id BETWEEN ? AND ?")),
      bury_(on.prepare(
          "INSERT INTO dead (pixel, at, size, reason, code, message, request_id, attempts,"
          " received, event_time, duplicate_key, event, event_id, controller, subjects, evidence,"
          " payload, variant, box, message_box) SELECT ?2, ?3, size + ?4, ?5, ?6, ?7, ?8, ?9,"
          " received, event_time, duplicate_key, event, event_id, controller, subjects, evidence,"
          " payload, variant, box, ?10 FROM records WHERE id = ?1")),
      oldest_(on.prepare("SELECT ifnull(nullif(queued, 0), received) FROM records"
                         " WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1")),
      add_pixel_(on.prepare("INSERT INTO pixels (number, id, reserved) VALUES (?, ?, ?)")),
      reserve_(on.prepare("UPDATE pixels SET reserved = ?3 WHERE number = ?1 AND id = ?2")),
      log_keys_(on.prepare("INSERT INTO key_log (at, freed, added) VALUES (?, ?, ?)")),
      oldest_dead_(on.prepare(
          "SELECT id, at, size, pixel, substr(box, 2, 8) FROM dead ORDER BY id LIMIT 64")),
      oldest_keys_(
          on.prepare("SELECT id, at, length(added) / 16, 0, '' FROM key_log ORDER BY id LIMIT 64")),
      delete_dead_(on.prepare("DELETE FROM dead WHERE id <= ?")),
      delete_keys_(on.prepare("DELETE FROM key_log WHERE id <= ?")),
      next_records_(on.prepare(
          "SELECT id, size, '' FROM records WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 256")),
      next_dead_(on.prepare("SELECT id, size, reason FROM dead WHERE id BETWEEN ? AND ? ORDER BY id"
                            " LIMIT 256")),
      show_records_(on.prepare(select_events("", "records WHERE id BETWEEN ? AND ? ORDER BY id"))),
      show_dead_(on.prepare(
          select_events(", pixel, reason", "dead WHERE id BETWEEN ? AND ? ORDER BY id"))),
      remove_dead_(
          on.prepare("DELETE FROM dead WHERE id = ? RETURNING pixel, size, substr(box, 2, 8)")),
      find_dead_(on.prepare("SELECT pixel, duplicate_key FROM dead WHERE id = ?")),
      // What bury() added to the size is not counted for a record.
      revive_(on.prepare(
          "INSERT INTO records SELECT ?2, size - length(CAST(reason || message || request_id AS"
          " BLOB)) - max(length(message_box) - " +
          std::to_string(box_overhead) +
          ", 0), received, event_time, duplicate_key, event, event_id, controller, subjects,"
          " evidence, payload, variant, ?3, box FROM dead WHERE id = ?1 RETURNING size")),
      list_dead_(on.prepare(
          select_events(", pixel, reason, code, message, message_box, request_id, attempts, at",
                        "dead WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 256"))),
      date_dead_(on.prepare("UPDATE dead SET at = ?2 WHERE id = ?1")),
      remember_set_(on.prepare("INSERT OR REPLACE INTO clock (id, set_at) VALUES (1, ?)")),
      identify_(on.prepare("SELECT duplicate_key, received, event_time, variant, controller,"
                           " substr(box, 2, 8) FROM records WHERE id = ?")),
      // Of an empty box SQLite's substr() is NULL.
      stale_records_(on.prepare(select_events(
          "", "records WHERE id BETWEEN ? AND ? AND substr(box, 2, 8) IS NOT ? ORDER BY id"))),
      stale_dead_(on.prepare(select_events(
          ", message, message_box",
          "dead WHERE id BETWEEN ? AND ? AND substr(box, 2, 8) IS NOT ? ORDER BY id"))),
      encrypt_record_(
          on.prepare("UPDATE records SET event = '', event_id = '', subjects = x'', evidence = '',"
                     " payload = '', box = ?2 WHERE id = ?1")),
      encrypt_dead_(
          on.prepare("UPDATE dead SET event = '', event_id = '', subjects = x'', evidence = '',"
                     " payload = '', message = '', box = ?2, message_box = ?3 WHERE id = ?1")) {}

void tables::insert(record_id id, const core::record& content, core::wall_time queued) {
    std::string key;
    core::append_key(key, content.duplicate_key);
    const auto subjects = encode_subjects(content.subjects);
    personal clear{.event = content.event,
                   .event_id = content.event_id,
                   .subjects = subjects,
                   .evidence = content.evidence,
                   .payload = content.payload};
    std::string box;
    if (const auto under = boxes_.seals_under(); !under.empty()) {
        box = boxes_.seal(under, box_kind::record, identity_of(content), pack(clear));
        clear = {};
    }
    insert_
        .with(id, stored_size(content), to_number(content.received),
              content.event_time.time_since_epoch().count(), sqlite::blob{key}, clear.event,
              clear.event_id, content.controller, sqlite::blob{clear.subjects}, clear.evidence,
              clear.payload, content.variant, to_number(queued), sqlite::blob{box})
        .run();
}

void tables::remove(record_id first, record_id last, std::vector<taken_record>& taken,
                    bool tell_keys) {
    select_range_.with(first, last, tell_keys ? 1 : 0);
    while (select_range_.next()) {
        taken.push_back({core::read_key(select_range_.text(1)),
                         static_cast<std::uint64_t>(select_range_.integer(0)),
                         std::string(select_range_.text(2))});
    }
    delete_range_.with(first, last).run();
}

// Nothing of the message stands in the clear beside a record that does not.
tables::letter_words tables::words_of(const settlement& dead) {
    letter_words words{.clear = dead.message, .box = {}};
    identify_.with(dead.id);
    while (!dead.message.empty() && identify_.next()) {
        const auto under = identify_.text(5);
        if (boxes_.knows(under)) {
            const row_identity row{
                .duplicate_key = core::read_key(identify_.text(0)),
                .received = to_time(identify_.integer(1)),
                .event_time = std::chrono::sys_seconds(std::chrono::seconds(identify_.integer(2))),
                .variant = identify_.text(3),
                .controller = identify_.text(4)};
            words = {.clear = {}, .box = boxes_.seal(under, box_kind::message, row, dead.message)};
        }
    }
    return words;
}

std::optional<tables::buried_record> tables::bury(const settlement& dead, core::wall_time at) {
    const auto words = words_of(dead);
    const auto size = dead.reason.size() + dead.message.size() + dead.request_id.size();
    bury_
        .with(dead.id, pixel_of(dead.id), to_number(at), size, dead.reason, dead.code, words.clear,
              dead.request_id, dead.attempts, sqlite::blob{words.box})
        .run();
    std::vector<taken_record> taken;
    remove(dead.id, dead.id, taken, false);
    if (taken.empty()) {
        return std::nullopt;
    }
    return buried_record{taken.front(), taken.front().size + size};
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
                        static_cast<std::uint64_t>(query.integer(2)), query.integer(3),
                        std::string(query.text(4))});
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
    event_row row;
    show_records_.with(first, last);
    while (show_records_.next()) {
        if (row.read(show_records_, boxes_)) {
            auto held = row.as_held();
            visit(row.id(), pixel_of(row.id()), held);
        }
    }
}

void tables::show_dead(std::int64_t first, std::int64_t last, const visit_row& visit) {
    event_row row;
    show_dead_.with(first, last);
    while (show_dead_.next()) {
        if (row.read(show_dead_, boxes_)) {
            auto held = row.as_held();
            held.dead = true;
            held.reason = show_dead_.text(event_columns_end + 1);
            visit(row.id(), show_dead_.integer(event_columns_end), held);
        }
    }
}

std::int64_t tables::last_dead() {
    return database_.ask("SELECT max(id) FROM dead");
}

std::optional<tables::removed_dead> tables::remove_dead(std::int64_t id) {
    std::optional<removed_dead> removed;
    remove_dead_.with(id);
    while (remove_dead_.next()) {
        removed = {remove_dead_.integer(0), static_cast<std::uint64_t>(remove_dead_.integer(1)),
                   std::string(remove_dead_.text(2))};
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
    constexpr int more = event_columns_end;
    event_row row;
    std::string message;
    list_dead_.with(first, last);
    while (list_dead_.next()) {
        row.read(list_dead_, boxes_);
        message = list_dead_.text(more + 3);
        if (const auto box = list_dead_.text(more + 4); !box.empty()) {
            boxes_.open(box, box_kind::message, row.identity(), message);
        }
        visit(list_dead_.integer(more), {.id = row.id(),
                                         .pixel = {},
                                         .event = std::string(row.content().event),
                                         .event_id = std::string(row.content().event_id),
                                         .reason = std::string(list_dead_.text(more + 1)),
                                         .code = list_dead_.integer(more + 2),
                                         .message = message,
                                         .request_id = std::string(list_dead_.text(more + 5)),
                                         .attempts = static_cast<int>(list_dead_.integer(more + 6)),
                                         .at = to_time(list_dead_.integer(more + 7))});
    }
}

void tables::date_dead(std::int64_t id, core::wall_time at) {
    date_dead_.with(id, to_number(at)).run();
}

void tables::remember_set(core::wall_time clock) {
    remember_set_.with(to_number(clock)).run();
}

} // namespace gatepost::spool
