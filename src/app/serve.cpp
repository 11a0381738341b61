#include "commands.hpp"
#include "daemon.hpp"

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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace gatepost::app {
namespace {

std::vector<std::string> ids_of(const std::vector<ingest::pixel>& pixels) {
    std::vector<std::string> ids;
    for (const auto& pixel : pixels) {
        ids.push_back(pixel.id);
    }
    return ids;
}

// A dump would hold what visitors sent, and the tokens.
void forbid_core_dumps() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

// A standing test code keeps events out of the live reports, which nobody wants for long.
void warn_about_test_codes(const std::vector<ingest::pixel>& pixels) {
    for (const auto& pixel : pixels) {
        if (!pixel.test_event_code.empty()) {
            observe::log(observe::level::warn,
                         "test_event_code is set: events show up under Test Events only",
                         {{"pixel", pixel.id}});
        }
    }
}

void complain(std::string_view what, const std::string& where, const std::string& why) {
    std::cerr << "gatepost: " << what << ' ' << where << ": " << why << '\n';
}

// A new key would make strangers of everybody the registry knows: who withdrew would be sent again.
std::optional<identity::instance_key> open_key(const config::config& chosen) {
    constexpr std::string_view setting = "identity.key_file";
    const auto path = chosen.key_path();
    if (ledger::registry::exists(chosen.registry_path()) && !std::filesystem::exists(path)) {
        complain(setting, path,
                 "missing, and the registry " + chosen.registry_path() +
                     " was made with it; restore it from a backup, or remove both the registry and "
                     "what waits in the spool to start anew");
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
    forbid_core_dumps();
    const auto chosen = config::load_file(config_file, config::secrets::read);
    if (chosen.has_error()) {
        std::cerr << config::format(chosen.error(), config_file);
        return bad_configuration;
    }
    observe::configure_log(chosen->log);
    observe::metrics metrics(ids_of(chosen->ingest.pixels));
    auto queue = spool::open_sqlite_queue(chosen->spool, core::system_clock(), metrics);
    if (queue.has_error()) {
        complain("spool.path", chosen->spool.path, queue.error().message());
        return queue.error() == spool::errc::owned ? unavailable : failed;
    }
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
    warn_about_test_codes(chosen->ingest.pixels);
    {
        daemon running(*chosen, {**queue, **registry, **trail, metrics}, *key);
        running.run();
        (*queue)->close();
    }
    (*registry)->close();
    (*trail)->close();
    observe::log(observe::level::info, "stopped", {{"waiting", (*queue)->count().waiting}});
    return done;
}

} // namespace gatepost::app
