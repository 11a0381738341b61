// SQLite as the spool and the ledger use it. Only src/sqlite/database.cpp names its C API.
//
// Failures stick: after the first one every statement of the connection is a no-op, so that a group
// of statements is checked once, before its COMMIT. A new transaction starts without failure.
#pragma once

#include <gatepost/core/result.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace gatepost::sqlite {

enum class errc {
    full = 1, // the disk has no room
    io,       // reading or writing failed
    damaged,  // the file is no database, or a damaged one
    busy,     // of a checkpoint: somebody else uses the file
};
const boost::system::error_category& sqlite_category();
core::error_code make_error_code(errc value);

struct connection; // what a database and its statements share; database.cpp has it

// A value to bind as BLOB instead of TEXT.
struct blob {
    std::string_view bytes;
};

// A prepared statement. Must not outlive its database.
class statement {
  public:
    statement(connection& on, std::string_view sql);

    // Binds all parameters in order. Text and blobs must stay alive until the statement has run.
    template <class... Values>
    statement& with(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }

    // Binds the first columns of another statement's current row, each as it is. The row must stay
    // until this one has run.
    statement& with_row(const statement& row, int columns);

    // Goes to the next row; false at the end and on failure, and the statement is ready to be used
    // again.
    bool next();
    void run() {
        while (next()) {
        }
    }
    // Leaves the remaining rows. An unfinished statement would keep checkpoints from completing.
    void reset();

    // Columns of the current row, from 0. Views hold until next() or reset().
    std::int64_t integer(int column) const;
    std::string_view text(int column) const; // TEXT or BLOB

  private:
    struct finalize {
        void operator()(sqlite3_stmt* handle) const;
    };

    template <std::integral Integer>
    void bind(int index, Integer number) {
        bind_integer(index, static_cast<std::int64_t>(number));
    }
    void bind_integer(int index, std::int64_t number);
    void bind(int index, std::string_view text);
    void bind(int index, blob bytes);

    connection* connection_;
    std::unique_ptr<sqlite3_stmt, finalize> handle_;
};

// A connection, for one thread at a time.
class database {
  public:
    // `salvage` only reads, and goes on reading where a file is cut off or its schema is not
    // whole: then what it gives may be anything.
    enum class access { read_write, read_only, salvage };
    // The file must exist; an empty one is an empty database.
    static core::result<database> open(const std::string& file, access mode);

    database(database&&) noexcept;
    ~database();

    statement prepare(std::string_view sql) { return {*connection_, sql}; }
    void run(std::string_view sql) { prepare(sql).run(); }
    // The first column of the first row; 0 when there is none.
    std::int64_t ask(std::string_view sql);

    // Called whenever a statement or a checkpoint finds the file damaged, on the thread that uses
    // the connection.
    void on_damage(std::function<void()> notify);

    // What went wrong first.
    core::error_code failure() const;
    // SQLite's extended result code of the last failure, for logs.
    int failure_detail() const;
    void forget_failure();

    // Pages written to the write-ahead log and not yet copied into the file.
    int log_pages() const;
    // Copies pages of the log into the file as far as readers allow (SQLite's PASSIVE); with
    // `truncate` also gives the log's space back to the disk, unless somebody reads (errc::busy):
    // it waits for nobody.
    core::error_code checkpoint(bool truncate);
    // Makes durable what has been committed, where a COMMIT does not (synchronous NORMAL).
    core::error_code sync_log();

  private:
    friend class transaction;
    explicit database(std::unique_ptr<connection> opened);
    std::unique_ptr<connection> connection_;
};

// What a file says of itself: SQLite's application_id and user_version.
struct file_header {
    std::int64_t application = 0;
    std::int64_t version = 0;
    bool empty = false; // a new file: no tables, nothing set
};
core::result<file_header> read_header(database& opened);

// Copies a database as it is at one moment into an empty file of the same machine, while others
// write to it: page by page, also what is free. The copy is one file without a log, and on the
// disk when this returns. The log of the original grows meanwhile by what is written to it.
core::error_code copy_database(const std::string& from, const std::string& to);

// Rolled back unless committed.
class transaction {
  public:
    explicit transaction(database& on);
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    // The first failure since the transaction began, the COMMIT included; then nothing was done.
    core::error_code commit();

  private:
    database& database_;
};

} // namespace gatepost::sqlite

namespace boost::system {
template <>
struct is_error_code_enum<gatepost::sqlite::errc> : std::true_type {};
} // namespace boost::system
