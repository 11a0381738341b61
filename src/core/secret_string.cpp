#include <gatepost/core/secret_string.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatepost::core {
namespace {

error_code last_error() {
    return {errno, boost::system::system_category()};
}

// Reads into `text` until the file ends or `text` is full, and gives how much came.
result<std::size_t> fill(int file, std::string& text) {
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(file, text.data() + size, text.size() - size);
        if (got < 0 && errno != EINTR) {
            return last_error();
        }
        if (got == 0) {
            break;
        }
        size += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return size;
}

// The first look is at what was opened: by its name it might be another file by then. Opening
// blocks for a pipe alone, and only where one may be.
result<int> open_secret(const std::string& file, secret_file kind) {
    const bool pipe_as_well = kind == secret_file::pipe_as_well;
    const int opened =
        ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | (pipe_as_well ? 0 : O_NONBLOCK));
    if (opened < 0) {
        return last_error();
    }
    struct stat found {};
    auto failure = ::fstat(opened, &found) == 0 ? error_code() : last_error();
    if (!failure && S_ISDIR(found.st_mode)) {
        failure = make_error_code(boost::system::errc::is_a_directory);
    } else if (!failure && !S_ISREG(found.st_mode) && !pipe_as_well) {
        failure = make_error_code(boost::system::errc::not_supported);
    }
    if (failure) {
        ::close(opened);
        return failure;
    }
    return opened;
}

} // namespace

void wipe(std::string& text) {
    // Short strings live inside the object and long ones may hold more than size(): all of it goes.
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move): what a move left behind is to go, too.
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

result<secret_string> read_secret(const std::string& file, std::size_t most, secret_file kind) {
    const auto opened = open_secret(file, kind);
    if (opened.has_error()) {
        return opened.error();
    }
    std::string text(most + 1, '\0');
    const auto size = fill(*opened, text);
    ::close(*opened);
    if (size.has_error() || *size > most) {
        wipe(text);
        return size.has_error() ? size.error()
                                : make_error_code(boost::system::errc::file_too_large);
    }
    secret_string exactly(std::string(text, 0, *size));
    wipe(text);
    return exactly;
}

} // namespace gatepost::core
