#include "reserve.hpp"

#include <gatepost/core/private_file.hpp>

#include <cerrno>
#include <fcntl.h>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace gatepost::spool {
namespace {

// The log is copied back and starts anew after 1000 pages of 4 KiB at the latest; twice that leaves
// room for the file to grow by dead letters.
constexpr off_t reserved_bytes = 8 << 20;

} // namespace

reserve::reserve(std::string file) : file_(std::move(file)) {}

bool reserve::take() {
    if (core::make_private_file(file_)) {
        return false;
    }
    const int opened = ::open(file_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0) {
        return false;
    }
    const int code = ::posix_fallocate(opened, 0, reserved_bytes);
    // Other errors mean a file system that cannot promise space: then it is done without.
    held_ = code != ENOSPC && code != EDQUOT;
    if (!held_) {
        // A part of it may have been allocated; should that stay, the next try goes on from there.
        std::ignore = ::ftruncate(opened, 0);
    }
    ::close(opened);
    return held_;
}

bool reserve::release() {
    return std::exchange(held_, false) && ::truncate(file_.c_str(), 0) == 0;
}

} // namespace gatepost::spool
