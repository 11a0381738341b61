#include <gatepost/sqlite/database.hpp>

#include <sqlite3.h>

#include <utility>

namespace gatepost::sqlite {

struct connection {
    sqlite3* handle = nullptr;
    core::error_code failure;
    int failure_detail = 0;
    int log_pages = 0;        // in the write-ahead log, as of the last commit
    int log_pages_behind = 0; // of these, how many were there at an incomplete checkpoint
    std::function<void()> on_damage;

    ~connection() { sqlite3_close(handle); }

    void note(int code) {
        if (!failure) {
            failure = to_error(code);
            failure_detail = handle != nullptr ? sqlite3_extended_errcode(handle) : code;
        }
        tell_of_damage(code);
    }

    void tell_of_damage(int code) const {
        if (on_damage && to_error(code) == errc::damaged) {
            on_damage();
        }
    }

    static core::error_code to_error(int code) {
        switch (code & 0xff) {
        case SQLITE_FULL:
            return errc::full;
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return errc::damaged;
        default:
            return errc::io;
        }
    }
};

namespace {

class category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "gatepost.sqlite"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::full:
            return "the disk is full";
        case errc::io:
            return "the disk or the database failed";
        case errc::damaged:
            return "the file is no database, or it is damaged";
        case errc::busy:
            return "another program uses the file";
        }
        return "unknown database error";
    }
};

// Only for programs of operators that read the file beside us (backup, sqlite3).
constexpr int busy_timeout_ms = 5000;

int note_log_pages(void* shared, sqlite3*, const char*, int pages) {
    static_cast<connection*>(shared)->log_pages = pages;
    return SQLITE_OK;
}

// sqlite3_bind_* take a null pointer for NULL; an empty text is not NULL.
const char* data_of(std::string_view bytes) {
    return bytes.data() != nullptr ? bytes.data() : "";
}

} // namespace

const boost::system::error_category& sqlite_category() {
    static const category instance;
    return instance;
}

core::error_code make_error_code(errc value) {
    return {static_cast<int>(value), sqlite_category()};
}

void statement::finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

statement::statement(connection& on, std::string_view sql) : connection_(&on) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(on.handle, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    handle_.reset(made);
    if (code != SQLITE_OK) {
        on.note(code);
    }
}

void statement::bind_integer(int index, std::int64_t number) {
    sqlite3_bind_int64(handle_.get(), index, number);
}

void statement::bind(int index, std::string_view text) {
    sqlite3_bind_text64(handle_.get(), index, data_of(text), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
}

void statement::bind(int index, blob bytes) {
    sqlite3_bind_blob64(handle_.get(), index, data_of(bytes.bytes), bytes.bytes.size(),
                        SQLITE_STATIC);
}

statement& statement::with_row(const statement& row, int columns) {
    for (int i = 0; i < columns; ++i) {
        sqlite3_bind_value(handle_.get(), i + 1, sqlite3_column_value(row.handle_.get(), i));
    }
    return *this;
}

bool statement::next() {
    if (!connection_->failure) {
        const int code = sqlite3_step(handle_.get());
        if (code == SQLITE_ROW) {
            return true;
        }
        if (code != SQLITE_DONE) {
            connection_->note(code);
        }
    }
    reset();
    return false;
}

void statement::reset() {
    sqlite3_reset(handle_.get());
}

std::int64_t statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string_view statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

database::database(std::unique_ptr<connection> opened) : connection_(std::move(opened)) {}
database::database(database&&) noexcept = default;
database::~database() = default;

core::result<database> database::open(const std::string& file, access mode) {
    auto opened = std::make_unique<connection>();
    // Each connection is used by one thread at a time; NOMUTEX spares SQLite's own locking.
    const int flags = (mode == access::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(file.c_str(), &opened->handle, flags, nullptr);
    if (code != SQLITE_OK) {
        return connection::to_error(code);
    }
    sqlite3_busy_timeout(opened->handle, busy_timeout_ms);
    // Also switches automatic checkpoints off: they would run inside a commit.
    sqlite3_wal_hook(opened->handle, note_log_pages, opened.get());
    database made(std::move(opened));
    if (mode != access::read_write) {
        made.run("PRAGMA query_only = 1");
    }
    if (mode == access::salvage) {
        made.run("PRAGMA writable_schema = 1");
    }
    if (made.failure()) {
        return made.failure();
    }
    return made;
}

std::int64_t database::ask(std::string_view sql) {
    auto query = prepare(sql);
    return query.next() ? query.integer(0) : 0;
}

void database::on_damage(std::function<void()> notify) {
    connection_->on_damage = std::move(notify);
}

core::error_code database::failure() const {
    return connection_->failure;
}

int database::failure_detail() const {
    return connection_->failure_detail;
}

void database::forget_failure() {
    connection_->failure = {};
}

int database::log_pages() const {
    // A log that was copied completely starts again from its beginning.
    const auto& state = *connection_;
    return state.log_pages >= state.log_pages_behind ? state.log_pages - state.log_pages_behind
                                                     : state.log_pages;
}

core::error_code database::checkpoint(bool truncate) {
    int pages = 0;
    int copied = 0;
    // Whoever asks has others waiting, and can ask again.
    sqlite3_busy_timeout(connection_->handle, 0);
    const int code = sqlite3_wal_checkpoint_v2(
        connection_->handle, nullptr,
        truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
    sqlite3_busy_timeout(connection_->handle, busy_timeout_ms);
    if ((code & 0xff) == SQLITE_BUSY) {
        return errc::busy;
    }
    if (code != SQLITE_OK) {
        connection_->failure_detail = sqlite3_extended_errcode(connection_->handle);
        connection_->tell_of_damage(code);
        return connection::to_error(code);
    }
    connection_->log_pages_behind = copied < pages ? pages : 0;
    connection_->log_pages = connection_->log_pages_behind;
    return {};
}

// By way of SQLite, which also makes the log's name durable when the file is new.
core::error_code database::sync_log() {
    sqlite3_file* log = nullptr;
    sqlite3_file_control(connection_->handle, nullptr, SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log == nullptr || log->pMethods == nullptr) {
        return {}; // nothing has been written to it yet
    }
    const int code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    if (code != SQLITE_OK) {
        connection_->failure_detail = code;
        return connection::to_error(code);
    }
    return {};
}

core::result<file_header> read_header(database& opened) {
    file_header header;
    header.application = opened.ask("PRAGMA application_id");
    header.version = opened.ask("PRAGMA user_version");
    const auto objects = opened.ask("SELECT count(*) FROM sqlite_schema");
    header.empty = header.application == 0 && header.version == 0 && objects == 0;
    if (opened.failure()) {
        return opened.failure();
    }
    return header;
}

core::error_code copy_database(const std::string& from, const std::string& to) {
    connection source;
    connection copy;
    int code = sqlite3_open_v2(from.c_str(), &source.handle,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code == SQLITE_OK) {
        code = sqlite3_open_v2(to.c_str(), &copy.handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    }
    if (code != SQLITE_OK) {
        return connection::to_error(code);
    }
    sqlite3_busy_timeout(source.handle, busy_timeout_ms);
    auto* const copying = sqlite3_backup_init(copy.handle, "main", source.handle, "main");
    if (copying == nullptr) {
        return connection::to_error(sqlite3_errcode(copy.handle));
    }
    // All at once: between two steps a writer would make it begin anew, for ever on a busy day.
    const int stepped = sqlite3_backup_step(copying, -1);
    code = sqlite3_backup_finish(copying);
    if (code == SQLITE_OK && stepped != SQLITE_DONE) {
        code = stepped; // a lock, which does not count as a failure of the copy
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(copy.handle, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
    }
    return code == SQLITE_OK ? core::error_code() : connection::to_error(code);
}

transaction::transaction(database& on) : database_(on) {
    database_.forget_failure();
    database_.run("BEGIN IMMEDIATE");
}

transaction::~transaction() {
    // SQLite has rolled back by itself after some failures (full disk, I/O error).
    auto* handle = database_.connection_->handle;
    if (sqlite3_get_autocommit(handle) == 0) {
        sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

core::error_code transaction::commit() {
    database_.run("COMMIT");
    return database_.failure();
}

} // namespace gatepost::sqlite
