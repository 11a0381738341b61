#include "directory.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/spool/queue.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace gatepost::spool {
namespace {

constexpr std::array names{"spool.db", "spool.db-wal", "spool.db-shm", "spool.lock",
                           "spool.reserve"};

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

std::string octal(mode_t mode) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), mode & 07777, 8).ptr;
    return "0" + std::string(digits.begin(), end);
}

void say_what_is_needed(const std::string& path, core::error_code failure) {
    struct stat found {};
    ::stat(path.c_str(), &found);
    observe::log(observe::level::error,
                 "spool: the daemon's user cannot read and write here: spool.path has to be its "
                 "own, mode 0700, with files of mode 0600, on a file system that can be written to",
                 {{"path", path},
                  {"error", failure.message()},
                  {"owner", std::int64_t{found.st_uid}},
                  {"mode", octal(found.st_mode)},
                  {"daemon", std::int64_t{::geteuid()}}});
}

// Asked before SQLite is, whose errors do not say what is wrong, nor where.
core::error_code check_access(const std::string& path) {
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
        const auto failure = last_error();
        say_what_is_needed(path, failure);
        return failure;
    }
    for (const auto* name : names) {
        const auto file = path + "/" + name;
        if (::access(file.c_str(), R_OK | W_OK) != 0 && errno != ENOENT) {
            const auto failure = last_error();
            say_what_is_needed(file, failure);
            return failure;
        }
    }
    return {};
}

} // namespace

core::result<owned_directory> owned_directory::take(const std::string& path) {
    // A trailing slash would make the directory its own parent.
    auto plain = path;
    while (plain.size() > 1 && plain.back() == '/') {
        plain.pop_back();
    }
    if (const auto failure = core::make_private_directory(plain)) {
        return failure;
    }
    if (const auto failure = check_access(plain)) {
        return failure;
    }
    const auto file = plain + "/spool.lock";
    if (const auto failure = core::make_private_file(file)) {
        return failure;
    }
    const int lock = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (lock < 0) {
        return last_error();
    }
    owned_directory taken(std::move(plain), lock);
    // Never removed: a lock on a file that another process has replaced would guard nothing.
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? make_error_code(errc::owned) : last_error();
    }
    return taken;
}

owned_directory::owned_directory(std::string path, int lock)
    : path_(std::move(path)), lock_(lock) {}

owned_directory::owned_directory(owned_directory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

owned_directory::~owned_directory() {
    if (lock_ >= 0) {
        ::close(lock_);
    }
}

std::string owned_directory::file(std::string_view name) const {
    return path_ + "/" + std::string(name);
}

core::error_code owned_directory::sync() const {
    const int opened = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) {
        return last_error();
    }
    const auto failure = ::fsync(opened) == 0 ? core::error_code() : last_error();
    ::close(opened);
    return failure;
}

} // namespace gatepost::spool
