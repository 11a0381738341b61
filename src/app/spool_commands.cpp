#include "commands.hpp"
#include "complain.hpp"
#include "printable.hpp"

#include <gatepost/config/config.hpp>
#include <gatepost/core/iso8601.hpp>
#include <gatepost/core/private_file.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/spool/spool_files.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace gatepost::app {
namespace {

namespace fs = std::filesystem;

std::optional<config::config> load(const std::string& config_file) {
    auto loaded = config::load_file(config_file, config::secrets::ignore);
    if (loaded.has_error()) {
        std::cerr << config::format(loaded.error(), config_file);
        return std::nullopt;
    }
    return std::move(*loaded);
}

void print_rows(const spool::inspection& found) {
    for (const auto& pixel : found.pixels) {
        std::cout << "  " << printable(pixel.id) << ": " << pixel.waiting << " waiting, "
                  << bytes(pixel.bytes);
        if (pixel.oldest) {
            std::cout << ", the oldest since " << core::to_iso8601(core::to_seconds(*pixel.oldest));
        }
        std::cout << '\n';
    }
    for (const auto& dead : found.dead) {
        std::cout << "  dead letters, " << printable(dead.reason) << ": " << dead.count << ", "
                  << bytes(dead.bytes) << '\n';
    }
}

exit_code print(const std::string& file, const core::result<spool::inspection>& found) {
    if (!found) {
        return complain(file + ": " + found.error().message(), unavailable);
    }
    std::cout << file << ": version " << found->version << '\n';
    print_rows(*found);
    for (const auto& fault : found->faults) {
        std::cout << "  damaged: " << printable(fault) << '\n';
    }
    std::cout << (found->faults.empty() ? "  whole\n" : "");
    return found->faults.empty() ? done : failed;
}

exit_code check_registry(const std::string& file) {
    std::error_code unseen;
    const bool missing = fs::symlink_status(file, unseen).type() == fs::file_type::not_found;
    if (missing) {
        std::cout << file << ": missing, and registry.made says that there was one\n";
    }
    const auto found = missing ? failed : print(file, spool::inspect_database(file));
    if (found == failed) {
        std::cout << "  The daemon does not start like this: it would forget who withdrew. Restore "
                     "registry.db and identity.key from a backup"
                  << (missing ? ".\n" : ", or take over what sqlite3's .recover can read of it.\n");
    }
    return found;
}

exit_code check_files(const std::string& spool_file, const std::string& registry_file) {
    const auto of_spool = print(spool_file, spool::inspect(spool_file));
    if (registry_file.empty() || !ledger::registry::exists(registry_file)) {
        return of_spool;
    }
    const auto of_registry = check_registry(registry_file);
    // That a file is damaged says more than that another could not be opened.
    return of_spool == failed || of_registry == failed ? failed : std::max(of_spool, of_registry);
}

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
    std::ifstream in(from, std::ios::binary);
    const std::string key(std::istreambuf_iterator<char>(in), {});
    if (!in || key.empty()) {
        return make_error_code(boost::system::errc::io_error);
    }
    const auto made = core::create_private_file(to);
    if (!made) {
        return made.error();
    }
    const auto failure = write_all(*made, key);
    ::close(*made);
    return failure;
}

// Withdrawals last: one that is made while the events are copied is in the copy.
std::vector<std::pair<std::string, std::string>> files_of(const config::config& chosen) {
    std::vector<std::pair<std::string, std::string>> files{
        {chosen.spool.path + "/spool.db", "spool.db"}};
    if (ledger::registry::exists(chosen.registry_path())) {
        files.emplace_back(chosen.registry_path(), "registry.db");
        files.emplace_back(chosen.key_path(), "identity.key");
    }
    return files;
}

} // namespace

int check_spool(const spool_check_arguments& given) {
    if (!given.path.empty()) {
        return fs::is_directory(given.path)
                   ? check_files(given.path + "/spool.db", given.path + "/registry.db")
                   : check_files(given.path, "");
    }
    const auto chosen = load(given.config_file);
    return chosen ? check_files(chosen->spool.path + "/spool.db", chosen->registry_path())
                  : bad_configuration;
}

int back_up_spool(const std::string& config_file, const std::string& to) {
    const auto chosen = load(config_file);
    if (!chosen) {
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
    for (const auto& [from, name] : files) {
        // Also a link that leads nowhere.
        if (fs::symlink_status(fs::path(directory) / name).type() != fs::file_type::not_found) {
            return complain(directory + ": " + name + " is there already; choose another directory",
                            failed);
        }
    }
    for (const auto& [from, name] : files) {
        const auto copy = directory + "/" + name;
        const auto failure =
            name == "identity.key" ? copy_key(from, copy) : spool::back_up(from, copy);
        if (failure) {
            const bool missing = failure == boost::system::errc::no_such_file_or_directory;
            return complain(from + ": " + failure.message() + "; the backup is not complete",
                            missing ? unavailable : failed);
        }
        std::cout << copy << ": copied" << (name == "identity.key" ? "" : " and checked") << '\n';
    }
    if (const auto failure = sync_directory(directory)) {
        return complain(directory + ": " + failure.message(), failed);
    }
    std::cout
        << "To restore it, stop the daemon, move spool.path away and put these files into an "
           "empty one (mode 0700, files 0600, owned by the daemon's user). What was delivered "
           "since is sent again; TikTok knows it by its event_id for 48 hours. Withdrawals "
           "that were made since are not in it.\n";
    return done;
}

} // namespace gatepost::app
