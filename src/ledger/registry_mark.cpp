#include "registry_mark.hpp"

#include "file.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/sqlite/write_ahead_log.hpp>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace gatepost::ledger {
namespace {

std::string mark_of(const std::string& file) {
    return std::filesystem::path(file).replace_extension(".made").string();
}

core::error_code sync_directory_of(const std::string& file) {
    const auto parent = std::filesystem::path(file).parent_path();
    auto opened =
        ledger::file::open(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
    return opened ? opened->sync() : opened.error();
}

} // namespace

bool registry_is_there(const std::string& file) {
    // What cannot be looked at may be one.
    struct stat found {};
    return ::stat(file.c_str(), &found) == 0 ? found.st_size > 0 : errno != ENOENT;
}

bool registry_was_made(const std::string& file) {
    struct stat found {};
    if (registry_is_there(file) || ::lstat(mark_of(file).c_str(), &found) == 0 || errno != ENOENT) {
        return true;
    }
    // One of an older version has no mark. SQLite would delete the log.
    constexpr auto empty_log = static_cast<off_t>(sqlite::log_header_size);
    return ::stat((file + "-wal").c_str(), &found) == 0 && found.st_size > empty_log;
}

core::error_code mark_registry(const std::string& file) {
    struct stat found {};
    if (::lstat(mark_of(file).c_str(), &found) == 0) {
        return {};
    }
    // The name of the file first: a mark without it would keep the next start from making one.
    if (const auto failure = sync_directory_of(file)) {
        return failure;
    }
    if (const auto failure = core::make_private_file(mark_of(file))) {
        return failure;
    }
    return sync_directory_of(file);
}

} // namespace gatepost::ledger
