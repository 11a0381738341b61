// The statements of the registry's one connection.
#pragma once

#include "change_set.hpp"
#include "registry_memory.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/sqlite/database.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::ledger {

struct stored_choice {
    change_set::scoped_key under;
    held_choice held;
};

class registry_tables {
  public:
    explicit registry_tables(sqlite::database& on);

    // One transaction; on failure nothing was written.
    core::error_code write(const change_set& changes);

    // The keys after `last` in the order of the file, from the first one without it, at most
    // `most`. errc::not_a_registry for rows that nobody wrote like that.
    using position = std::optional<change_set::scoped_key>;
    core::result<std::vector<stored_choice>> page_after(const position& last, std::size_t most);
    // In the order of their ids.
    core::result<std::vector<waiting_denial>> denials();
    // The date that the file keeps (retention_date.hpp). errc::not_a_registry when it keeps none.
    core::result<std::chrono::sys_seconds> kept_date();

  private:
    void put(const change_set::scoped_key& under, const held_choice& held);

    sqlite::database& database_;
    sqlite::statement put_, delete_, page_, insert_denial_, delete_denials_, select_denials_,
        keep_date_;
};

} // namespace gatepost::ledger
