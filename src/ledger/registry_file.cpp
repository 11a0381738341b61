#include "registry_file.hpp"

#include "file.hpp"
#include "registry_mark.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/sqlite/write_ahead_log.hpp>

#include <cerrno>
#include <string_view>
#include <unistd.h>

namespace gatepost::ledger {
namespace {

constexpr std::int64_t application_id = 0x47507267; // "GPrg"
constexpr std::int64_t current_version = 2;

constexpr std::string_view set_application_id = "PRAGMA application_id = 0x47507267";
constexpr std::string_view set_version = "PRAGMA user_version = 2";

// `said` is registry.hpp's number of the choice, 0 for none; times are seconds since 1970, a
// `gpc_at` of 0 means none.
constexpr std::string_view make_choices = R"(
CREATE TABLE choices (
    controller TEXT NOT NULL,
    kind       INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    said       INTEGER NOT NULL,
    said_at    INTEGER NOT NULL,
    gpc_at     INTEGER NOT NULL,
    PRIMARY KEY (controller, kind, digest)
) STRICT, WITHOUT ROWID)";

// Denials of waiting events, until they have been swept. `seen` is milliseconds since 1970; each of
// `keys` is its kind (1 byte) and its digest (16).
constexpr std::string_view make_denials = R"(
CREATE TABLE denials (
    id         INTEGER PRIMARY KEY,
    seen       INTEGER NOT NULL,
    controller TEXT NOT NULL,
    keys       BLOB NOT NULL
) STRICT)";

// One row: what the key that the digests were made under makes of a fixed text.
constexpr std::string_view make_key_check = "CREATE TABLE key_check (hmac BLOB NOT NULL) STRICT";
constexpr std::string_view checked_text = "gatepost registry key check";

// Since version 2. One row: the date by which choices grow old (retention_date.hpp).
constexpr std::string_view make_retention = "CREATE TABLE retention (kept INTEGER NOT NULL) STRICT";
// The newest that was held stood in the file already; the clock may be wrong at this very start.
constexpr std::string_view date_old_file =
    "INSERT INTO retention"
    " SELECT ifnull(min(?1, max(max(said_at, gpc_at))), ?1) FROM choices";

std::string hmac_of_check(const identity::instance_key& key) {
    const auto digest = key.hmac(checked_text);
    return {digest.begin(), digest.end()};
}

std::int64_t to_number(std::chrono::sys_seconds time) {
    return time.time_since_epoch().count();
}

core::error_code make_tables(sqlite::database& made, const identity::instance_key& key,
                             std::chrono::sys_seconds now) {
    sqlite::transaction work(made);
    for (const auto sql : {make_choices, make_denials, make_key_check, make_retention,
                           set_application_id, set_version}) {
        made.run(sql);
    }
    const auto hmac = hmac_of_check(key);
    made.prepare("INSERT INTO key_check VALUES (?)").with(sqlite::blob{hmac}).run();
    made.prepare("INSERT INTO retention VALUES (?)").with(to_number(now)).run();
    return work.commit();
}

core::error_code add_retention(sqlite::database& old, std::chrono::sys_seconds now) {
    sqlite::transaction work(old);
    old.run(make_retention);
    old.prepare(date_old_file).with(to_number(now)).run();
    old.run(set_version);
    return work.commit();
}

core::error_code bring_up_to_date(sqlite::database& opened, const identity::instance_key& key,
                                  std::chrono::sys_seconds now) {
    const auto header = sqlite::read_header(opened);
    if (!header) {
        return header.error();
    }
    if (!header->empty && header->application != application_id) {
        return errc::not_a_registry;
    }
    if (header->version > current_version) {
        return errc::newer_version;
    }
    // Each version that follows gets a case that makes it of the one before, in one transaction.
    switch (header->version) {
    case 0:
        return header->empty ? make_tables(opened, key, now)
                             : make_error_code(errc::not_a_registry);
    case 1:
        return add_retention(opened, now);
    case current_version:
        return {};
    default:
        return errc::not_a_registry;
    }
}

core::error_code check_key(sqlite::database& opened, const identity::instance_key& key) {
    auto query = opened.prepare("SELECT hmac FROM key_check");
    if (!query.next()) {
        return opened.failure() ? opened.failure() : make_error_code(errc::not_a_registry);
    }
    const bool same = query.text(0) == hmac_of_check(key);
    query.reset();
    return same ? core::error_code() : make_error_code(errc::wrong_key);
}

core::error_code prepare(sqlite::database& opened, const identity::instance_key& key,
                         std::chrono::sys_seconds now) {
    if (const auto failure = bring_up_to_date(opened, key, now)) {
        return failure;
    }
    if (const auto failure = check_key(opened, key)) {
        return failure;
    }
    opened.run("PRAGMA journal_mode = WAL");
    // Changes are rare and have legal weight: they outlive a power cut.
    opened.run("PRAGMA synchronous = FULL");
    opened.run("PRAGMA secure_delete = ON");
    opened.run("PRAGMA temp_store = MEMORY");
    return opened.failure();
}

// Asked before SQLite is, whose errors do not say that the daemon's user may not.
core::error_code check_access(const std::string& file) {
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        if (::access((file + suffix).c_str(), R_OK | W_OK) != 0 && errno != ENOENT) {
            return last_error();
        }
    }
    return {};
}

} // namespace

core::error_code to_ledger_error(core::error_code failure) {
    if (failure == sqlite::errc::damaged) {
        return errc::not_a_registry;
    }
    return failure.category() == sqlite::sqlite_category() ? make_error_code(errc::io) : failure;
}

core::result<sqlite::database> open_registry_file(const std::string& file,
                                                  const identity::instance_key& key,
                                                  std::chrono::sys_seconds now) {
    if (registry_was_made(file) && !registry_is_there(file)) {
        return errc::lost;
    }
    if (const auto failure = core::make_private_file(file)) {
        return failure == boost::system::errc::not_supported ? make_error_code(errc::not_a_registry)
                                                             : failure;
    }
    if (const auto failure = check_access(file)) {
        return failure;
    }
    if (!sqlite::log_is_whole(file + "-wal")) {
        return errc::not_a_registry;
    }
    auto opened = sqlite::database::open(file, sqlite::database::access::read_write);
    if (!opened) {
        return to_ledger_error(opened.error());
    }
    if (const auto failure = prepare(*opened, key, now)) {
        return to_ledger_error(failure);
    }
    // Only now is it known to be ours. SQLite gives new files beside it the same mode.
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        if (const auto failure = core::make_private(file + suffix)) {
            return failure;
        }
    }
    if (const auto failure = mark_registry(file)) {
        return failure;
    }
    return opened;
}

} // namespace gatepost::ledger
