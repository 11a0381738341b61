#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <support/sidecar.hpp>
#include <support/sql_dump.hpp>

namespace gatepost::test {

void load_sql(const std::filesystem::path& sql, const std::filesystem::path& database) {
    sqlite3* opened = nullptr;
    const bool open = sqlite3_open(database.c_str(), &opened) == SQLITE_OK;
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> owned(opened, &sqlite3_close);
    if (!open ||
        sqlite3_exec(opened, read_file(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sql.string() + ": " + sqlite3_errmsg(opened));
    }
}

} // namespace gatepost::test
