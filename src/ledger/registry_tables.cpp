#include "registry_tables.hpp"

#include <gatepost/core/key_codec.hpp>

#include <optional>
#include <utility>

namespace gatepost::ledger {
namespace {

// The file's number for no choice; those of choices stand in registry.hpp.
constexpr std::int64_t no_choice = 0;

std::int64_t to_number(std::chrono::sys_seconds time) {
    return time.time_since_epoch().count();
}

std::chrono::sys_seconds to_seconds(std::int64_t number) {
    return std::chrono::sys_seconds(std::chrono::seconds(number));
}

std::string encode_digest(const core::key128& digest) {
    std::string bytes;
    core::append_key(bytes, digest);
    return bytes;
}

std::string encode_keys(const std::vector<core::subject_key>& keys) {
    std::string bytes;
    for (const auto& key : keys) {
        core::append_subject(bytes, key);
    }
    return bytes;
}

std::optional<std::vector<core::subject_key>> decode_keys(std::string_view bytes) {
    std::vector<core::subject_key> keys;
    for (; !bytes.empty(); bytes.remove_prefix(core::subject_bytes)) {
        const auto key = core::read_subject(bytes);
        if (!key) {
            return std::nullopt;
        }
        keys.push_back(*key);
    }
    return keys;
}

std::optional<stored_choice> read_choice(const sqlite::statement& row) {
    const auto said = row.integer(3);
    const auto key =
        core::read_subject(static_cast<char>(row.integer(1)) + std::string(row.text(2)));
    if (!key || said < no_choice || said > static_cast<std::int64_t>(choice::erased)) {
        return std::nullopt;
    }
    stored_choice read{{std::string(row.text(0)), *key}, {}};
    read.held.said_at = to_seconds(row.integer(4));
    read.held.gpc_at = to_seconds(row.integer(5));
    if (said != no_choice) {
        read.held.said = static_cast<choice>(said);
    }
    return read;
}

} // namespace

registry_tables::registry_tables(sqlite::database& on)
    : database_(on), put_(on.prepare("INSERT OR REPLACE INTO choices VALUES (?, ?, ?, ?, ?, ?)")),
      delete_(on.prepare("DELETE FROM choices WHERE controller = ? AND kind = ? AND digest = ?")),
      page_(on.prepare("SELECT controller, kind, digest, said, said_at, gpc_at FROM choices"
                       " WHERE (controller, kind, digest) > (?, ?, ?)"
                       " ORDER BY controller, kind, digest LIMIT ?")),
      insert_denial_(on.prepare("INSERT INTO denials VALUES (?, ?, ?, ?)")),
      delete_denials_(on.prepare("DELETE FROM denials WHERE id <= ?")),
      select_denials_(on.prepare("SELECT id, seen, controller, keys FROM denials ORDER BY id")),
      keep_date_(on.prepare("UPDATE retention SET kept = ?")) {}

void registry_tables::put(const change_set::scoped_key& under, const held_choice& held) {
    const auto& [controller, key] = under;
    const auto kind = static_cast<int>(key.type);
    const auto digest = encode_digest(key.digest);
    if (held.nothing()) {
        delete_.with(controller, kind, sqlite::blob{digest}).run();
    } else {
        const auto said = held.said ? static_cast<std::int64_t>(*held.said) : no_choice;
        put_.with(controller, kind, sqlite::blob{digest}, said, to_number(held.said_at),
                  to_number(held.gpc_at))
            .run();
    }
}

core::error_code registry_tables::write(const change_set& changes) {
    sqlite::transaction work(database_);
    if (changes.forgotten() > 0) {
        delete_denials_.with(changes.forgotten()).run();
    }
    for (const auto& [under, held] : changes.choices()) {
        put(under, held);
    }
    for (const auto& [who, denial] : changes.denials()) {
        const auto keys = encode_keys(who.second);
        insert_denial_
            .with(denial.id, denial.seen.time_since_epoch().count(), who.first, sqlite::blob{keys})
            .run();
    }
    if (const auto date = changes.date()) {
        keep_date_.with(to_number(*date)).run();
    }
    return work.commit();
}

core::result<std::vector<stored_choice>> registry_tables::page_after(const position& last,
                                                                     std::size_t most) {
    std::vector<stored_choice> rows;
    bool sound = true;
    const auto [controller, key] = last.value_or(change_set::scoped_key());
    const int kind = last ? static_cast<int>(key.type) : 0; // before every key
    const auto digest = encode_digest(key.digest);
    database_.forget_failure();
    page_.with(controller, kind, sqlite::blob{digest}, most);
    while (page_.next()) {
        auto row = read_choice(page_);
        sound = sound && row;
        if (row) {
            rows.push_back(std::move(*row));
        }
    }
    if (database_.failure()) {
        return database_.failure();
    }
    if (!sound) {
        return make_error_code(errc::not_a_registry);
    }
    return rows;
}

core::result<std::vector<waiting_denial>> registry_tables::denials() {
    std::vector<waiting_denial> rows;
    bool sound = true;
    database_.forget_failure();
    while (select_denials_.next()) {
        auto keys = decode_keys(select_denials_.text(3));
        const auto id = select_denials_.integer(0);
        sound = sound && keys && id > 0;
        if (sound) {
            const std::chrono::milliseconds seen(select_denials_.integer(1));
            rows.push_back({static_cast<std::uint64_t>(id), core::wall_time(seen),
                            std::string(select_denials_.text(2)), std::move(*keys)});
        }
    }
    if (database_.failure()) {
        return database_.failure();
    }
    if (!sound) {
        return make_error_code(errc::not_a_registry);
    }
    return rows;
}

core::result<std::chrono::sys_seconds> registry_tables::kept_date() {
    database_.forget_failure();
    auto query = database_.prepare("SELECT kept FROM retention");
    if (query.next()) {
        return to_seconds(query.integer(0));
    }
    return database_.failure() ? database_.failure() : make_error_code(errc::not_a_registry);
}

} // namespace gatepost::ledger
