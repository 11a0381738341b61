#include "file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace gatepost::ledger {
namespace {

core::error_code no_space() {
    return {ENOSPC, boost::system::system_category()};
}

core::error_code outcome(ssize_t written, std::string_view bytes) {
    if (written < 0) {
        return last_error();
    }
    // What the disk had room for was written, the rest was not.
    return static_cast<std::size_t>(written) == bytes.size() ? core::error_code() : no_space();
}

} // namespace

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

core::result<file> file::open(const std::string& path, int flags) {
    const int opened = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0) {
        return last_error();
    }
    return file(opened);
}

file::file(file&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

file& file::operator=(file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

file::~file() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

core::result<std::uint64_t> file::size() const {
    struct stat found {};
    if (::fstat(descriptor_, &found) != 0) {
        return last_error();
    }
    return static_cast<std::uint64_t>(found.st_size);
}

core::result<std::size_t> file::read(std::uint64_t offset, std::span<char> into) const {
    std::size_t filled = 0;
    while (filled < into.size()) {
        const auto got = ::pread(descriptor_, into.data() + filled, into.size() - filled,
                                 static_cast<off_t>(offset + filled));
        if (got < 0 && errno != EINTR) {
            return last_error();
        }
        if (got == 0) {
            break;
        }
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return filled;
}

core::error_code file::append(std::string_view bytes) {
    return bytes.empty() ? core::error_code()
                         : outcome(::write(descriptor_, bytes.data(), bytes.size()), bytes);
}

core::error_code file::write(std::uint64_t offset, std::string_view bytes) {
    return outcome(::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)),
                   bytes);
}

core::error_code file::cut(std::uint64_t size) {
    return ::ftruncate(descriptor_, static_cast<off_t>(size)) == 0 ? core::error_code()
                                                                   : last_error();
}

core::error_code file::sync() {
    return ::fdatasync(descriptor_) == 0 ? core::error_code() : last_error();
}

bool file::lock() {
    return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
}

} // namespace gatepost::ledger
