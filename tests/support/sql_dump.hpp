// A database from its text.
#pragma once

#include <filesystem>

namespace gatepost::test {

// Runs the SQL of a file on an empty database; throws std::runtime_error.
void load_sql(const std::filesystem::path& sql, const std::filesystem::path& database);

} // namespace gatepost::test
