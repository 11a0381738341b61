#include "commands.hpp"
#include "core_dumps.hpp"
#include "daemon.hpp"
#include "descriptors.hpp"
#include "service_manager.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/version.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace gatepost::app {
namespace {

void complain(std::string_view what, const std::string& where, const std::string& why) {
    std::cerr << "gatepost: " << what << ' ' << where << ": " << why << '\n';
}

exit_code exit_code_of(core::error_code failure) {
    return failure == spool::errc::owned    ? unavailable
           : failure == spool::errc::no_key ? bad_configuration
                                            : failed;
}

// What was moved aside when it was damaged is beyond erasure and access requests.
void warn_about_kept_files(const std::string& spool) {
    std::error_code unreadable;
    for (const auto& file : std::filesystem::directory_iterator(spool, unreadable)) {
        const auto name = file.path().filename().string();
        const bool log = name.ends_with("-wal") || name.ends_with("-shm"); // kept with its file
        if (name.starts_with("spool.db.damaged-") && !log) {
            observe::log(observe::level::warn,
                         "a damaged spool file is kept: it holds personal data, delete it when it "
                         "is not needed any more",
                         {{"file", file.path().string()}});
        }
    }
}

// A new key would make strangers of everybody the registry knows: who withdrew would be sent again.
std::optional<identity::instance_key> open_key(const config::config& chosen) {
    constexpr std::string_view setting = "identity.key_file";
    const auto path = chosen.key_path();
    if (ledger::registry::exists(chosen.registry_path()) && !std::filesystem::exists(path)) {
        complain(setting, path,
                 "missing, and the registry " + chosen.registry_path() +
                     " was made with it; restore it from a backup, or remove the registry, its "
                     "registry.made and what waits in the spool to start anew");
        return std::nullopt;
    }
    auto key = identity::load_or_create_key(path);
    if (key.has_error()) {
        complain(setting, path, key.error().message());
        return std::nullopt;
    }
    return *key;
}

} // namespace

int serve(const std::string& config_file) {
    std::signal(SIGPIPE, SIG_IGN);
    umask(0077);
    service_manager manager;
    auto chosen = config::load_file(config_file, config::secrets::read);
    if (chosen.has_error()) {
        std::cerr << config::format(chosen.error(), config_file);
        return bad_configuration;
    }
    observe::configure_log(chosen->log);
    if (chosen->core_dumps) {
        allow_core_dumps();
    }
    warn_about_descriptors(*chosen, raise_descriptor_limit());
    observe::metrics metrics(chosen->pixel_ids());
    auto queue = spool::open_sqlite_queue(chosen->spool, core::system_clock(), metrics);
    if (queue.has_error()) {
        complain("spool.path", chosen->spool.path, queue.error().message());
        return exit_code_of(queue.error());
    }
    warn_about_kept_files(chosen->spool.path);
    const auto key = open_key(*chosen);
    if (!key) {
        return failed;
    }
    auto registry = ledger::registry::open(chosen->registry_options(), *key, core::system_clock());
    if (registry.has_error()) {
        complain("registry", chosen->registry_path(), registry.error().message());
        return failed;
    }
    auto trail = ledger::audit::open(chosen->audit, *key, core::system_clock(), metrics);
    if (trail.has_error()) {
        complain("audit.path", chosen->audit.directory, trail.error().message());
        return failed;
    }
    observe::log(observe::level::info, "starting",
                 {{"version", core::version},
                  {"commit", core::commit},
                  {"pixels", chosen->ingest.pixels.size()},
                  {"waiting", (*queue)->count().waiting}});
    {
        // No copy of the secrets stays here when they are replaced.
        daemon running(config_file, std::move(*chosen), {**queue, **registry, **trail, metrics},
                       *key, manager);
        running.run();
    }
    observe::log(observe::level::info, "stopped", {{"waiting", (*queue)->count().waiting}});
    return done;
}

} // namespace gatepost::app
