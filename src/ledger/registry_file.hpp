// The registry's file: what makes it one, its versions, and whose key it was made under.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/sqlite/database.hpp>

#include <string>

namespace gatepost::ledger {

// Opens the one connection; makes the file (mode 0600) and its tables where there are none and
// brings those of an older version up to date. Errors: wrong_key, newer_version, not_a_registry,
// io, and what the file system says.
core::result<sqlite::database> open_registry_file(const std::string& file,
                                                  const identity::instance_key& key);

// What the port says of a failure of the database.
core::error_code to_ledger_error(core::error_code failure);

} // namespace gatepost::ledger
