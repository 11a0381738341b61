// A disk that fails when a test says so: SQLite's own file layer with writes that can be refused,
// and that says what a power cut would leave.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

namespace gatepost::test {

class failing_disk {
  public:
    // From now on every database is opened through it.
    failing_disk() {
        real_vfs_ = sqlite3_vfs_find(nullptr);
        vfs_ = *real_vfs_;
        vfs_.zName = "failing";
        vfs_.xOpen = open;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~failing_disk() {
        answer_ = nullptr;
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_vfs_, 1);
    }
    failing_disk(const failing_disk&) = delete;
    failing_disk& operator=(const failing_disk&) = delete;

    // What writes and syncs answer from now on; SQLITE_OK does the work.
    void answer(std::function<int()> chosen) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(chosen);
    }

    // Whether all that was written to logs has been synced since.
    static bool logs_are_synced() { return !log_unsynced_; }

  private:
    static int verdict() {
        const std::lock_guard lock(mutex_);
        return answer_ ? answer_() : SQLITE_OK;
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
        const int code = real_vfs_->xOpen(real_vfs_, name, file, flags, out);
        if (file->pMethods != nullptr) {
            // A database has other methods for locks than its log, but both write the same way.
            auto& methods = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? database_methods_ : log_methods_;
            const std::lock_guard lock(mutex_);
            real_write_ = file->pMethods->xWrite;
            real_sync_ = file->pMethods->xSync;
            methods = *file->pMethods;
            methods.xWrite = write;
            methods.xSync = sync;
            file->pMethods = &methods;
        }
        return code;
    }
    static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
        const int code = verdict();
        log_unsynced_ = log_unsynced_ || file->pMethods == &log_methods_;
        return code != SQLITE_OK ? code : real_write_(file, bytes, count, offset);
    }
    static int sync(sqlite3_file* file, int flags) {
        const int code = verdict();
        if (code != SQLITE_OK) {
            return code;
        }
        log_unsynced_ = log_unsynced_ && file->pMethods != &log_methods_;
        return real_sync_(file, flags);
    }

    static inline sqlite3_vfs* real_vfs_ = nullptr;
    static inline sqlite3_vfs vfs_{};
    static inline sqlite3_io_methods database_methods_{};
    static inline sqlite3_io_methods log_methods_{};
    static inline decltype(sqlite3_io_methods::xWrite) real_write_ = nullptr;
    static inline decltype(sqlite3_io_methods::xSync) real_sync_ = nullptr;
    static inline std::atomic<bool> log_unsynced_ = false;
    static inline std::mutex mutex_;
    static inline std::function<int()> answer_;
};

} // namespace gatepost::test
