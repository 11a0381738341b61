#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <support/dead_letters.hpp>

namespace gatepost::test {
namespace {

constexpr auto query = "SELECT pixels.id, event_id, reason, code, message, request_id, attempts "
                       "FROM dead JOIN pixels ON pixels.number = dead.pixel ORDER BY event_id";

std::string text(sqlite3_stmt* row, int column) {
    const auto* const bytes = sqlite3_column_text(row, column);
    return bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes);
}

} // namespace

std::vector<dead_letter> dead_letters(const std::filesystem::path& spool) {
    sqlite3* opened = nullptr;
    const int failed =
        sqlite3_open_v2((spool / "spool.db").c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> file(opened, &sqlite3_close);
    sqlite3_stmt* prepared = nullptr;
    if (failed != SQLITE_OK ||
        sqlite3_prepare_v2(opened, query, -1, &prepared, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(opened));
    }
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> row(prepared,
                                                                         &sqlite3_finalize);
    std::vector<dead_letter> found;
    while (sqlite3_step(prepared) == SQLITE_ROW) {
        found.push_back({.pixel = text(prepared, 0),
                         .event_id = text(prepared, 1),
                         .reason = text(prepared, 2),
                         .code = sqlite3_column_int64(prepared, 3),
                         .message = text(prepared, 4),
                         .request_id = text(prepared, 5),
                         .attempts = sqlite3_column_int64(prepared, 6)});
    }
    return found;
}

} // namespace gatepost::test
