#include "directory.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/spool/queue.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace gatepost::spool {
namespace {

core::error_code last_error() {
    return {errno, boost::system::system_category()};
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

} // namespace gatepost::spool
