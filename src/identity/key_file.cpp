#include <gatepost/core/ids.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/identity/error.hpp>
#include <gatepost/identity/key_file.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace gatepost::identity {
namespace {

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

class file {
  public:
    file(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    ~file() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }

  private:
    int fd_;
};

core::result<instance_key> from_hex(std::string_view text) {
    const auto digits = core::trim(text);
    if (!is_sha256_hex(digits)) {
        return make_error_code(errc::bad_key);
    }
    std::string bytes; // longer than what a string holds in itself, and reserved: never copied
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        bytes +=
            static_cast<char>(core::hex_value(digits[i]) * 16 + core::hex_value(digits[i + 1]));
    }
    return instance_key(core::secret_string(std::move(bytes)));
}

core::result<instance_key> load(const std::string& path) {
    const auto text = core::read_secret(path);
    if (text.has_error()) {
        return text.error() == boost::system::errc::file_too_large ? make_error_code(errc::bad_key)
                                                                   : text.error();
    }
    return from_hex(text->reveal());
}

core::error_code write_durably(const std::string& path, std::string_view text) {
    const file out(path, O_WRONLY | O_CREAT | O_EXCL);
    // The mode again: the umask may have taken bits away, and the daemon must read it next time.
    if (!out || fchmod(out.fd(), 0600) != 0) {
        return last_error();
    }
    while (!text.empty()) {
        const auto written = write(out.fd(), text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return last_error();
        }
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return fsync(out.fd()) == 0 ? core::error_code() : last_error();
}

core::error_code sync_directory(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const file directory(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
    return directory && fsync(directory.fd()) == 0 ? core::error_code() : last_error();
}

// Written under another name first, so that a crash never leaves half a key under this one; then
// linked, which unlike a rename does not replace a key another process made meanwhile.
core::error_code create(const std::string& path) {
    const auto draft = path + "." + core::random_id();
    const core::secret_string first(core::random_id());
    const core::secret_string second(core::random_id());
    std::string text;
    text.reserve(first.reveal().size() + second.reveal().size() + 1);
    text.append(first.reveal()).append(second.reveal()).append("\n");
    auto error = write_durably(draft, text);
    core::wipe(text);
    if (!error && link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
        error = last_error();
    }
    unlink(draft.c_str());
    return error ? error : sync_directory(path);
}

} // namespace

core::result<instance_key> load_or_create_key(const std::string& path) {
    auto key = load(path);
    if (key || key.error() != boost::system::errc::no_such_file_or_directory) {
        return key;
    }
    if (const auto error = create(path)) {
        return error;
    }
    return load(path);
}

} // namespace gatepost::identity
