#include "rejected_file.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/private_file.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatepost::app {
namespace {

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

std::string line_of(const rejected_row& row) {
    core::json::writer out;
    out.begin_object().member("line", static_cast<std::int64_t>(row.line));
    out.member("code", std::string_view(row.error.code));
    out.member("message", std::string_view(row.error.message));
    if (!row.error.path.empty()) {
        out.member("path", std::string_view(row.error.path));
    }
    out.end_object();
    return out.take() + '\n';
}

} // namespace

core::error_code rejected_file::go_on(std::uint64_t bytes) {
    // What a link leads to is somebody else's file.
    const int opened = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (opened < 0) {
        bytes_ = 0;
        return errno == ENOENT ? core::error_code() : last_error();
    }
    struct stat found {};
    auto failure = ::fstat(opened, &found) == 0 ? core::error_code() : last_error();
    if (!failure && !S_ISREG(found.st_mode)) {
        failure = make_error_code(boost::system::errc::not_supported);
    }
    if (!failure) {
        bytes_ = std::min(bytes, static_cast<std::uint64_t>(found.st_size));
        const int done =
            bytes_ == 0 ? ::unlink(path_.c_str()) : ::ftruncate(opened, static_cast<off_t>(bytes_));
        failure = done == 0 ? core::error_code() : last_error();
    }
    ::close(opened);
    return failure;
}

core::error_code rejected_file::append(std::span<const rejected_row> rows) {
    if (rows.empty()) {
        return {};
    }
    std::string text;
    for (const auto& row : rows) {
        text += line_of(row);
    }
    if (const auto failure = core::make_private_file(path_)) {
        return failure;
    }
    const int descriptor = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) {
        return last_error();
    }
    const auto count = ::write(descriptor, text.data(), text.size());
    auto failure = count < 0 ? last_error() : core::error_code();
    if (!failure && static_cast<std::size_t>(count) != text.size()) {
        failure = make_error_code(boost::system::errc::no_space_on_device);
    }
    ::close(descriptor);
    bytes_ += failure ? 0 : text.size();
    return failure;
}

} // namespace gatepost::app
