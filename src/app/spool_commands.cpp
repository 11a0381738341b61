#include "commands.hpp"
#include "complain.hpp"
#include "printable.hpp"

#include <gatepost/config/config.hpp>
#include <gatepost/config/single_secrets.hpp>
#include <gatepost/core/iso8601.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/spool/spool_files.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

namespace gatepost::app {
namespace {

namespace fs = std::filesystem;

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

// Says how much is encrypted and under which keys.
void print_keys(const spool::inspection& found) {
    std::uint64_t clear = 0;
    for (const auto& pixel : found.pixels) {
        clear += pixel.waiting;
    }
    for (const auto& dead : found.dead) {
        clear += dead.count;
    }
    std::cout << "  encrypted: ";
    for (const auto& key : found.keys) {
        clear -= std::min(clear, key.records);
        std::cout << key.records << " under " << spool::shown(key.key)
                  << (key.known ? ", " : " (a key that is not given: not looked into), ");
    }
    std::cout << (found.keys.empty() ? "none, " : "") << clear << " in the clear\n";
}

bool lacks_keys(const spool::inspection& found) {
    return !std::ranges::all_of(found.keys, &spool::inspection::key_use::known);
}

exit_code print(const std::string& file, const core::result<spool::inspection>& found,
                bool with_keys) {
    if (!found) {
        return complain(file + ": " + found.error().message(), unavailable);
    }
    std::cout << file << ": version " << found->version << '\n';
    print_rows(*found);
    if (with_keys || !found->keys.empty()) {
        print_keys(*found);
    }
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
    const auto found = missing ? failed : print(file, spool::inspect_database(file), false);
    if (found == failed) {
        std::cout << "  The daemon does not start like this: it would forget who withdrew. Restore "
                     "registry.db and identity.key from a backup"
                  << (missing ? ".\n" : ", or take over what sqlite3's .recover can read of it.\n");
    }
    return found;
}

// A daemon needs every key; a file that was kept aside can be looked at without.
exit_code check_spool_file(const std::string& file, const spool::key_ring& keys, bool daemons_own) {
    const auto inspected = spool::inspect(file, keys);
    const auto found = print(file, inspected, !keys.empty());
    if (found != done || !daemons_own || !lacks_keys(*inspected)) {
        return found;
    }
    std::cout << "  The daemon does not start like this: it needs every key that events are under. "
                 "Put it back into spool.key_file.\n";
    return failed;
}

struct files_to_check {
    std::string spool;
    std::string registry; // "" for none
    std::string key_file; // "" for none
    bool daemons_own = false;
};

exit_code check_files(const files_to_check& files) {
    const auto keys = config::spool_keys(files.key_file);
    if (keys.has_error()) {
        return complain(files.key_file + ": " + std::string(keys.error()), failed);
    }
    const auto of_spool = check_spool_file(files.spool, *keys, files.daemons_own);
    const auto& registry_file = files.registry;
    if (registry_file.empty() || !ledger::registry::exists(registry_file)) {
        return of_spool;
    }
    const auto of_registry = check_registry(registry_file);
    // That a file is damaged says more than that another could not be opened.
    return of_spool == failed || of_registry == failed ? failed : std::max(of_spool, of_registry);
}

} // namespace

int check_spool(const spool_check_arguments& given) {
    if (!given.path.empty()) {
        const bool all = fs::is_directory(given.path);
        return check_files({.spool = all ? given.path + "/spool.db" : given.path,
                            .registry = all ? given.path + "/registry.db" : "",
                            .key_file = given.key_file});
    }
    const auto chosen = config::load_file(given.config_file, config::secrets::ignore);
    if (chosen.has_error()) {
        std::cerr << config::format(chosen.error(), given.config_file);
        return bad_configuration;
    }
    return check_files({.spool = chosen->spool.path + "/spool.db",
                        .registry = chosen->registry_path(),
                        .key_file = chosen->spool_key_file,
                        .daemons_own = true});
}

} // namespace gatepost::app
