#include "commands.hpp"
#include "complain.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/private_file.hpp>
#include <gatepost/core/secret_string.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/spool/spool_files.hpp>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace gatepost::app {
namespace {

namespace fs = std::filesystem;

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

core::error_code write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(to, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return last_error();
        }
        bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return ::fsync(to) == 0 ? core::error_code() : last_error();
}

// Makes durable which files there are.
core::error_code sync_directory(const std::string& path) {
    const int opened = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const auto failure = opened >= 0 && ::fsync(opened) == 0 ? core::error_code() : last_error();
    if (opened >= 0) {
        ::close(opened);
    }
    return failure;
}

// Into the file that was made here and no other: by its name it might be somebody else's by then.
core::error_code copy_key(const std::string& from, const std::string& to) {
    const auto key = core::read_secret(from);
    if (key.has_error() || key->empty()) {
        return key.has_error() ? key.error() : make_error_code(boost::system::errc::io_error);
    }
    const auto made = core::create_private_file(to);
    if (!made) {
        return made.error();
    }
    const auto failure = write_all(*made, key->reveal());
    ::close(*made);
    return failure;
}

struct file_to_copy {
    std::string from;
    std::string name;
    bool is_key = false;
};

bool keeps_keys_in_spool(const config::config& chosen) {
    std::error_code unknown;
    return !chosen.spool_key_file.empty() &&
           fs::equivalent(fs::path(chosen.spool_key_file).parent_path(), chosen.spool.path,
                          unknown);
}

// Withdrawals last: one that is made while the events are copied is in the copy.
std::vector<file_to_copy> files_of(const config::config& chosen) {
    std::vector<file_to_copy> files{{.from = chosen.spool.path + "/spool.db", .name = "spool.db"}};
    if (ledger::registry::exists(chosen.registry_path())) {
        files.push_back({.from = chosen.registry_path(), .name = "registry.db"});
        files.push_back({.from = chosen.key_path(), .name = "identity.key", .is_key = true});
    }
    if (keeps_keys_in_spool(chosen)) {
        files.push_back({.from = chosen.spool_key_file,
                         .name = fs::path(chosen.spool_key_file).filename(),
                         .is_key = true});
    }
    return files;
}

// Beside its keys an encrypted copy is as good as one in the clear: they go into it only when they
// stand beside the spool already.
void mention_spool_keys(const config::config& chosen) {
    if (chosen.spool_key_file.empty()) {
        return;
    }
    std::cout << "Events are encrypted in the copy as they are in the spool. ";
    if (keeps_keys_in_spool(chosen)) {
        std::cout << "Their keys are in it too: whoever has the copy can read them.\n";
    } else {
        std::cout << "Their keys, " << chosen.spool_key_file
                  << ", are not in it: keep them elsewhere, it cannot be used without them.\n";
    }
}

} // namespace

int back_up_spool(const std::string& config_file, const std::string& to) {
    const auto chosen = config::load_file(config_file, config::secrets::ignore);
    if (chosen.has_error()) {
        std::cerr << config::format(chosen.error(), config_file);
        return bad_configuration;
    }
    auto directory = to;
    while (directory.size() > 1 && directory.back() == '/') {
        directory.pop_back();
    }
    if (const auto failure = core::make_private_directory(directory)) {
        return complain(directory + ": " + failure.message(), failed);
    }
    // Whoever could put a file there could be given the key, or keep a copy of everything.
    if (!core::is_own_directory(directory)) {
        return complain(directory + " has to be a directory that belongs to the user of this "
                                    "command and that nobody else may write to (chmod go-w)",
                        failed);
    }
    const auto files = files_of(*chosen);
    for (const auto& [from, name, is_key] : files) {
        // Also a link that leads nowhere.
        if (fs::symlink_status(fs::path(directory) / name).type() != fs::file_type::not_found) {
            return complain(directory + ": " + name + " is there already; choose another directory",
                            failed);
        }
    }
    for (const auto& [from, name, is_key] : files) {
        const auto copy = directory + "/" + name;
        const auto failure = is_key ? copy_key(from, copy) : spool::back_up(from, copy);
        if (failure) {
            const bool missing = failure == boost::system::errc::no_such_file_or_directory;
            return complain(from + ": " + failure.message() + "; the backup is not complete",
                            missing ? unavailable : failed);
        }
        std::cout << copy << ": copied" << (is_key ? "" : " and checked") << '\n';
    }
    if (const auto failure = sync_directory(directory)) {
        return complain(directory + ": " + failure.message(), failed);
    }
    std::cout
        << "To restore it, stop the daemon, move spool.path away and put these files into an "
           "empty one (mode 0700, files 0600, owned by the daemon's user). What was delivered "
           "since is sent again; TikTok knows it by its event_id for 48 hours. Withdrawals "
           "that were made since are not in it.\n";
    mention_spool_keys(*chosen);
    return done;
}

} // namespace gatepost::app
