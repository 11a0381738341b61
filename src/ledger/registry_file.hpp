// The registry's file: what makes it one, its versions, and whose key it was made under.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/sqlite/database.hpp>

#include <chrono>
#include <string>

namespace gatepost::ledger {

// Opens the one connection; makes the file (mode 0600), its tables and its mark
// (registry_mark.hpp) where there are none and brings those of an older version up to date. `now`
// is the wall clock's. Errors: lost, wrong_key, newer_version, not_a_registry, io, and what the
// file system says.
core::result<sqlite::database> open_registry_file(const std::string& file,
                                                  const identity::instance_key& key,
                                                  std::chrono::sys_seconds now);

// What the port says of a failure of the database.
core::error_code to_ledger_error(core::error_code failure);

} // namespace gatepost::ledger
