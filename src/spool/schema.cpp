#include "schema.hpp"

#include <initializer_list>
#include <string_view>

namespace gatepost::spool {
namespace {

constexpr std::string_view set_application_id = "PRAGMA application_id = 0x47507371";
constexpr std::string_view set_version = "PRAGMA user_version = 4";

// `reserved`: ids below it may have been given out, so that none is used twice even when no row
// is left. `id` is small and looked up only at start; its index costs nothing.
constexpr std::string_view make_pixels = R"(
CREATE TABLE pixels (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    reserved INTEGER NOT NULL
) STRICT)";

// Times are milliseconds since 1970, event_time seconds. `queued`: since when it waits, by the
// calendar of the spool; 0 for a record of version 1 or 2, which waits since it was received. The
// payload stands behind what walks and leases ask of every record, so that nobody reads over it to
// them; only what versions 2 to 4 added is behind it, where ALTER TABLE puts a column. `box`: what
// is personal, encrypted (box.hpp); event, event_id, subjects, evidence and payload are empty then,
// so that nobody reads over much to what stands between it and them.
constexpr std::string_view make_records = R"(
CREATE TABLE records (
    id            INTEGER PRIMARY KEY,
    size          INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    event_time    INTEGER NOT NULL,
    duplicate_key BLOB NOT NULL,
    event         TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    controller    TEXT NOT NULL,
    subjects      BLOB NOT NULL,
    evidence      TEXT NOT NULL,
    payload       TEXT NOT NULL,
    variant       TEXT NOT NULL DEFAULT '',
    queued        INTEGER NOT NULL DEFAULT 0,
    box           BLOB NOT NULL DEFAULT x''
) STRICT)";

// `pixel` is the pixel's number. Ids are never used twice, an operator may have noted one. Of a
// letter with a box the message is empty and, if there was any, encrypted in `message_box`.
constexpr std::string_view make_dead = R"(
CREATE TABLE dead (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    pixel         INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    reason        TEXT NOT NULL,
    code          INTEGER NOT NULL,
    message       TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    event_time    INTEGER NOT NULL,
    duplicate_key BLOB NOT NULL,
    event         TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    controller    TEXT NOT NULL,
    subjects      BLOB NOT NULL,
    evidence      TEXT NOT NULL,
    payload       TEXT NOT NULL,
    variant       TEXT NOT NULL DEFAULT '',
    box           BLOB NOT NULL DEFAULT x'',
    message_box   BLOB NOT NULL DEFAULT x''
) STRICT)";

// One row for a commit group: the keys it freed and then those it added, 16 bytes each.
constexpr std::string_view make_key_log = R"(
CREATE TABLE key_log (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    freed BLOB NOT NULL,
    added BLOB NOT NULL
) STRICT)";

// One row once the clock has been set: when, in its new time (calendar.hpp).
constexpr std::string_view make_clock = R"(
CREATE TABLE clock (
    id     INTEGER PRIMARY KEY,
    set_at INTEGER NOT NULL
) STRICT)";

// The two tables in which events stand, as version 1 made them, gain the column of version 2...
constexpr std::string_view give_records_a_variant =
    "ALTER TABLE records ADD COLUMN variant TEXT NOT NULL DEFAULT ''";
constexpr std::string_view give_dead_a_variant =
    "ALTER TABLE dead ADD COLUMN variant TEXT NOT NULL DEFAULT ''";
// ... those that wait the one of version 3, which has the table `clock` as well...
constexpr std::string_view give_records_a_queued =
    "ALTER TABLE records ADD COLUMN queued INTEGER NOT NULL DEFAULT 0";
// ... and both those of version 4, empty until there is a key.
constexpr std::string_view give_records_a_box =
    "ALTER TABLE records ADD COLUMN box BLOB NOT NULL DEFAULT x''";
constexpr std::string_view give_dead_a_box =
    "ALTER TABLE dead ADD COLUMN box BLOB NOT NULL DEFAULT x''";
constexpr std::string_view give_dead_a_message_box =
    "ALTER TABLE dead ADD COLUMN message_box BLOB NOT NULL DEFAULT x''";

core::error_code make_tables(sqlite::database& made) {
    // Records are 0.9 to 1.5 KB. Pages of 8 KiB make groups of 32 events 7 % cheaper, but a single
    // event's commit 8 % dearer and twice as many bytes.
    made.run("PRAGMA page_size = 4096");
    // So that what a peak or an outage took can be given back to the disk: 0.1 µs of 4 µs.
    made.run("PRAGMA auto_vacuum = INCREMENTAL");
    sqlite::transaction work(made);
    for (const auto sql : {make_pixels, make_records, make_dead, make_key_log, make_clock,
                           set_application_id, set_version}) {
        made.run(sql);
    }
    return work.commit();
}

// Gives an older file what it has not, all of it or nothing.
core::error_code add(sqlite::database& opened, std::initializer_list<std::string_view> parts) {
    sqlite::transaction work(opened);
    for (const auto sql : parts) {
        opened.run(sql);
    }
    opened.run(set_version);
    return work.commit();
}

core::error_code bring_up_to_date(sqlite::database& opened) {
    const auto header = sqlite::read_header(opened);
    if (!header) {
        return header.error();
    }
    if (!header->empty && header->application != application_id) {
        return errc::not_a_spool;
    }
    if (header->version > current_version) {
        return errc::newer_version;
    }
    // Each older version has a case that makes this one of it, in one transaction.
    switch (header->version) {
    case 0:
        return header->empty ? make_tables(opened) : make_error_code(errc::not_a_spool);
    case 1:
        return add(opened,
                   {give_records_a_variant, give_dead_a_variant, give_records_a_queued, make_clock,
                    give_records_a_box, give_dead_a_box, give_dead_a_message_box});
    case 2:
        return add(opened, {give_records_a_queued, make_clock, give_records_a_box, give_dead_a_box,
                            give_dead_a_message_box});
    case 3:
        return add(opened, {give_records_a_box, give_dead_a_box, give_dead_a_message_box});
    case current_version:
        return {};
    default:
        return errc::not_a_spool;
    }
}

} // namespace

core::result<sqlite::database> open_to_write(const std::string& file, durability chosen) {
    auto opened = sqlite::database::open(file, sqlite::database::access::read_write);
    if (!opened) {
        return opened;
    }
    if (const auto failure = bring_up_to_date(*opened)) {
        return failure;
    }
    opened->run("PRAGMA journal_mode = WAL");
    opened->run(chosen == durability::power ? "PRAGMA synchronous = FULL"
                                            : "PRAGMA synchronous = NORMAL");
    // What is settled is overwritten in the file, not only unlinked: 0.4 µs of 4 µs for an event.
    opened->run("PRAGMA secure_delete = ON");
    // Rows are written and read in the order of the file and are not asked for again: a larger
    // cache fills with them and saves nothing that can be measured.
    opened->run("PRAGMA cache_size = -2048");
    opened->run("PRAGMA temp_store = MEMORY");
    if (opened->failure()) {
        return opened->failure();
    }
    return opened;
}

core::result<sqlite::database> open_to_read(const std::string& file) {
    return sqlite::database::open(file, sqlite::database::access::read_only);
}

} // namespace gatepost::spool
