#include <gatepost/core/private_file.hpp>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace gatepost::core {
namespace {

constexpr mode_t private_mode = 0600;
constexpr mode_t private_directory_mode = 0700;

error_code last_error() {
    return {errno, boost::system::system_category()};
}

} // namespace

result<int> create_private_file(const std::string& file) {
    const int made =
        ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, private_mode);
    if (made < 0) {
        return last_error();
    }
    if (::fchmod(made, private_mode) != 0) {
        const auto failure = last_error();
        ::close(made);
        return failure;
    }
    return made;
}

error_code make_private_file(const std::string& file) {
    const auto made = create_private_file(file);
    if (made) {
        ::close(*made);
        return {};
    }
    if (made.error() != boost::system::errc::file_exists) {
        return made.error();
    }
    struct stat found {};
    if (::lstat(file.c_str(), &found) != 0) {
        return last_error();
    }
    return S_ISREG(found.st_mode) ? error_code()
                                  : make_error_code(boost::system::errc::not_supported);
}

error_code make_private(const std::string& file) {
    const bool done = ::chmod(file.c_str(), private_mode) == 0 || errno == ENOENT;
    return done ? error_code() : last_error();
}

error_code make_private_directory(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    if (!parent.empty()) {
        std::error_code failure;
        std::filesystem::create_directories(parent, failure);
        if (failure) {
            return failure;
        }
    }
    if (::mkdir(path.c_str(), private_directory_mode) != 0) {
        return errno == EEXIST ? error_code() : last_error();
    }
    // The umask may have taken more away than it should.
    return ::chmod(path.c_str(), private_directory_mode) == 0 ? error_code() : last_error();
}

bool is_own_directory(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
           found.st_uid == ::geteuid() && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

} // namespace gatepost::core
